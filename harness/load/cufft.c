#include "load/cufft.h"

#include "base/text.h"

#define DL_TABLE cufft
static const struct dl_sym rows[] = { CUFFT_SYMS(DL_ROW) };
#undef DL_TABLE

/* cuFFT has no words for its codes: these are the names in cufft.h. */
static const char *name_of(long code)
{
    static const char *const names[] = {
        [1] = "CUFFT_INVALID_PLAN", [2] = "CUFFT_ALLOC_FAILED", [3] = "CUFFT_INVALID_TYPE", [4] = "CUFFT_INVALID_VALUE",
        [5] = "CUFFT_INTERNAL_ERROR", [6] = "CUFFT_EXEC_FAILED", [7] = "CUFFT_SETUP_FAILED", [8] = "CUFFT_INVALID_SIZE",
        [9] = "CUFFT_UNALIGNED_DATA", [10] = "CUFFT_INCOMPLETE_PARAMETER_LIST", [11] = "CUFFT_INVALID_DEVICE",
        [12] = "CUFFT_PARSE_ERROR", [13] = "CUFFT_NO_WORKSPACE", [14] = "CUFFT_NOT_IMPLEMENTED", [15] = "CUFFT_LICENSE_ERROR",
        [16] = "CUFFT_NOT_SUPPORTED", [17] = "CUFFT_MISSING_DEPENDENCY", [18] = "CUFFT_NVRTC_FAILURE", [19] = "CUFFT_NVJITLINK_FAILURE",
        [20] = "CUFFT_NVSHMEM_FAILURE",
    };

    return code > 0 && (size_t)code < COUNT_OF(names) ? names[code] : "an unknown result";
}

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    (void)lib;
    text_format(out, size, "%s (%ld)", name_of(code), code);
}

bool cufft_bind(struct cufft *t, void *handle, struct err *e)
{
    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}
