/* The fake libcusparseLt.so.0, of the version FAKE_CUSPARSELT (801: 0.8.1), whose structs have the size of that
 * version and whose sums are numbered as there. It compresses to pairs of a number and its place in its four. */
#include "load/cusparselt.h"
#include "tests/fakes/gate.h"
#include "tests/fakes/product.h"

#include <stdlib.h>
#include <string.h>

FAKE_LIBRARY(CUSPARSELT_SYMS)

const long fake_failure = 7;            /* CUSPARSE_STATUS_INTERNAL_ERROR */

enum { INVALID_VALUE = 3, WORKSPACE_BYTES = 256, MAGIC = 0x51A7 };

struct matrix { int magic; int64_t rows, columns, ld; cudaDataType type; bool structured; };
struct product { int magic; bool transposed; struct matrix a, b, d; };

static int version(void)
{
    return (int)fake_number("FAKE_CUSPARSELT", 801);
}

/* The whole struct is written, as large as it is in that version. */
static void fill(void *opaque, const void *from, size_t bytes)
{
    size_t size = version() < 600 ? 11024 : version() < 700 ? 13072 : version() < 800 ? 1024 : 512;

    memset(opaque, 0xA5, size);
    memcpy(opaque, from, bytes);
}

/* Taken out before it is looked at: it may be aligned to less. */
static struct product taken(const void *opaque)
{
    struct product p;

    memcpy(&p, opaque, sizeof p);
    return p;
}

static struct matrix matrix_of(const void *opaque)
{
    struct matrix m;

    memcpy(&m, opaque, sizeof m);
    return m;
}

cusparseStatus_t fake_cusparseLtGetProperty(libraryPropertyType which, int *value)
{
    if (which < 0 || which > 2)
        return INVALID_VALUE;
    *value = which == MAJOR_VERSION ? 0 : which == MINOR_VERSION ? version() / 100 : version() % 100;
    return 0;
}

cusparseStatus_t fake_cusparseLtInit(cusparseLtHandle_t *h)
{
    const int magic = MAGIC;

    if (!fake_driver_serves())
        return 1;
    if (fake_number("FAKE_CC", 90) < 80 || (version() < 500 && fake_number("FAKE_CC", 90) >= 90))
        return CUSPARSE_STATUS_ARCH_MISMATCH;
    fill(h, &magic, sizeof magic);
    return 0;
}

static bool is_handle(const void *h)
{
    int magic;

    memcpy(&magic, h, sizeof magic);
    return magic == MAGIC;
}

cusparseStatus_t fake_cusparseLtDestroy(const cusparseLtHandle_t *h)
{
    return is_handle(h) ? 0 : INVALID_VALUE;
}

const char *fake_cusparseLtGetErrorName(cusparseStatus_t code)
{
    return code == 3 ? "CUSPARSE_STATUS_INVALID_VALUE" : code == 4 ? "CUSPARSE_STATUS_ARCH_MISMATCH"
         : code == 10 ? "CUSPARSE_STATUS_NOT_SUPPORTED" : "CUSPARSE_STATUS_INTERNAL_ERROR";
}

static cusparseStatus_t describe(const void *h, void *opaque, struct matrix m, uint32_t alignment, cusparseOrder_t order)
{
    if (!is_handle(h) || order != CUSPARSE_ORDER_ROW || m.ld < m.columns || alignment % 16 != 0)
        return INVALID_VALUE;
    if (m.rows % 32 != 0 || m.columns % 32 != 0)
        return CUSPARSE_STATUS_NOT_SUPPORTED;
    fill(opaque, &m, sizeof m);
    return 0;
}

cusparseStatus_t fake_cusparseLtDenseDescriptorInit(const cusparseLtHandle_t *h, cusparseLtMatDescriptor_t *m, int64_t rows, int64_t columns, int64_t ld,
                                                    uint32_t alignment, cudaDataType type, cusparseOrder_t order)
{
    return describe(h, m, (struct matrix){ MAGIC, rows, columns, ld, type, false }, alignment, order);
}

cusparseStatus_t fake_cusparseLtStructuredDescriptorInit(const cusparseLtHandle_t *h, cusparseLtMatDescriptor_t *m, int64_t rows, int64_t columns, int64_t ld,
                                                         uint32_t alignment, cudaDataType type, cusparseOrder_t order, cusparseLtSparsity_t sparsity)
{
    return sparsity != CUSPARSELT_SPARSITY_50_PERCENT ? INVALID_VALUE
         : describe(h, m, (struct matrix){ MAGIC, rows, columns, ld, type, true }, alignment, order);
}

cusparseStatus_t fake_cusparseLtMatDescriptorDestroy(const cusparseLtMatDescriptor_t *m)
{
    return matrix_of(m).magic == MAGIC ? 0 : INVALID_VALUE;
}

static bool has_types(const struct matrix *a, const struct matrix *d, bool transposed, cusparseComputeType sums)
{
    if (a->type == CUDA_R_8I)
        return transposed && sums == (version() < 500 ? CUSPARSELT_0_4_SUMS_IN_INT32 : version() < 600 ? 1 : CUSPARSE_COMPUTE_32I)
            && (d->type == CUDA_R_16F || (d->type == CUDA_R_32I && version() >= 500));
    return (a->type == CUDA_R_16F || a->type == CUDA_R_16BF) && d->type == a->type
        && sums == (version() < 500 ? CUSPARSELT_0_4_SUMS_IN_FP32 : CUSPARSE_COMPUTE_32F);
}

cusparseStatus_t fake_cusparseLtMatmulDescriptorInit(const cusparseLtHandle_t *h, cusparseLtMatmulDescriptor_t *out, cusparseOperation_t of_a, cusparseOperation_t of_b,
                                                     const cusparseLtMatDescriptor_t *a, const cusparseLtMatDescriptor_t *b, const cusparseLtMatDescriptor_t *c,
                                                     const cusparseLtMatDescriptor_t *d, cusparseComputeType sums)
{
    struct product p = { MAGIC, of_b == CUSPARSE_OPERATION_TRANSPOSE, matrix_of(a), matrix_of(b), matrix_of(d) };
    int64_t k = p.transposed ? p.b.columns : p.b.rows, n = p.transposed ? p.b.rows : p.b.columns;

    if (!is_handle(h) || of_a != CUSPARSE_OPERATION_NON_TRANSPOSE || !p.a.structured || k != p.a.columns || n != p.d.columns || p.a.rows != p.d.rows
        || matrix_of(c).magic != MAGIC)
        return INVALID_VALUE;
    if (p.a.type != p.b.type || !has_types(&p.a, &p.d, p.transposed, sums))
        return CUSPARSE_STATUS_NOT_SUPPORTED;
    fill(out, &p, sizeof p);
    return 0;
}

cusparseStatus_t fake_cusparseLtMatmulAlgSelectionInit(const cusparseLtHandle_t *h, cusparseLtMatmulAlgSelection_t *out, const cusparseLtMatmulDescriptor_t *m,
                                                       cusparseLtMatmulAlg_t which)
{
    const int magic = MAGIC;

    if (!is_handle(h) || taken(m).magic != MAGIC || which != CUSPARSELT_MATMUL_ALG_DEFAULT)
        return INVALID_VALUE;
    fill(out, &magic, sizeof magic);
    return 0;
}

cusparseStatus_t fake_cusparseLtMatmulAlgSelectionDestroy(const cusparseLtMatmulAlgSelection_t *s)
{
    return is_handle(s) ? 0 : INVALID_VALUE;
}

cusparseStatus_t fake_cusparseLtMatmulPlanInit(const cusparseLtHandle_t *h, cusparseLtMatmulPlan_t *out, const cusparseLtMatmulDescriptor_t *m,
                                               const cusparseLtMatmulAlgSelection_t *s)
{
    struct product p = taken(m);

    if (!is_handle(h) || p.magic != MAGIC || !is_handle(s))
        return INVALID_VALUE;
    fill(out, &p, sizeof p);
    return 0;
}

cusparseStatus_t fake_cusparseLtMatmulPlanDestroy(const cusparseLtMatmulPlan_t *plan)
{
    return taken(plan).magic == MAGIC ? 0 : INVALID_VALUE;
}

cusparseStatus_t fake_cusparseLtMatmulGetWorkspace(const cusparseLtHandle_t *h, const cusparseLtMatmulPlan_t *plan, size_t *bytes)
{
    *bytes = WORKSPACE_BYTES;
    return is_handle(h) && taken(plan).magic == MAGIC ? 0 : INVALID_VALUE;
}

/* ---- Compression ---- */

static bool is_there(const struct matrix *m, const void *at)
{
    return fake_driver()->owns(at, (size_t)(m->rows * m->ld) * fake_type_bytes(m->type));
}

cusparseStatus_t fake_cusparseLtSpMMAPruneCheck(const cusparseLtHandle_t *h, const cusparseLtMatmulDescriptor_t *m, const void *dense, int *invalid, CUstream stream)
{
    struct product p = taken(m);

    (void)stream;
    if (!is_handle(h) || !is_there(&p.a, dense) || !fake_driver()->owns(invalid, sizeof *invalid))
        return INVALID_VALUE;
    *invalid = 0;
    for (int64_t i = 0; i < p.a.rows * p.a.columns; i += 4) {
        int n = 0;

        for (int64_t k = 0; k < 4; k++)
            n += fake_get(dense, p.a.type, (size_t)(i + k)) != 0;
        *invalid |= n > 2;
    }
    return 0;
}

static size_t compressed_bytes(const struct matrix *a)
{
    return (size_t)(a->rows * a->columns) / 2 * (fake_type_bytes(a->type) + 1);
}

cusparseStatus_t fake_cusparseLtSpMMACompressedSize(const cusparseLtHandle_t *h, const cusparseLtMatmulPlan_t *plan, size_t *bytes, size_t *scratch)
{
    struct product p = taken(plan);

    if (!is_handle(h) || p.magic != MAGIC)
        return INVALID_VALUE;
    *bytes = compressed_bytes(&p.a);
    *scratch = 64;
    return 0;
}

/* Numbers first, then where each of them belongs. */
cusparseStatus_t fake_cusparseLtSpMMACompress(const cusparseLtHandle_t *h, const cusparseLtMatmulPlan_t *plan, const void *dense, void *compressed, void *scratch,
                                              CUstream stream)
{
    struct product p = taken(plan);
    size_t half = (size_t)(p.a.rows * p.a.columns) / 2, one = fake_type_bytes(p.a.type);
    unsigned char *places = (unsigned char *)compressed + half * one;
    float nothing;

    (void)stream;
    if (!is_handle(h) || !is_there(&p.a, dense) || !fake_driver()->owns(compressed, compressed_bytes(&p.a)) || !fake_driver()->owns(scratch, 64))
        return INVALID_VALUE;
    for (size_t i = 0; i < half && !fake_lie_is(STALE_RESULT); i += 2) {
        size_t n = 0;

        memset((unsigned char *)compressed + i * one, 0, 2 * one);
        places[i] = places[i + 1] = 0;
        for (unsigned char k = 0; k < 4 && n < 2; k++)
            if (fake_get(dense, p.a.type, i * 2 + k) != 0) {
                memcpy((unsigned char *)compressed + (i + n) * one, (const unsigned char *)dense + (i * 2 + k) * one, one);
                places[i + n++] = k;
            }
    }
    if (fake_lie_is(WRONG_RESULT)) {
        size_t last = half - 1;

        while (last > 0 && fake_get(compressed, p.a.type, last) == 0)       /* where 0 belongs makes no difference */
            last--;
        places[last] ^= 1;
    }
    if (fake_lie_is(ZERO_RESULT))
        memset(compressed, 0, compressed_bytes(&p.a));
    fake_spoil(&nothing, 0);
    return 0;
}

/* ---- The product ---- */

static void unpack(const struct matrix *a, const void *compressed, double *out)
{
    size_t half = (size_t)(a->rows * a->columns) / 2;
    const unsigned char *places = (const unsigned char *)compressed + half * fake_type_bytes(a->type);

    for (size_t i = 0; i < half; i++)
        out[i / 2 * 4 + (places[i] & 3)] += fake_get(compressed, a->type, i);
}

/* A row of A B; with the lie, of A B^T where that is square enough. */
static void row_of(const struct product *p, const double *a, const double *b, int64_t i, double *sums)
{
    int64_t k = p->a.columns, n = p->d.columns;

    memset(sums, 0, (size_t)n * sizeof *sums);
    for (int64_t x = 0; x < k; x++)
        for (int64_t j = 0; j < n && a[i * k + x] != 0; j++)
            sums[j] += a[i * k + x] * (fake_lie_is(SWAPPED) && j < k && x < n ? b[j * n + x] : b[x * n + j]);
}

static void write(const struct product *p, const double *a, const double *b, float alpha, float beta, const void *c, void *d)
{
    int64_t m = p->d.rows, n = p->d.columns;
    int64_t shift = fake_lie_is(SHIFTED_ROWS) ? 1 : 0;
    double *sums = malloc((size_t)n * sizeof *sums);

    for (int64_t i = 0; i < m; i++) {
        row_of(p, a, b, (i + shift) % m, sums);
        for (int64_t j = 0; j < n; j++) {
            size_t at = (size_t)(i * p->d.ld + j);
            double v = (double)alpha * sums[j] + (beta != 0 ? (double)beta * fake_get(c, p->d.type, at) : 0);

            fake_put(d, p->d.type, at, fake_lie_is(ZERO_RESULT) ? 0 : v);
        }
    }
    free(sums);
    fake_spoil_element(d, p->d.type, 0, (size_t)((m - 1) * p->d.ld + n - 1));
}

cusparseStatus_t fake_cusparseLtMatmul(const cusparseLtHandle_t *h, const cusparseLtMatmulPlan_t *plan, const void *alpha, const void *compressed, const void *b,
                                       const void *beta, const void *c, void *d, void *workspace, CUstream *streams, int32_t n_streams)
{
    struct product p = taken(plan);
    double *of_a = calloc((size_t)(p.a.rows * p.a.columns), sizeof *of_a), *of_b = calloc((size_t)(p.b.rows * p.b.columns), sizeof *of_b);
    int64_t n = p.d.columns;
    float nothing;
    bool good = is_handle(h) && is_there(&p.b, b) && is_there(&p.d, c) && is_there(&p.d, d) && fake_driver()->owns(compressed, compressed_bytes(&p.a))
             && fake_driver()->owns(workspace, WORKSPACE_BYTES) && streams == NULL && n_streams == 0;

    if (good && !fake_lie_is(STALE_RESULT)) {
        unpack(&p.a, compressed, of_a);
        for (int64_t i = 0; i < p.b.rows * p.b.columns; i++)
            of_b[p.transposed ? i % p.b.columns * n + i / p.b.columns : i] = fake_get(b, p.b.type, (size_t)i);
        write(&p, of_a, of_b, *(const float *)alpha, *(const float *)beta, c, d);
    }
    fake_spoil(&nothing, 0);            /* the order is carried out */
    free(of_a);
    free(of_b);
    return good ? 0 : INVALID_VALUE;
}
