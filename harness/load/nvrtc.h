/* nvrtc.h - NVRTC (libnvrtc.so) as a table of function pointers. */
#ifndef LOAD_NVRTC_H
#define LOAD_NVRTC_H

#include "load/dl.h"

typedef int                    nvrtcResult;             /* an enum there */
typedef struct _nvrtcProgram  *nvrtcProgram;

enum { NVRTC_ERROR_COMPILATION = 6 };

#define NVRTC_SYMS(SYM) \
    SYM(NEED, nvrtcResult,  nvrtcVersion,               (int *, int *)) \
    SYM(NEED, const char *, nvrtcGetErrorString,        (nvrtcResult)) \
    SYM(WANT, nvrtcResult,  nvrtcGetNumSupportedArchs,  (int *)) \
    SYM(WANT, nvrtcResult,  nvrtcGetSupportedArchs,     (int *)) \
    SYM(NEED, nvrtcResult,  nvrtcCreateProgram,         (nvrtcProgram *, const char *, const char *, int, \
                                                         const char *const *, const char *const *)) \
    SYM(NEED, nvrtcResult,  nvrtcDestroyProgram,        (nvrtcProgram *)) \
    SYM(NEED, nvrtcResult,  nvrtcCompileProgram,        (nvrtcProgram, int, const char *const *)) \
    SYM(NEED, nvrtcResult,  nvrtcGetProgramLogSize,     (nvrtcProgram, size_t *)) \
    SYM(NEED, nvrtcResult,  nvrtcGetProgramLog,         (nvrtcProgram, char *)) \
    SYM(NEED, nvrtcResult,  nvrtcGetPTXSize,            (nvrtcProgram, size_t *)) \
    SYM(NEED, nvrtcResult,  nvrtcGetPTX,                (nvrtcProgram, char *)) \
    SYM(WANT, nvrtcResult,  nvrtcGetCUBINSize,          (nvrtcProgram, size_t *)) \
    SYM(WANT, nvrtcResult,  nvrtcGetCUBIN,              (nvrtcProgram, char *))

struct nvrtc { struct dl dl; NVRTC_SYMS(DL_FIELD) };

bool nvrtc_bind(struct nvrtc *t, void *handle, struct err *e) MUST_USE;

#endif
