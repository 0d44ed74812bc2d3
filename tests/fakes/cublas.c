/* The fake libcublas.so.13. */
#include "load/cublas.h"
#include "load/cublaslt.h"
#include "tests/fakes/gate.h"
#include "tests/fakes/product.h"

#include <stdlib.h>

FAKE_LIBRARY(CUBLAS_SYMS)

const long fake_failure = 14;           /* CUBLAS_STATUS_INTERNAL_ERROR */

struct cublasContext { cublasMath_t mode; CUstream stream; };

/* libcublas is linked with libcublasLt, as the real one is: a call, so that the linker keeps it. */
size_t cublasLtGetVersion(void);

cublasStatus_t fake_cublasCreate_v2(cublasHandle_t *h)
{
    if (!fake_driver_serves() || cublasLtGetVersion() < 10000)
        return 1;                       /* CUBLAS_STATUS_NOT_INITIALIZED */
    *h = calloc(1, sizeof **h);
    return 0;
}

cublasStatus_t fake_cublasDestroy_v2(cublasHandle_t h)
{
    free(h);
    return 0;
}

cublasStatus_t fake_cublasGetProperty(libraryPropertyType which, int *value)
{
    static const int version[] = { 13, 1, 0 };

    if (which < 0 || which > 2)
        return 7;
    *value = version[which];
    return 0;
}

cublasStatus_t fake_cublasGetVersion_v2(cublasHandle_t h, int *version)
{
    (void)h;
    *version = (int)cublasLtGetVersion();
    return 0;
}

cublasStatus_t fake_cublasSetStream_v2(cublasHandle_t h, CUstream s)
{
    if (h == NULL)
        return 1;
    h->stream = s;
    return 0;
}

cublasStatus_t fake_cublasSetWorkspace_v2(cublasHandle_t h, void *p, size_t bytes)
{
    if (h == NULL)
        return 1;
    return bytes == 0 || fake_driver()->owns(p, bytes) ? 0 : 7;
}

cublasStatus_t fake_cublasSetMathMode(cublasHandle_t h, cublasMath_t mode)
{
    if (h == NULL)
        return 1;
    if (cublasLtGetVersion() < CUBLAS_11_0 && (mode < 0 || mode > 1))     /* default and tensor operations */
        return 7;
    h->mode = mode;
    return 0;
}

cublasStatus_t fake_cublasGetMathMode(cublasHandle_t h, cublasMath_t *mode)
{
    if (h == NULL)
        return 1;
    *mode = h->mode;
    return 0;
}

const char *fake_cublasGetStatusString(cublasStatus_t code)
{
    switch (code) {
    case 0:  return "CUBLAS_STATUS_SUCCESS";
    case 1:  return "CUBLAS_STATUS_NOT_INITIALIZED";
    case 7:  return "CUBLAS_STATUS_INVALID_VALUE";
    case 13: return "CUBLAS_STATUS_EXECUTION_FAILED";
    case 14: return "CUBLAS_STATUS_INTERNAL_ERROR";
    case 15: return "CUBLAS_STATUS_NOT_SUPPORTED";
    }
    return "<unknown>";
}

static cublasStatus_t multiply(cublasHandle_t h, cublasOperation_t ta, cublasOperation_t tb, struct fake_product *p)
{
    struct fake_matrix *a = &p->a, *b = &p->b;

    if (h == NULL)
        return 1;
    *a = (struct fake_matrix){ a->at, a->type, ta == CUBLAS_OP_N ? p->m : p->k, ta == CUBLAS_OP_N ? p->k : p->m, a->ld, ta != CUBLAS_OP_N, NULL, 0, 0 };
    *b = (struct fake_matrix){ b->at, b->type, tb == CUBLAS_OP_N ? p->k : p->n, tb == CUBLAS_OP_N ? p->n : p->k, b->ld, tb != CUBLAS_OP_N, NULL, 0, 0 };
    p->c = (struct fake_matrix){ p->d, p->d_type, p->m, p->n, p->ldd, false, NULL, 0, 0 };
    if (p->m < 0 || p->n < 0 || p->k < 0 || a->ld < a->rows || b->ld < b->rows || p->ldd < p->m || a->ld < 1 || b->ld < 1 || p->ldd < 1
        || ta < 0 || ta > 2 || tb < 0 || tb > 2)
        return 7;
    /* A matrix that is not all device memory is a fault that shows later, as on a GPU. */
    if (!fake_matrix_is_there(a) || !fake_matrix_is_there(b) || !fake_matrix_is_there(&p->c)) {
        fake_driver()->late(700);
        return 0;
    }
    fake_multiply(p);
    return 0;
}

/* A product that a graph makes, by its exported entry. */
struct kept { cublasHandle_t h; int ta, tb, m, n, k, lda, ldb, ldc; float alpha, beta; const float *a, *b; float *c; };

cublasStatus_t cublasSgemm_v2(cublasHandle_t h, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
                              const float *alpha, const float *a, int lda, const float *b, int ldb, const float *beta, float *c, int ldc);

static long again(const void *call)
{
    const struct kept *p = call;

    return cublasSgemm_v2(p->h, p->ta, p->tb, p->m, p->n, p->k, &p->alpha, p->a, p->lda, p->b, p->ldb, &p->beta, p->c, p->ldc);
}

cublasStatus_t fake_cublasSgemm_v2(cublasHandle_t h, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
                                   const float *alpha, const float *a, int lda, const float *b, int ldb,
                                   const float *beta, float *c, int ldc)
{
    struct fake_product p = { .m = m, .n = n, .k = k, .a = { .at = a, .ld = lda }, .b = { .at = b, .ld = ldb }, .d = c, .ldd = ldc,
                              .alpha = (double)*alpha, .beta = (double)*beta,
                              .tf32 = h != NULL && h->mode == CUBLAS_TF32_TENSOR_OP_MATH && fake_number("FAKE_CC", 90) >= 80 };

    if (h != NULL)
        FAKE_KEEP(h->stream, again, (struct kept){ h, ta, tb, m, n, k, lda, ldb, ldc, *alpha, *beta, a, b, c });
    return multiply(h, ta, tb, &p);
}

cublasStatus_t fake_cublasDgemm_v2(cublasHandle_t h, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
                                   const double *alpha, const double *a, int lda, const double *b, int ldb,
                                   const double *beta, double *c, int ldc)
{
    struct fake_product p = { .m = m, .n = n, .k = k, .a = { .at = a, .ld = lda, .type = CUDA_R_64F }, .b = { .at = b, .ld = ldb, .type = CUDA_R_64F },
                              .d = c, .d_type = CUDA_R_64F, .ldd = ldc, .alpha = *alpha, .beta = *beta };

    return multiply(h, ta, tb, &p);
}

/* Of what the real one supports, the products of these types with fp32 sums. */
static bool has_types(cudaDataType in, cudaDataType out, cublasComputeType_t compute)
{
    if (compute == CUBLAS_COMPUTE_32F_FAST_TF32)
        return in == CUDA_R_32F && out == CUDA_R_32F;
    if (cublasLtGetVersion() < CUBLAS_11_0)
        return in == CUDA_R_16F && (out == CUDA_R_16F || out == CUDA_R_32F) && compute == CUDA_R_32F;
    if (compute != CUBLAS_COMPUTE_32F && compute != CUBLAS_COMPUTE_32F_PEDANTIC)
        return false;
    if (in == CUDA_R_16BF && fake_number("FAKE_CC", 90) < 80)
        return false;
    return out == CUDA_R_32F ? in == CUDA_R_32F || in == CUDA_R_16F || in == CUDA_R_16BF
                             : in == out && (in == CUDA_R_16F || in == CUDA_R_16BF);
}

cublasStatus_t fake_cublasGemmEx(cublasHandle_t h, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
                                 const void *alpha, const void *a, cudaDataType a_type, int lda,
                                 const void *b, cudaDataType b_type, int ldb, const void *beta,
                                 void *c, cudaDataType c_type, int ldc, cublasComputeType_t compute, cublasGemmAlgo_t algo)
{
    struct fake_product p = { .m = m, .n = n, .k = k, .a = { .at = a, .ld = lda, .type = a_type }, .b = { .at = b, .ld = ldb, .type = b_type },
                              .d = c, .d_type = c_type, .ldd = ldc, .alpha = (double)*(const float *)alpha, .beta = (double)*(const float *)beta,
                              .tf32 = compute == CUBLAS_COMPUTE_32F_FAST_TF32 && fake_number("FAKE_CC", 90) >= 80 };

    (void)algo;
    if (a_type != b_type || !has_types(a_type, c_type, compute))
        return 15;
    return multiply(h, ta, tb, &p);
}

cublasStatus_t fake_cublasGetEmulationStrategy(cublasHandle_t h, cublasEmulationStrategy_t *strategy)
{
    if (h == NULL)
        return 1;
    *strategy = (int)fake_number("FAKE_EMULATION", 0);
    return 0;
}
