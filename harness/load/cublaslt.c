#include "load/cublaslt.h"

#include "base/text.h"

#define DL_TABLE cublaslt
static const struct dl_sym rows[] = { CUBLASLT_SYMS(DL_ROW) };
#undef DL_TABLE

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct cublaslt *t = (const struct cublaslt *)(const void *)lib;
    const char *own = t->cublasLtGetStatusString != NULL ? t->cublasLtGetStatusString((cublasStatus_t)code) : NULL;

    text_format(out, size, "%s (%ld)", own != NULL ? own : cublas_status_name(code), code);
}

bool cublaslt_bind(struct cublaslt *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
