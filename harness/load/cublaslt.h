/* cublaslt.h - cuBLASLt (libcublasLt.so) as a table of function pointers. */
#ifndef LOAD_CUBLASLT_H
#define LOAD_CUBLASLT_H

#include "load/cublas.h"

typedef struct cublasLtContext *cublasLtHandle_t;

#define CUBLASLT_SYMS(SYM) \
    SYM(NEED, size_t,         cublasLtGetVersion,       (void)) \
    SYM(NEED, size_t,         cublasLtGetCudartVersion, (void)) \
    SYM(NEED, cublasStatus_t, cublasLtCreate,           (cublasLtHandle_t *)) \
    SYM(NEED, cublasStatus_t, cublasLtDestroy,          (cublasLtHandle_t)) \
    SYM(WANT, const char *,   cublasLtGetStatusString,  (cublasStatus_t))

struct cublaslt { struct dl dl; CUBLASLT_SYMS(DL_FIELD) };

bool cublaslt_bind(struct cublaslt *t, void *handle, struct err *e) MUST_USE;

#endif
