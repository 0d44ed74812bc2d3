#include "load/nvjitlink.h"

#include "base/text.h"

#define ROW(release, need, name)    { "__" #name release, offsetof(struct nvjitlink, name), DL_##need },
#define ROW_12(need, ret, name, params)     ROW("_12_0", need, name)
#define ROW_13(need, ret, name, params)     ROW("_13_0", need, name)
#define DL_TABLE nvjitlink
static const struct dl_sym of_12[] = { NVJITLINK_SYMS(ROW_12) }, of_13[] = { NVJITLINK_SYMS(ROW_13) }, plain[] = { NVJITLINK_SYMS(DL_ROW) };
#undef DL_TABLE

/* nvJitLink has no words for its codes: these are the names in nvJitLink.h. */
static const char *name_of(long code)
{
    static const char *const names[] = {
        [1] = "UNRECOGNIZED_OPTION", [2] = "MISSING_ARCH", [3] = "INVALID_INPUT", [4] = "PTX_COMPILE", [5] = "NVVM_COMPILE",
        [6] = "INTERNAL", [7] = "THREADPOOL", [8] = "UNRECOGNIZED_INPUT", [9] = "FINALIZE", [10] = "NULL_INPUT",
        [11] = "INCOMPATIBLE_OPTIONS", [12] = "INCORRECT_INPUT_TYPE", [13] = "ARCH_MISMATCH", [14] = "OUTDATED_LIBRARY",
        [15] = "MISSING_FATBIN", [16] = "UNRECOGNIZED_ARCH", [17] = "UNSUPPORTED_ARCH", [18] = "LTO_NOT_ENABLED",
    };

    return code > 0 && (size_t)code < COUNT_OF(names) ? names[code] : "(unknown)";
}

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    (void)lib;
    text_format(out, size, "NVJITLINK_ERROR_%s (%ld)", name_of(code), code);
}

bool nvjitlink_bind(struct nvjitlink *t, void *handle, struct err *e)
{
    struct err none = { .text = "" };

    t->dl.explain = explain;
    return dl_bind(&t->dl, handle, of_13, COUNT_OF(of_13), &none) || dl_bind(&t->dl, handle, of_12, COUNT_OF(of_12), &none)
        || dl_bind(&t->dl, handle, plain, COUNT_OF(plain), e);
}
