/* nvjitlink.h - nvJitLink (libnvJitLink.so) as a table of function pointers. */
#ifndef LOAD_NVJITLINK_H
#define LOAD_NVJITLINK_H

#include "load/dl.h"

typedef int nvJitLinkResult;            /* enums there */
typedef int nvJitLinkInputType;
typedef struct nvJitLink *nvJitLinkHandle;

enum {
    NVJITLINK_ERROR_UNRECOGNIZED_ARCH = 16, NVJITLINK_ERROR_UNSUPPORTED_ARCH = 17,
    NVJITLINK_INPUT_PTX = 2,
};

/* Under these names the header has inline functions, which call __nvJitLinkCreate_12_0
 * and so on, named after the header's release: a library has the names of its own
 * release and of those before it of the same major version. The plain names are in the
 * library in 12.4 and 13.0, too, but not in 12.1. All take the same parameters. */
#define NVJITLINK_SYMS(SYM) \
    SYM(NEED, nvJitLinkResult, nvJitLinkCreate,             (nvJitLinkHandle *, uint32_t, const char *const *)) \
    SYM(NEED, nvJitLinkResult, nvJitLinkDestroy,            (nvJitLinkHandle *)) \
    SYM(NEED, nvJitLinkResult, nvJitLinkAddData,            (nvJitLinkHandle, nvJitLinkInputType, const void *, size_t, const char *)) \
    SYM(NEED, nvJitLinkResult, nvJitLinkComplete,           (nvJitLinkHandle)) \
    SYM(NEED, nvJitLinkResult, nvJitLinkGetLinkedCubinSize, (nvJitLinkHandle, size_t *)) \
    SYM(NEED, nvJitLinkResult, nvJitLinkGetLinkedCubin,     (nvJitLinkHandle, void *)) \
    SYM(NEED, nvJitLinkResult, nvJitLinkGetErrorLogSize,    (nvJitLinkHandle, size_t *)) \
    SYM(NEED, nvJitLinkResult, nvJitLinkGetErrorLog,        (nvJitLinkHandle, char *))

struct nvjitlink { struct dl dl; NVJITLINK_SYMS(DL_FIELD) };

/* The names that programs built with the first release of a major version call, or else the plain ones. */
bool nvjitlink_bind(struct nvjitlink *t, void *handle, struct err *e) MUST_USE;

#endif
