#include "load/cuda.h"

#include "base/text.h"

#define DL_TABLE cuda
static const struct dl_sym rows[] = { CUDA_SYMS(DL_ROW) };
#undef DL_TABLE

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct cuda *t = (const struct cuda *)(const void *)lib;
    const char *name = NULL, *text = NULL;

    t->cuGetErrorName((CUresult)code, &name);
    t->cuGetErrorString((CUresult)code, &text);
    text_format(out, size, "%s (%ld): %s", name != NULL ? name : "an unknown code", code, text != NULL ? text : "no text");
}

bool cuda_bind(struct cuda *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
