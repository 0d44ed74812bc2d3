/* The fake libcublas.so.13: plain loops over column-major matrices, float sums. */
#include "load/cublas.h"
#include "load/cublaslt.h"
#include "tests/fakes/gate.h"

#include <stdlib.h>

FAKE_LIBRARY(CUBLAS_SYMS)

const long fake_failure = 14;           /* CUBLAS_STATUS_INTERNAL_ERROR */

struct cublasContext { cublasMath_t mode; };

/* libcublas is linked with libcublasLt, as the real one is: a call, so that the linker keeps it. */
size_t cublasLtGetVersion(void);

cublasStatus_t fake_cublasCreate_v2(cublasHandle_t *h)
{
    if (!fake_driver_serves() || cublasLtGetVersion() != 130100)
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
    *version = 130100;
    return 0;
}

cublasStatus_t fake_cublasSetStream_v2(cublasHandle_t h, CUstream s)
{
    (void)s;
    return h != NULL ? 0 : 1;
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

static size_t at(int row, int column, int ld)
{
    return (size_t)row + (size_t)column * (size_t)ld;
}

/* A matrix that is not all device memory is a fault that shows later, as on a GPU. */
static bool is_there(const float *p, int rows, int columns, int ld)
{
    return rows == 0 || columns == 0 || fake_driver()->owns(p, at(rows, columns - 1, ld) * sizeof *p);
}

cublasStatus_t fake_cublasSgemm_v2(cublasHandle_t h, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
                                   const float *alpha, const float *a, int lda, const float *b, int ldb,
                                   const float *beta, float *c, int ldc)
{
    int a_rows = ta == CUBLAS_OP_N ? m : k, b_rows = tb == CUBLAS_OP_N ? k : n;

    if (h == NULL)
        return 1;
    if (m < 0 || n < 0 || k < 0 || lda < a_rows || ldb < b_rows || ldc < m || lda < 1 || ldb < 1 || ldc < 1
        || ta < 0 || ta > 2 || tb < 0 || tb > 2)
        return 7;
    if (!is_there(a, a_rows, m + k - a_rows, lda) || !is_there(b, b_rows, k + n - b_rows, ldb) || !is_there(c, m, n, ldc)) {
        fake_driver()->late(700);
        return 0;
    }
    for (int col = 0; col < n; col++)
        for (int row = 0; row < m; row++) {
            float *out = &c[at(row, col, ldc)], sum = 0;

            for (int i = 0; i < k; i++)
                sum += a[ta == CUBLAS_OP_N ? at(row, i, lda) : at(i, row, lda)]
                     * b[tb == CUBLAS_OP_N ? at(i, col, ldb) : at(col, i, ldb)];
            *out = *beta == 0 ? *alpha * sum : *alpha * sum + *beta * *out;     /* 0 does not read what is there */
        }
    if (m > 0 && n > 0)
        fake_spoil(&c[at(0, n - 1, ldc)], (size_t)m);
    return 0;
}

cublasStatus_t fake_cublasGemmEx(cublasHandle_t h, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
                                 const void *alpha, const void *a, cudaDataType a_type, int lda,
                                 const void *b, cudaDataType b_type, int ldb, const void *beta,
                                 void *c, cudaDataType c_type, int ldc, cublasComputeType_t compute, cublasGemmAlgo_t algo)
{
    (void)algo;
    if (a_type != CUDA_R_32F || b_type != CUDA_R_32F || c_type != CUDA_R_32F || (compute != 68 && compute != 69))
        return 15;                      /* the fake has fp32 only */
    return fake_cublasSgemm_v2(h, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
