#include "load/cupti.h"

#include "base/text.h"

#define DL_TABLE cupti
static const struct dl_sym rows[] = { CUPTI_SYMS(DL_ROW) };
#undef DL_TABLE

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct cupti *t = (const struct cupti *)(const void *)lib;
    const char *words = NULL;

    if (t->cuptiGetResultString((CUptiResult)code, &words) != 0 || words == NULL)
        words = "an unknown result";
    text_format(out, size, "%s (%ld)", words, code);
}

bool cupti_bind(struct cupti *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
