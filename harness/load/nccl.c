#include "load/nccl.h"

#include "base/text.h"

#define DL_TABLE nccl
static const struct dl_sym rows[] = { NCCL_SYMS(DL_ROW) };
#undef DL_TABLE

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct nccl *t = (const struct nccl *)(const void *)lib;
    const char *last = t->ncclGetLastError != NULL ? t->ncclGetLastError(NULL) : NULL;

    text_format(out, size, "%s (%ld)%s%s", t->ncclGetErrorString((ncclResult_t)code), code,
                last != NULL && *last != '\0' ? ": " : "", last != NULL ? last : "");
}

bool nccl_bind(struct nccl *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
