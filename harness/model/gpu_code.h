/* gpu_code.h - which GPU runs which code of a library. Pure. */
#ifndef MODEL_GPU_CODE_H
#define MODEL_GPU_CODE_H

#include "base/arena.h"
#include "model/elf_facts.h"

/* Compute capabilities are numbers times ten everywhere: 90 for 9.0. */

/* Whether this machine code runs on that GPU. */
bool gpu_code_runs(const struct gpu_code *code, int cc);

/* What of a library's code a GPU can use. */
struct gpu_cover {
    bool has_code;              /* there is GPU code at all */
    bool sass;                  /* machine code that this GPU runs */
    bool ptx;                   /* PTX that its driver can compile for it */
};

struct gpu_cover gpu_code_covers(const struct gpu_code *codes, size_t n, int cc);

/* As nvcc names it, in the order of the codes: "sm_80", "sm_90a", "compute_90" (PTX), "lto_90". In the arena. */
size_t gpu_code_names(const char ***out, struct arena *a, const struct gpu_code *codes, size_t n_codes);

/* "sm_80 sm_90a compute_90"; "none" for no code. In the arena. */
const char *gpu_code_list(struct arena *a, const struct gpu_code *codes, size_t n);

/* "sm_90a" or "compute_120"; false if it is neither. */
bool gpu_code_parse(struct gpu_code *out, const char *text) MUST_USE;

#endif
