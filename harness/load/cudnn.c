#include "load/cudnn.h"

#include "base/text.h"

#define DL_TABLE cudnn
static const struct dl_sym rows[] = { CUDNN_SYMS(DL_ROW) };
#undef DL_TABLE

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct cudnn *t = (const struct cudnn *)(const void *)lib;
    char last[400] = "";

    if (t->cudnnGetLastErrorString != NULL)
        t->cudnnGetLastErrorString(last, sizeof last);
    text_format(out, size, "%s (%ld)%s%s", t->cudnnGetErrorString((cudnnStatus_t)code), code, last[0] != '\0' ? ": " : "", last);
}

bool cudnn_bind(struct cudnn *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
