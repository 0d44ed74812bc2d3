#include "load/cudart.h"

#include "base/text.h"

#define DL_TABLE cudart
static const struct dl_sym rows[] = { CUDART_SYMS(DL_ROW) };
#undef DL_TABLE

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct cudart *t = (const struct cudart *)(const void *)lib;

    text_format(out, size, "%s (%ld): %s", t->cudaGetErrorName((cudaError_t)code), code, t->cudaGetErrorString((cudaError_t)code));
}

bool cudart_bind(struct cudart *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
