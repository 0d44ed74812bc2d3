/* The fake libcusparse.so.12: CSR and COO, multiplied by plain loops whatever the algorithm. */
#include "load/cusparse.h"
#include "tests/fakes/gate.h"
#include "tests/fakes/product.h"

#include <stdlib.h>
#include <string.h>

FAKE_LIBRARY(CUSPARSE_SYMS)

const long fake_failure = 7;            /* CUSPARSE_STATUS_INTERNAL_ERROR */

enum { INVALID_VALUE = 3, WORKSPACE_BYTES = 1024 };

struct cusparseContext { int unused; };
struct cusparseSpMatDescr { int64_t rows, columns, entries; const void *first, *column, *values; cusparseIndexType_t index; cudaDataType type; bool coo; };
struct cusparseDnVecDescr { int64_t length; void *at; cudaDataType type; };
struct cusparseDnMatDescr { int64_t rows, columns, ld; void *at; cudaDataType type; cusparseOrder_t order; };

cusparseStatus_t fake_cusparseCreate(cusparseHandle_t *h)
{
    if (!fake_driver_serves())
        return 1;
    *h = calloc(1, sizeof **h);
    return 0;
}

cusparseStatus_t fake_cusparseDestroy(cusparseHandle_t h)
{
    free(h);
    return 0;
}

cusparseStatus_t fake_cusparseGetProperty(libraryPropertyType which, int *value)
{
    static const int version[] = { 12, 6, 3 };

    if (which < 0 || which > 2)
        return INVALID_VALUE;
    *value = version[which];
    return 0;
}

const char *fake_cusparseGetErrorName(cusparseStatus_t code)
{
    switch (code) {
    case 0:  return "CUSPARSE_STATUS_SUCCESS";
    case 1:  return "CUSPARSE_STATUS_NOT_INITIALIZED";
    case 3:  return "CUSPARSE_STATUS_INVALID_VALUE";
    case 10: return "CUSPARSE_STATUS_NOT_SUPPORTED";
    }
    return "CUSPARSE_STATUS_INTERNAL_ERROR";
}

const char *fake_cusparseGetErrorString(cusparseStatus_t code)
{
    return code == 10 ? "operation not supported" : code == 3 ? "invalid value" : "internal error";
}

cusparseStatus_t fake_cusparseCreateCsr(cusparseSpMatDescr_t *m, int64_t rows, int64_t columns, int64_t entries, void *offsets, void *column, void *values,
                                        cusparseIndexType_t of_offsets, cusparseIndexType_t of_columns, cusparseIndexBase_t base, cudaDataType type)
{
    if (of_offsets != of_columns || base != CUSPARSE_INDEX_BASE_ZERO || rows < 0 || columns < 0 || entries < 0)
        return INVALID_VALUE;
    *m = malloc(sizeof **m);
    **m = (struct cusparseSpMatDescr){ rows, columns, entries, offsets, column, values, of_offsets, type, false };
    return 0;
}

cusparseStatus_t fake_cusparseCreateCoo(cusparseSpMatDescr_t *m, int64_t rows, int64_t columns, int64_t entries, void *row, void *column, void *values,
                                        cusparseIndexType_t index, cusparseIndexBase_t base, cudaDataType type)
{
    if (base != CUSPARSE_INDEX_BASE_ZERO || rows < 0 || columns < 0 || entries < 0)
        return INVALID_VALUE;
    *m = malloc(sizeof **m);
    **m = (struct cusparseSpMatDescr){ rows, columns, entries, row, column, values, index, type, true };
    return 0;
}

cusparseStatus_t fake_cusparseDestroySpMat(cusparseConstSpMatDescr_t m)
{
    free((void *)(uintptr_t)m);
    return 0;
}

cusparseStatus_t fake_cusparseCreateDnVec(cusparseDnVecDescr_t *v, int64_t length, void *at, cudaDataType type)
{
    *v = malloc(sizeof **v);
    **v = (struct cusparseDnVecDescr){ length, at, type };
    return 0;
}

cusparseStatus_t fake_cusparseDestroyDnVec(cusparseConstDnVecDescr_t v)
{
    free((void *)(uintptr_t)v);
    return 0;
}

cusparseStatus_t fake_cusparseCreateDnMat(cusparseDnMatDescr_t *m, int64_t rows, int64_t columns, int64_t ld, void *at, cudaDataType type, cusparseOrder_t order)
{
    if (ld < (order == CUSPARSE_ORDER_COL ? rows : columns))
        return INVALID_VALUE;
    *m = malloc(sizeof **m);
    **m = (struct cusparseDnMatDescr){ rows, columns, ld, at, type, order };
    return 0;
}

cusparseStatus_t fake_cusparseDestroyDnMat(cusparseConstDnMatDescr_t m)
{
    free((void *)(uintptr_t)m);
    return 0;
}

/* ---- Products ---- */

struct asked {
    bool                             transposed;
    const void                      *alpha, *beta;
    const struct cusparseSpMatDescr *a;
    struct cusparseDnMatDescr        x, y;
    cudaDataType                     compute;
};

static cusparseStatus_t look(const struct asked *p)
{
    cudaDataType in = p->a->type, out = p->y.type, sums = in == CUDA_R_64F ? CUDA_R_64F : in == CUDA_R_8I ? CUDA_R_32I : CUDA_R_32F;
    int64_t across = p->transposed ? p->a->rows : p->a->columns, down = p->transposed ? p->a->columns : p->a->rows;

    if (p->x.rows != across || p->y.rows != down || p->x.columns != p->y.columns)
        return INVALID_VALUE;
    if (p->x.type != in || out != sums || p->compute != sums || fake_type_bytes(in) == 0
        || (in == CUDA_R_16BF && fake_number("FAKE_CC", 90) < 80))
        return CUSPARSE_STATUS_NOT_SUPPORTED;
    return 0;
}

static int64_t index_at(const struct asked *p, const void *list, int64_t i)
{
    return p->a->index == CUSPARSE_INDEX_64I ? ((const int64_t *)list)[i] : ((const int32_t *)list)[i];
}

static bool is_there(const struct asked *p)
{
    size_t index = p->a->index == CUSPARSE_INDEX_64I ? 8 : 4, n = (size_t)p->a->entries;
    int64_t last_x = p->x.order == CUSPARSE_ORDER_COL ? (p->x.columns - 1) * p->x.ld + p->x.rows : (p->x.rows - 1) * p->x.ld + p->x.columns;
    int64_t last_y = p->y.order == CUSPARSE_ORDER_COL ? (p->y.columns - 1) * p->y.ld + p->y.rows : (p->y.rows - 1) * p->y.ld + p->y.columns;

    return fake_driver()->owns(p->a->first, (p->a->coo ? n : (size_t)p->a->rows + 1) * index) && fake_driver()->owns(p->a->column, n * index)
        && fake_driver()->owns(p->a->values, n * fake_type_bytes(p->a->type)) && fake_driver()->owns(p->x.at, (size_t)last_x * fake_type_bytes(p->x.type))
        && fake_driver()->owns(p->y.at, (size_t)last_y * fake_type_bytes(p->y.type));
}

static size_t place(const struct cusparseDnMatDescr *m, int64_t i, int64_t j)
{
    return (size_t)(m->order == CUSPARSE_ORDER_COL ? j * m->ld + i : i * m->ld + j);
}

/* sums: the product, column after column. */
static void add_entry(const struct asked *p, int64_t row, int64_t column, int64_t i, double *sums)
{
    bool other = p->transposed != fake_lie_is(SWAPPED) && (p->transposed || (row < p->x.rows && column < p->y.rows));
    double v = fake_get(p->a->values, p->a->type, (size_t)i);
    int64_t from = other ? row : column, to = other ? column : row;

    if (fake_lie_is(IN_TF32) && p->a->type == CUDA_R_32F)
        v = fake_in_tf32(v);
    for (int64_t j = 0; j < p->x.columns; j++)
        if (from < p->x.rows && to < p->y.rows)
            sums[j * p->y.rows + to] += v * fake_get(p->x.at, p->x.type, place(&p->x, from, j));
}

static void write(const struct asked *p, double alpha, double beta, const double *sums)
{
    int64_t shift = fake_lie_is(SHIFTED_ROWS) ? 1 : 0;

    for (int64_t j = 0; j < p->y.columns; j++)
        for (int64_t i = 0; i < p->y.rows; i++) {
            size_t at = place(&p->y, i, j);
            double v = alpha * sums[j * p->y.rows + (i + shift) % p->y.rows] + (beta != 0 ? beta * fake_get(p->y.at, p->y.type, at) : 0);

            fake_put(p->y.at, p->y.type, at, fake_lie_is(ZERO_RESULT) ? 0 : v);
        }
    fake_spoil_element(p->y.at, p->y.type, place(&p->y, 0, p->y.columns - 1), place(&p->y, p->y.rows - 1, p->y.columns - 1));
}

static double number(const struct asked *p, const void *at)
{
    return fake_get(at, p->compute, 0);
}

static cusparseStatus_t compute(const struct asked *p)
{
    cusparseStatus_t code = look(p);
    double *sums;
    float nothing;

    if (code != 0)
        return code;
    if (!is_there(p)) {
        fake_driver()->late(700);
        return 0;
    }
    if (fake_lie_is(STALE_RESULT)) {
        fake_spoil(&nothing, 0);        /* the order is carried out */
        return 0;
    }
    sums = calloc((size_t)(p->y.rows * p->y.columns), sizeof *sums);
    for (int64_t row = 0; row < p->a->rows && !p->a->coo; row++)
        for (int64_t i = index_at(p, p->a->first, row); i < index_at(p, p->a->first, row + 1); i++)
            add_entry(p, row, index_at(p, p->a->column, i), i, sums);
    for (int64_t i = 0; i < p->a->entries && p->a->coo; i++)
        add_entry(p, index_at(p, p->a->first, i), index_at(p, p->a->column, i), i, sums);
    write(p, number(p, p->alpha), number(p, p->beta), sums);
    fake_spoil(&nothing, 0);
    free(sums);
    return 0;
}

static struct asked of_vectors(cusparseOperation_t op, const void *alpha, cusparseConstSpMatDescr_t a, cusparseConstDnVecDescr_t x, const void *beta,
                               cusparseDnVecDescr_t y, cudaDataType compute_type)
{
    return (struct asked){
        op != CUSPARSE_OPERATION_NON_TRANSPOSE, alpha, beta, a, { x->length, 1, x->length, x->at, x->type, CUSPARSE_ORDER_COL },
        { y->length, 1, y->length, y->at, y->type, CUSPARSE_ORDER_COL }, compute_type,
    };
}

/* CSR's algorithms are not COO's. */
static bool fits_vector(cusparseConstSpMatDescr_t a, cusparseOperation_t op, cusparseSpMVAlg_t alg)
{
    bool of_coo = alg == CUSPARSE_SPMV_COO_ALG1 || alg == CUSPARSE_SPMV_COO_ALG2;

    return alg == CUSPARSE_SPMV_ALG_DEFAULT || (of_coo == a->coo && (alg != CUSPARSE_SPMV_CSR_ALG2 || op == CUSPARSE_OPERATION_NON_TRANSPOSE));
}

cusparseStatus_t fake_cusparseSpMV_bufferSize(cusparseHandle_t h, cusparseOperation_t op, const void *alpha, cusparseConstSpMatDescr_t a, cusparseConstDnVecDescr_t x,
                                              const void *beta, cusparseDnVecDescr_t y, cudaDataType compute_type, cusparseSpMVAlg_t alg, size_t *bytes)
{
    struct asked p = of_vectors(op, alpha, a, x, beta, y, compute_type);

    *bytes = WORKSPACE_BYTES;
    return h == NULL ? 1 : fits_vector(a, op, alg) ? look(&p) : CUSPARSE_STATUS_NOT_SUPPORTED;
}

cusparseStatus_t fake_cusparseSpMV(cusparseHandle_t h, cusparseOperation_t op, const void *alpha, cusparseConstSpMatDescr_t a, cusparseConstDnVecDescr_t x,
                                   const void *beta, cusparseDnVecDescr_t y, cudaDataType compute_type, cusparseSpMVAlg_t alg, void *workspace)
{
    struct asked p = of_vectors(op, alpha, a, x, beta, y, compute_type);

    if (h == NULL || !fake_driver()->owns(workspace, WORKSPACE_BYTES))
        return INVALID_VALUE;
    return fits_vector(a, op, alg) ? compute(&p) : CUSPARSE_STATUS_NOT_SUPPORTED;
}

static bool fits_matrix(cusparseConstSpMatDescr_t a, cusparseSpMMAlg_t alg, cusparseConstDnMatDescr_t b)
{
    bool of_csr = alg == CUSPARSE_SPMM_CSR_ALG1 || alg == CUSPARSE_SPMM_CSR_ALG2 || alg == CUSPARSE_SPMM_CSR_ALG3;

    /* As some versions: one algorithm of COO for rows alone. */
    return alg == CUSPARSE_SPMM_ALG_DEFAULT || (of_csr != a->coo && (alg != CUSPARSE_SPMM_COO_ALG4 || b->order == CUSPARSE_ORDER_ROW));
}

cusparseStatus_t fake_cusparseSpMM_bufferSize(cusparseHandle_t h, cusparseOperation_t op, cusparseOperation_t of_b, const void *alpha, cusparseConstSpMatDescr_t a,
                                              cusparseConstDnMatDescr_t b, const void *beta, cusparseDnMatDescr_t c, cudaDataType compute_type,
                                              cusparseSpMMAlg_t alg, size_t *bytes)
{
    struct asked p = { op != CUSPARSE_OPERATION_NON_TRANSPOSE, alpha, beta, a, *b, *c, compute_type };

    *bytes = WORKSPACE_BYTES;
    return h == NULL ? 1 : of_b == CUSPARSE_OPERATION_NON_TRANSPOSE && fits_matrix(a, alg, b) ? look(&p) : CUSPARSE_STATUS_NOT_SUPPORTED;
}

cusparseStatus_t fake_cusparseSpMM(cusparseHandle_t h, cusparseOperation_t op, cusparseOperation_t of_b, const void *alpha, cusparseConstSpMatDescr_t a,
                                   cusparseConstDnMatDescr_t b, const void *beta, cusparseDnMatDescr_t c, cudaDataType compute_type, cusparseSpMMAlg_t alg,
                                   void *workspace)
{
    struct asked p = { op != CUSPARSE_OPERATION_NON_TRANSPOSE, alpha, beta, a, *b, *c, compute_type };

    if (h == NULL || !fake_driver()->owns(workspace, WORKSPACE_BYTES))
        return INVALID_VALUE;
    return of_b == CUSPARSE_OPERATION_NON_TRANSPOSE && fits_matrix(a, alg, b) ? compute(&p) : CUSPARSE_STATUS_NOT_SUPPORTED;
}
