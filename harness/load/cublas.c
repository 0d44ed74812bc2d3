#include "load/cublas.h"

#include "base/text.h"

#define DL_TABLE cublas
static const struct dl_sym rows[] = { CUBLAS_SYMS(DL_ROW) };
#undef DL_TABLE

/* cublasGetStatusString came with 11.4; the codes are older (cublas_api.h). */
const char *cublas_status_name(long code)
{
    switch (code) {
    case 1:  return "CUBLAS_STATUS_NOT_INITIALIZED";
    case 3:  return "CUBLAS_STATUS_ALLOC_FAILED";
    case 7:  return "CUBLAS_STATUS_INVALID_VALUE";
    case 8:  return "CUBLAS_STATUS_ARCH_MISMATCH";
    case 11: return "CUBLAS_STATUS_MAPPING_ERROR";
    case 13: return "CUBLAS_STATUS_EXECUTION_FAILED";
    case 14: return "CUBLAS_STATUS_INTERNAL_ERROR";
    case 15: return "CUBLAS_STATUS_NOT_SUPPORTED";
    case 16: return "CUBLAS_STATUS_LICENSE_ERROR";
    }
    return "an unknown status";
}

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct cublas *t = (const struct cublas *)(const void *)lib;
    const char *own = t->cublasGetStatusString != NULL ? t->cublasGetStatusString((cublasStatus_t)code) : NULL;

    text_format(out, size, "%s (%ld)", own != NULL ? own : cublas_status_name(code), code);
}

bool cublas_bind(struct cublas *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
