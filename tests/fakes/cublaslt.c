/* The fake libcublasLt.so.13: two algorithms for every product, the second of them with split K. */
#include "load/cublaslt.h"
#include "tests/fakes/gate.h"
#include "tests/fakes/product.h"

#include <stdlib.h>
#include <string.h>

FAKE_LIBRARY(CUBLASLT_SYMS)

const long fake_failure = 14;           /* CUBLAS_STATUS_INTERNAL_ERROR */

struct cublasLtMatmulDesc { cublasComputeType_t compute; cudaDataType scale; int32_t ta, tb; int8_t fast; const void *scales[2]; int32_t scale_mode[2]; };
struct cublasLtMatrixLayout { cudaDataType type; uint64_t rows, columns; int64_t ld; };
struct cublasLtMatmulPreference { uint64_t workspace; uint32_t reductions, alignment[4]; };

size_t fake_cublasLtGetVersion(void)
{
    return (size_t)fake_number("FAKE_CUBLAS", 130100);
}

size_t fake_cublasLtGetCudartVersion(void)
{
    return 13000;
}

cublasStatus_t fake_cublasLtCreate(cublasLtHandle_t *h)
{
    if (!fake_driver_serves())
        return 1;
    *h = malloc(1);
    return 0;
}

cublasStatus_t fake_cublasLtDestroy(cublasLtHandle_t h)
{
    free(h);
    return 0;
}

const char *fake_cublasLtGetStatusString(cublasStatus_t code)
{
    switch (code) {
    case 0:  return "CUBLAS_STATUS_SUCCESS";
    case 1:  return "CUBLAS_STATUS_NOT_INITIALIZED";
    case 7:  return "CUBLAS_STATUS_INVALID_VALUE";
    case 15: return "CUBLAS_STATUS_NOT_SUPPORTED";
    }
    return "CUBLAS_STATUS_INTERNAL_ERROR";
}

cublasStatus_t fake_cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *d, cublasComputeType_t compute, cudaDataType scale)
{
    *d = calloc(1, sizeof **d);
    (*d)->compute = compute;
    (*d)->scale = scale;
    return 0;
}

cublasStatus_t fake_cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t d)
{
    free(d);
    return 0;
}

/* A size that is not the attribute's is refused, as the real one does. */
static cublasStatus_t set(void *to, size_t bytes, const void *from, size_t given)
{
    if (bytes != given)
        return 7;
    memcpy(to, from, bytes);
    return 0;
}

cublasStatus_t fake_cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t d, cublasLtMatmulDescAttributes_t which, const void *value, size_t bytes)
{
    switch (which) {
    case CUBLASLT_MATMUL_DESC_TRANSA:     return set(&d->ta, sizeof d->ta, value, bytes);
    case CUBLASLT_MATMUL_DESC_TRANSB:     return set(&d->tb, sizeof d->tb, value, bytes);
    case CUBLASLT_MATMUL_DESC_FAST_ACCUM: return fake_cublasLtGetVersion() < CUBLAS_12_0 ? 7 : set(&d->fast, sizeof d->fast, value, bytes);
    case CUBLASLT_MATMUL_DESC_A_SCALE_POINTER:
    case CUBLASLT_MATMUL_DESC_B_SCALE_POINTER:
        return set(&d->scales[which - CUBLASLT_MATMUL_DESC_A_SCALE_POINTER], sizeof d->scales[0], value, bytes);
    case CUBLASLT_MATMUL_DESC_A_SCALE_MODE:
    case CUBLASLT_MATMUL_DESC_B_SCALE_MODE:
        return fake_cublasLtGetVersion() < CUBLAS_12_8 ? 7
             : set(&d->scale_mode[which - CUBLASLT_MATMUL_DESC_A_SCALE_MODE], sizeof d->scale_mode[0], value, bytes);
    }
    return 7;
}

cublasStatus_t fake_cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *l, cudaDataType type, uint64_t rows, uint64_t columns, int64_t ld)
{
    *l = calloc(1, sizeof **l);
    **l = (struct cublasLtMatrixLayout){ type, rows, columns, ld };
    return 0;
}

cublasStatus_t fake_cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t l)
{
    free(l);
    return 0;
}

cublasStatus_t fake_cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *p)
{
    *p = calloc(1, sizeof **p);
    **p = (struct cublasLtMatmulPreference){ 0, 7, { 256, 256, 256, 256 } };
    return 0;
}

cublasStatus_t fake_cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t p)
{
    free(p);
    return 0;
}

cublasStatus_t fake_cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t p, cublasLtMatmulPreferenceAttributes_t which,
                                                         const void *value, size_t bytes)
{
    if (which == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES)
        return set(&p->workspace, sizeof p->workspace, value, bytes);
    if (which == CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK)
        return set(&p->reductions, sizeof p->reductions, value, bytes);
    if (which >= CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES && which <= CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES)
        return set(&p->alignment[which - CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES], sizeof *p->alignment, value, bytes);
    return 7;
}

static bool is_fp8(cudaDataType type)
{
    return type == CUDA_R_8F_E4M3 || type == CUDA_R_8F_E5M2;
}

/* Of Hopper: fp8, with factors for 128 elements of A and 128 x 128 of B. */
static bool is_of_128(cublasLtMatmulDesc_t d, cublasLtMatrixLayout_t a)
{
    return a->type == CUDA_R_8F_E4M3 && d->scale_mode[0] == CUBLASLT_MATMUL_MATRIX_SCALE_VEC128_32F
        && d->scale_mode[1] == CUBLASLT_MATMUL_MATRIX_SCALE_BLK128x128_32F && a->rows % 128 == 0
        && fake_number("FAKE_CC", 90) == 90 && fake_cublasLtGetVersion() >= CUBLAS_12_9;
}

/* Of Blackwell: one kind for each type. */
static bool is_of_16_or_32(cublasLtMatmulDesc_t d, cublasLtMatrixLayout_t a)
{
    int32_t mode = a->type == CUDA_R_4F_E2M1 ? CUBLASLT_MATMUL_MATRIX_SCALE_VEC16_UE4M3 : CUBLASLT_MATMUL_MATRIX_SCALE_VEC32_UE8M0;

    return d->scale_mode[0] == mode && d->scale_mode[1] == mode && fake_number("FAKE_CC", 90) >= 100;
}

/* Factors for blocks want A transposed and multiples of 32. */
static bool is_scaled_and_fits(cublasLtMatmulDesc_t d, cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t out)
{
    bool whole = a->rows % 32 == 0 && a->columns % 32 == 0 && b->columns % 32 == 0 && a->ld % 32 == 0 && b->ld % 32 == 0;

    return whole && d->ta == CUBLAS_OP_T && d->tb == CUBLAS_OP_N && a->type == b->type && (a->type == CUDA_R_4F_E2M1 || a->type == CUDA_R_8F_E4M3)
        && (is_of_128(d, a) || is_of_16_or_32(d, a)) && d->scales[0] != NULL && d->scales[1] != NULL
        && (out->type == CUDA_R_32F || out->type == CUDA_R_16BF) && d->compute == CUBLAS_COMPUTE_32F;
}

/* fp8 and int8 want A transposed and multiples of 16; fp8 is not for two of e5m2. */
static bool is_narrow_and_fits(cublasLtMatmulDesc_t d, cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t out)
{
    bool whole = a->rows % 16 == 0 && a->columns % 16 == 0 && b->columns % 16 == 0 && a->ld % 16 == 0 && b->ld % 16 == 0;

    if (!whole || d->ta != CUBLAS_OP_T || d->tb != CUBLAS_OP_N)
        return false;
    if (a->type == CUDA_R_8I)
        return b->type == CUDA_R_8I && out->type == CUDA_R_32I && d->compute == CUBLAS_COMPUTE_32I;
    return is_fp8(a->type) && is_fp8(b->type) && !(a->type == CUDA_R_8F_E5M2 && b->type == CUDA_R_8F_E5M2)
        && (out->type == CUDA_R_32F || out->type == CUDA_R_16BF || out->type == CUDA_R_16F)
        && d->compute == CUBLAS_COMPUTE_32F && fake_number("FAKE_CC", 90) >= 89;
}

static bool is_supported(cublasLtMatmulDesc_t d, cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t out)
{
    if (a->type == CUDA_R_4F_E2M1 || d->scale_mode[0] != 0 || d->scale_mode[1] != 0)
        return is_scaled_and_fits(d, a, b, out);
    if (fake_type_bytes(a->type) == 1)
        return is_narrow_and_fits(d, a, b, out);
    if (a->type != b->type || (a->type == CUDA_R_16BF && fake_number("FAKE_CC", 90) < 80))
        return false;
    if (a->type == CUDA_R_64F)
        return out->type == CUDA_R_64F && d->compute == CUBLAS_COMPUTE_64F;
    if (a->type == CUDA_R_32F)
        return out->type == CUDA_R_32F && (d->compute == CUBLAS_COMPUTE_32F_PEDANTIC || d->compute == CUBLAS_COMPUTE_32F_FAST_TF32);
    return (out->type == CUDA_R_32F || out->type == a->type) && d->compute == CUBLAS_COMPUTE_32F;
}

/* What the first words of an algorithm say. */
enum { ALGO_ID, ALGO_SPLITS, ALGO_FLAGS };

static uint64_t flags_of(cublasLtMatmulDesc_t d, cudaDataType type)
{
    switch (type) {
    case CUDA_R_64F:     return CUBLASLT_NUMERICAL_IMPL_FLAGS_DMMA | CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_64F | CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_64F;
    case CUDA_R_16F:     return CUBLASLT_NUMERICAL_IMPL_FLAGS_HMMA | CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32F | CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16F;
    case CUDA_R_16BF:    return CUBLASLT_NUMERICAL_IMPL_FLAGS_HMMA | CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32F | CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16BF;
    case CUDA_R_8I:      return CUBLASLT_NUMERICAL_IMPL_FLAGS_IMMA | CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32I | CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_8I;
    case CUDA_R_8F_E4M3: return CUBLASLT_NUMERICAL_IMPL_FLAGS_HMMA | CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32F | CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_8F_E4M3;
    case CUDA_R_4F_E2M1: return CUBLASLT_NUMERICAL_IMPL_FLAGS_HMMA | CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32F;      /* there is no word for its input */
    case CUDA_R_8F_E5M2: return CUBLASLT_NUMERICAL_IMPL_FLAGS_HMMA | CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32F | CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_8F_E5M2;
    }
    if (d->compute == CUBLAS_COMPUTE_32F_FAST_TF32)
        return CUBLASLT_NUMERICAL_IMPL_FLAGS_HMMA | CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32F | CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_TF32;
    return CUBLASLT_NUMERICAL_IMPL_FLAGS_FMA | CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32F | CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_32F;
}

cublasStatus_t fake_cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t h, cublasLtMatmulDesc_t d, cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                                   cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t out, cublasLtMatmulPreference_t p, int most,
                                                   cublasLtMatmulHeuristicResult_t *results, int *n)
{
    if (h == NULL || most < 1 || c->type != out->type)
        return 7;
    *n = 0;
    if (!is_supported(d, a, b, out))
        return 15;
    for (int i = 0; i < 2 && i < most; i++) {
        cublasLtMatmulHeuristicResult_t *r = &results[(*n)++];

        memset(r, 0, sizeof *r);
        r->algo.data[ALGO_ID] = (uint64_t)(20 + i);
        r->algo.data[ALGO_SPLITS] = (uint64_t)(1 + 3 * i);
        r->algo.data[ALGO_FLAGS] = flags_of(d, a->type);
        r->workspaceSize = (size_t)i << 16;
        r->state = r->workspaceSize <= p->workspace ? 0 : 15;
    }
    return 0;
}

static cublasStatus_t tell(const void *value, size_t bytes, void *to, size_t room, size_t *written)
{
    if (room != bytes)
        return 7;
    memcpy(to, value, bytes);
    if (written != NULL)
        *written = bytes;
    return 0;
}

cublasStatus_t fake_cublasLtMatmulAlgoCapGetAttribute(const cublasLtMatmulAlgo_t *algo, cublasLtMatmulAlgoCapAttributes_t which,
                                                      void *to, size_t room, size_t *written)
{
    return which == CUBLASLT_ALGO_CAP_NUMERICAL_IMPL_FLAGS ? tell(&algo->data[ALGO_FLAGS], 8, to, room, written) : 7;
}

cublasStatus_t fake_cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t *algo, cublasLtMatmulAlgoConfigAttributes_t which,
                                                         void *to, size_t room, size_t *written)
{
    const uint32_t values[] = { (uint32_t)algo->data[ALGO_ID], 15, (uint32_t)algo->data[ALGO_SPLITS], algo->data[ALGO_SPLITS] > 1 ? 2 : 0 };

    return which >= 0 && which <= CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME ? tell(&values[which], 4, to, room, written) : 7;
}

static double scalar(const void *p, cudaDataType type)
{
    return type == CUDA_R_64F ? *(const double *)p : type == CUDA_R_32I ? *(const int32_t *)p : (double)*(const float *)p;
}

static struct fake_matrix matrix(const void *at, cublasLtMatrixLayout_t l, bool transposed)
{
    return (struct fake_matrix){ .at = at, .type = l->type, .rows = (int)l->rows, .columns = (int)l->columns, .ld = (long)l->ld, .transposed = transposed };
}

/* The factors of fp8 and fp4: one for all, or one for each block. False where they are no device memory. */
static bool apply_scales(cublasLtMatmulDesc_t d, struct fake_product *p)
{
    struct fake_matrix *of[2] = { &p->a, &p->b };

    for (int i = 0; i < 2; i++)
        if (d->scale_mode[i] != 0) {
            of[i]->block = d->scale_mode[i] == CUBLASLT_MATMUL_MATRIX_SCALE_VEC16_UE4M3 ? 16
                         : d->scale_mode[i] == CUBLASLT_MATMUL_MATRIX_SCALE_VEC32_UE8M0 ? 32 : 128;
            of[i]->of_columns = d->scale_mode[i] == CUBLASLT_MATMUL_MATRIX_SCALE_BLK128x128_32F ? 128 : 1;
            of[i]->scales = d->scales[i];
        } else if (d->scales[i] != NULL) {
            if (!fake_driver()->owns(d->scales[i], sizeof(float)))
                return false;
            p->alpha *= (double)*(const float *)d->scales[i];
        }
    return true;
}

cublasStatus_t fake_cublasLtMatmul(cublasLtHandle_t h, cublasLtMatmulDesc_t d, const void *alpha, const void *a, cublasLtMatrixLayout_t of_a,
                                   const void *b, cublasLtMatrixLayout_t of_b, const void *beta, const void *c, cublasLtMatrixLayout_t of_c,
                                   void *out, cublasLtMatrixLayout_t of_d, const cublasLtMatmulAlgo_t *algo, void *workspace, size_t bytes, CUstream stream)
{
    struct fake_product p = { .a = matrix(a, of_a, d->ta != CUBLAS_OP_N), .b = matrix(b, of_b, d->tb != CUBLAS_OP_N), .c = matrix(c, of_c, false),
                              .m = (int)of_d->rows, .n = (int)of_d->columns, .k = (int)(d->ta == CUBLAS_OP_N ? of_a->columns : of_a->rows),
                              .d = out, .d_type = of_d->type, .ldd = (long)of_d->ld, .alpha = scalar(alpha, d->scale), .beta = scalar(beta, d->scale),
                              .tf32 = d->compute == CUBLAS_COMPUTE_32F_FAST_TF32 && fake_number("FAKE_CC", 90) >= 80 };
    struct fake_matrix to = matrix(out, of_d, false);

    (void)algo;
    (void)stream;
    if (h == NULL || (bytes > 0 && !fake_driver()->owns(workspace, bytes)))
        return 7;
    if (!is_supported(d, of_a, of_b, of_d) || (is_fp8(of_a->type) && fake_number("FAKE_REFUSED_FP8", 0) != 0))
        return 15;
    if (d->scales[0] != NULL && !is_fp8(of_a->type) && of_a->type != CUDA_R_4F_E2M1)
        return 7;
    if (!apply_scales(d, &p) || !fake_matrix_is_there(&p.a) || !fake_matrix_is_there(&p.b) || !fake_matrix_is_there(&p.c) || !fake_matrix_is_there(&to)) {
        fake_driver()->late(700);
        return 0;
    }
    fake_multiply(&p);
    return 0;
}
