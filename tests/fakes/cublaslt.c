/* The fake libcublasLt.so.13. */
#include "load/cublaslt.h"
#include "tests/fakes/gate.h"

#include <stdlib.h>

FAKE_LIBRARY(CUBLASLT_SYMS)

const long fake_failure = 14;           /* CUBLAS_STATUS_INTERNAL_ERROR */

size_t fake_cublasLtGetVersion(void)
{
    return 130100;
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
    return code == 0 ? "CUBLAS_STATUS_SUCCESS" : code == 1 ? "CUBLAS_STATUS_NOT_INITIALIZED" : "CUBLAS_STATUS_INTERNAL_ERROR";
}
