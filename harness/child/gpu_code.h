/* gpu_code.h - whether a library file has code for a GPU (child only). */
#ifndef CHILD_GPU_CODE_H
#define CHILD_GPU_CODE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/elf_facts.h"

struct gpu_cover {
    bool        has_code;       /* the file has GPU code at all */
    bool        sass;           /* machine code that this GPU runs: same major, minor not above its own */
    bool        ptx;            /* PTX for an architecture not above its own */
    const char *list;           /* "sm_80 sm_90 compute_90", "none" */
};

/* Whether this machine code runs on that GPU. */
bool gpu_code_runs(const struct gpu_code *code, int cc);

/* cc: compute capability times ten, 90 for 9.0. False if the file cannot be read. */
bool gpu_code_cover(struct gpu_cover *out, struct arena *a, const char *path, int cc, struct err *e) MUST_USE;

#endif
