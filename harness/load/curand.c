#include "load/curand.h"

#include "base/text.h"

#define DL_TABLE curand
static const struct dl_sym rows[] = { CURAND_SYMS(DL_ROW) };
#undef DL_TABLE

/* cuRAND has no words for its codes: these are the names in curand.h. */
static const char *name_of(long code)
{
    switch (code) {
    case 100: return "CURAND_STATUS_VERSION_MISMATCH";
    case 101: return "CURAND_STATUS_NOT_INITIALIZED";
    case 102: return "CURAND_STATUS_ALLOCATION_FAILED";
    case 103: return "CURAND_STATUS_TYPE_ERROR";
    case 104: return "CURAND_STATUS_OUT_OF_RANGE";
    case 105: return "CURAND_STATUS_LENGTH_NOT_MULTIPLE";
    case 106: return "CURAND_STATUS_DOUBLE_PRECISION_REQUIRED";
    case 201: return "CURAND_STATUS_LAUNCH_FAILURE";
    case 202: return "CURAND_STATUS_PREEXISTING_FAILURE";
    case 203: return "CURAND_STATUS_INITIALIZATION_FAILED";
    case 204: return "CURAND_STATUS_ARCH_MISMATCH";
    case 999: return "CURAND_STATUS_INTERNAL_ERROR";
    }
    return "an unknown status";
}

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    (void)lib;
    text_format(out, size, "%s (%ld)", name_of(code), code);
}

bool curand_bind(struct curand *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
