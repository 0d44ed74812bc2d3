#include "load/nvml.h"

#include "base/text.h"

#define DL_TABLE nvml
static const struct dl_sym rows[] = { NVML_SYMS(DL_ROW) };
#undef DL_TABLE

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct nvml *t = (const struct nvml *)(const void *)lib;

    text_format(out, size, "NVML code %ld: %s", code, t->nvmlErrorString((nvmlReturn_t)code));
}

bool nvml_bind(struct nvml *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
