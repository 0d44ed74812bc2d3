#include "load/cusparselt.h"

#include "base/text.h"

#define DL_TABLE cusparselt
static const struct dl_sym rows[] = { CUSPARSELT_SYMS(DL_ROW) };
#undef DL_TABLE

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct cusparselt *t = (const struct cusparselt *)(const void *)lib;
    const char *own = t->cusparseLtGetErrorName != NULL ? t->cusparseLtGetErrorName((cusparseStatus_t)code) : NULL;

    text_format(out, size, "%s (%ld)", own != NULL ? own : cusparse_status_name(code), code);
}

bool cusparselt_bind(struct cusparselt *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
