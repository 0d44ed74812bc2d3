/* The fake libnvrtc.so.13: it compiles nothing. It finds the kernel's name in the
 * source and gives an image of that name, which the fake driver takes; a source
 * with #error does not compile. */
#include "load/nvrtc.h"
#include "tests/fakes/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FAKE_LIBRARY(NVRTC_SYMS)

const long fake_failure = 11;           /* NVRTC_ERROR_INTERNAL_ERROR */

struct _nvrtcProgram { char *source, kernel[96], image[200], ptx[300], log[200]; };

nvrtcResult fake_nvrtcVersion(int *major, int *minor)
{
    *major = 13;
    *minor = 0;
    return 0;
}

const char *fake_nvrtcGetErrorString(nvrtcResult code)
{
    return code == 0 ? "NVRTC_SUCCESS" : code == 6 ? "NVRTC_ERROR_COMPILATION"
         : code == 5 ? "NVRTC_ERROR_INVALID_OPTION" : code == 11 ? "NVRTC_ERROR_INTERNAL_ERROR" : "NVRTC_ERROR unknown";
}

static const int archs[] = { 75, 80, 86, 87, 88, 89, 90, 100, 103, 110, 120, 121 };

nvrtcResult fake_nvrtcGetNumSupportedArchs(int *n)
{
    *n = COUNT_OF(archs);
    return 0;
}

nvrtcResult fake_nvrtcGetSupportedArchs(int *out)
{
    memcpy(out, archs, sizeof archs);
    return 0;
}

nvrtcResult fake_nvrtcCreateProgram(nvrtcProgram *p, const char *source, const char *name, int n, const char *const *headers,
                                    const char *const *names)
{
    (void)name;
    (void)n;
    (void)headers;
    (void)names;
    *p = calloc(1, sizeof **p);
    (*p)->source = strdup(source);
    return 0;
}

nvrtcResult fake_nvrtcDestroyProgram(nvrtcProgram *p)
{
    free((*p)->source);
    free(*p);
    *p = NULL;
    return 0;
}

/* The arch of --gpu-architecture=sm_90 or -arch=compute_90; 75 if none is asked for. */
static int arch_of(int n, const char *const *options)
{
    for (int i = 0; i < n; i++) {
        const char *digits = strrchr(options[i], '_');

        if (strstr(options[i], "arch") != NULL && digits != NULL)
            return atoi(digits + 1);
    }
    return 75;
}

nvrtcResult fake_nvrtcCompileProgram(nvrtcProgram p, int n, const char *const *options)
{
    static const char before[] = "__global__ void ";
    const char *at = strstr(p->source, before);
    int arch = arch_of(n, options);
    bool known = false;

    for (size_t i = 0; i < COUNT_OF(archs); i++)
        known |= archs[i] == arch;
    if (!known) {
        snprintf(p->log, sizeof p->log, "nvrtc: error: invalid value for --gpu-architecture (-arch)\n");
        return 5;
    }
    if (strstr(p->source, "#error") != NULL || at == NULL || sscanf(at + strlen(before), "%95[A-Za-z0-9_]", p->kernel) != 1) {
        snprintf(p->log, sizeof p->log, "default_program(1): catastrophic error: #error directive\n");
        return NVRTC_ERROR_COMPILATION;
    }
    snprintf(p->image, sizeof p->image, "\177ELF FAKE-CUBIN %s\n", p->kernel);
    snprintf(p->ptx, sizeof p->ptx, "// simulated\n.version 9.0\n.target sm_%d\n.address_size 64\n.visible .entry %s()\n{\n\tret;\n}\n",
             arch, p->kernel);
    return 0;
}

nvrtcResult fake_nvrtcGetProgramLogSize(nvrtcProgram p, size_t *n)
{
    *n = strlen(p->log) + 1;
    return 0;
}

nvrtcResult fake_nvrtcGetProgramLog(nvrtcProgram p, char *out)
{
    strcpy(out, p->log);
    return 0;
}

nvrtcResult fake_nvrtcGetPTXSize(nvrtcProgram p, size_t *n)
{
    *n = strlen(p->ptx) + 1;
    return 0;
}

nvrtcResult fake_nvrtcGetPTX(nvrtcProgram p, char *out)
{
    strcpy(out, p->ptx);
    return 0;
}

nvrtcResult fake_nvrtcGetCUBINSize(nvrtcProgram p, size_t *n)
{
    *n = strlen(p->image) + 1;
    return 0;
}

nvrtcResult fake_nvrtcGetCUBIN(nvrtcProgram p, char *out)
{
    strcpy(out, p->image);
    return 0;
}
