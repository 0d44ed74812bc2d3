#include "load/nvrtc.h"

#include "base/text.h"

#define DL_TABLE nvrtc
static const struct dl_sym rows[] = { NVRTC_SYMS(DL_ROW) };
#undef DL_TABLE

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct nvrtc *t = (const struct nvrtc *)(const void *)lib;

    text_format(out, size, "%s (%ld)", t->nvrtcGetErrorString((nvrtcResult)code), code);
}

bool nvrtc_bind(struct nvrtc *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
