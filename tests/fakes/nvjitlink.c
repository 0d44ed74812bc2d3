/* The fake libnvJitLink.so.13: it compiles nothing. It looks whether what one
 * input calls is in another, and gives an image of the kernel's name, which the
 * fake driver takes. */
#include "load/nvjitlink.h"
#include "tests/fakes/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FAKE_LIBRARY(NVJITLINK_SYMS)

/* The real library has each function under both names. */
#define UNDER_BOTH(need, ret, name, params) \
    __asm__(".globl __" #name "_13_0\n .type __" #name "_13_0, %function\n .set __" #name "_13_0, " #name "\n");
NVJITLINK_SYMS(UNDER_BOTH)

const long fake_failure = 6;            /* NVJITLINK_ERROR_INTERNAL */

enum { MISSING_ARCH = 2, FINALIZE = 9, INPUTS_MAX = 8 };

struct nvJitLink { const char *inputs[INPUTS_MAX]; int n; char kernel[96], image[160], log[300]; };

nvJitLinkResult fake_nvJitLinkCreate(nvJitLinkHandle *made, uint32_t n, const char *const *options)
{
    static const int archs[] = { 75, 80, 86, 87, 88, 89, 90, 100, 103, 110, 120, 121 };
    int arch = 0;

    *made = calloc(1, sizeof **made);
    for (uint32_t i = 0; i < n; i++)
        (void)sscanf(options[i], "-arch=sm_%d", &arch);
    if (arch == 0)
        return MISSING_ARCH;
    for (size_t i = 0; i < COUNT_OF(archs); i++)
        if (archs[i] == arch)
            return 0;
    snprintf((*made)->log, sizeof (*made)->log, "ERROR NVJITLINK_ERROR_UNSUPPORTED_ARCH: unsupported architecture (compute_%d)\n", arch);
    return NVJITLINK_ERROR_UNSUPPORTED_ARCH;
}

nvJitLinkResult fake_nvJitLinkDestroy(nvJitLinkHandle *l)
{
    free(*l);
    *l = NULL;
    return 0;
}

nvJitLinkResult fake_nvJitLinkAddData(nvJitLinkHandle l, nvJitLinkInputType type, const void *data, size_t bytes, const char *name)
{
    (void)name;
    if (type != NVJITLINK_INPUT_PTX || l->n == INPUTS_MAX || bytes == 0)
        return 3;
    l->inputs[l->n++] = data;
    return 0;
}

/* The name behind such a line's parameters of what is returned: ".func (...) NAME(". */
static bool name_behind(const char *input, const char *line, char name[96])
{
    const char *at = strstr(input, line);

    return at != NULL && sscanf(at + strlen(line), "%*[^)]) %95[A-Za-z0-9_]", name) == 1;
}

static bool is_defined(const struct nvJitLink *l, const char *called)
{
    char name[96];

    for (int i = 0; i < l->n; i++)
        if (name_behind(l->inputs[i], ".visible .func (", name) && strcmp(name, called) == 0)
            return true;
    return false;
}

nvJitLinkResult fake_nvJitLinkComplete(nvJitLinkHandle l)
{
    static const char entry[] = ".visible .entry ";
    char called[96];

    for (int i = 0; i < l->n; i++) {
        const char *at = strstr(l->inputs[i], entry);

        if (at != NULL)
            (void)sscanf(at + strlen(entry), "%95[A-Za-z0-9_]", l->kernel);
        if (name_behind(l->inputs[i], ".extern .func (", called) && !is_defined(l, called)) {
            snprintf(l->log, sizeof l->log, "nvlink error   : Undefined reference to '%s'\n", called);
            return FINALIZE;
        }
    }
    snprintf(l->image, sizeof l->image, "\177ELF FAKE-CUBIN %s\n", fake_lie_is(WRONG_RESULT) ? "another" : l->kernel);
    if (fake_lie_is(ZERO_RESULT))
        memset(l->image, '0', strlen(l->image));
    return 0;
}

nvJitLinkResult fake_nvJitLinkGetLinkedCubinSize(nvJitLinkHandle l, size_t *n)
{
    *n = strlen(l->image) + 1;
    return 0;
}

nvJitLinkResult fake_nvJitLinkGetLinkedCubin(nvJitLinkHandle l, void *out)
{
    strcpy(out, l->image);
    return 0;
}

nvJitLinkResult fake_nvJitLinkGetErrorLogSize(nvJitLinkHandle l, size_t *n)
{
    *n = strlen(l->log) + 1;
    return 0;
}

nvJitLinkResult fake_nvJitLinkGetErrorLog(nvJitLinkHandle l, char *out)
{
    strcpy(out, l->log);
    return 0;
}
