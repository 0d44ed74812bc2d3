#include "load/cusolver.h"

#include "base/text.h"

#define DL_TABLE cusolver
static const struct dl_sym rows[] = { CUSOLVER_SYMS(DL_ROW) };
#undef DL_TABLE

/* The library has no words for its codes (cusolver_common.h). */
static const char *name_of(long code)
{
    switch (code) {
    case 1:  return "CUSOLVER_STATUS_NOT_INITIALIZED";
    case 2:  return "CUSOLVER_STATUS_ALLOC_FAILED";
    case 3:  return "CUSOLVER_STATUS_INVALID_VALUE";
    case 4:  return "CUSOLVER_STATUS_ARCH_MISMATCH";
    case 5:  return "CUSOLVER_STATUS_MAPPING_ERROR";
    case 6:  return "CUSOLVER_STATUS_EXECUTION_FAILED";
    case 7:  return "CUSOLVER_STATUS_INTERNAL_ERROR";
    case 8:  return "CUSOLVER_STATUS_MATRIX_TYPE_NOT_SUPPORTED";
    case 9:  return "CUSOLVER_STATUS_NOT_SUPPORTED";
    case 10: return "CUSOLVER_STATUS_ZERO_PIVOT";
    case 11: return "CUSOLVER_STATUS_INVALID_LICENSE";
    }
    return "an unknown status";
}

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    (void)lib;
    text_format(out, size, "%s (%ld)", name_of(code), code);
}

bool cusolver_bind(struct cusolver *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
