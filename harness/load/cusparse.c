#include "load/cusparse.h"

#include "base/text.h"

#define DL_TABLE cusparse
static const struct dl_sym rows[] = { CUSPARSE_SYMS(DL_ROW) };
#undef DL_TABLE

/* cusparseGetErrorName came with 10.1; the codes are older (cusparse.h). */
const char *cusparse_status_name(long code)
{
    switch (code) {
    case 1:  return "CUSPARSE_STATUS_NOT_INITIALIZED";
    case 2:  return "CUSPARSE_STATUS_ALLOC_FAILED";
    case 3:  return "CUSPARSE_STATUS_INVALID_VALUE";
    case 4:  return "CUSPARSE_STATUS_ARCH_MISMATCH";
    case 5:  return "CUSPARSE_STATUS_MAPPING_ERROR";
    case 6:  return "CUSPARSE_STATUS_EXECUTION_FAILED";
    case 7:  return "CUSPARSE_STATUS_INTERNAL_ERROR";
    case 8:  return "CUSPARSE_STATUS_MATRIX_TYPE_NOT_SUPPORTED";
    case 9:  return "CUSPARSE_STATUS_ZERO_PIVOT";
    case 10: return "CUSPARSE_STATUS_NOT_SUPPORTED";
    case 11: return "CUSPARSE_STATUS_INSUFFICIENT_RESOURCES";
    }
    return "an unknown status";
}

bool cusparse_is_not_supported(long code)
{
    return code == CUSPARSE_STATUS_ARCH_MISMATCH || code == CUSPARSE_STATUS_MATRIX_TYPE_NOT_SUPPORTED || code == CUSPARSE_STATUS_NOT_SUPPORTED;
}

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct cusparse *t = (const struct cusparse *)(const void *)lib;
    const char *name = t->cusparseGetErrorName != NULL ? t->cusparseGetErrorName((cusparseStatus_t)code) : NULL;
    const char *words = t->cusparseGetErrorString != NULL ? t->cusparseGetErrorString((cusparseStatus_t)code) : NULL;

    text_format(out, size, "%s (%ld)%s%s", name != NULL ? name : cusparse_status_name(code), code, words != NULL ? ": " : "", words != NULL ? words : "");
}

bool cusparse_bind(struct cusparse *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
