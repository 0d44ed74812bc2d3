/* fit.h - whether an official PyTorch build runs on a machine, and by which link
 * of the chain it does not. Pure.
 */
#ifndef MODEL_FIT_H
#define MODEL_FIT_H

#include "model/expected.h"

struct fit_gpu { const char *name; int cc; };       /* "NVIDIA GeForce RTX 5090", 120; the name may be "sm_120" */

/* How the machine is told to a reader: "driver", "535.183.01", "NVML". The source may be NULL. */
struct host_line { const char *what, *value, *source; };

/* A machine, or one that is imagined. NULL and empty: not asked, so nothing is restricted by it. */
struct fit_host {
    const char *platform;                           /* "linux-x86_64" */
    const char *driver;                             /* "535.183.01", or a branch alone: "535" */
    bool        no_driver;                          /* it is known that there is none */
    const struct fit_gpu *gpus; size_t n_gpus;
    const char *python, *glibc;                     /* "3.12", "2.36" */
    const struct host_line *lines; size_t n_lines;
};

/* The links; what cannot be mended on a machine comes before what a new driver mends. */
enum fit_link { FIT_PLATFORM, FIT_PYTHON, FIT_GLIBC, FIT_GPU_CODE, FIT_CUDNN, FIT_DRIVER, FIT_GPU_DRIVER, FIT_LINKS };

extern const char *const fit_link_names[];          /* "platform", "python", ... */

/* why: for ANSWER_NO why not, otherwise what is worth reading about it, or NULL.
 * brief: the same in two or three words, "driver >= 580"; NULL where a table need not say it. */
struct fit_answer { enum answer holds; const char *why, *brief; };

/* Keeps the one that holds less: NO, then UNKNOWN, then YES with something to say. */
void fit_keep_worse(struct fit_answer *kept, struct fit_answer other);

struct fit {
    const struct torch_build *build;
    enum answer runs;                               /* NO if a link is broken; UNKNOWN if the tables cannot say of one */
    enum fit_link decides;                          /* the first link with that answer; meaningless for YES */
    struct fit_answer links[FIT_LINKS];
    bool native;                                    /* the driver is at least as new as the CUDA the build was made with */
    bool jit;                                       /* a GPU is covered by PTX alone */
};

struct fit fit_build(struct arena *a, const struct expected *x, const struct torch_build *b, const struct fit_host *host);

/* One link alone: whether programs built with that CUDA run on that driver. The
 * rule is the CUDA major's floor (minor-version compatibility); the answer's
 * sentence also speaks where comparing with what nvidia-smi shows would mislead. */
struct fit_answer fit_driver(struct arena *a, const struct expected *x, const char *cuda, const char *driver);

/* One link alone: whether that driver knows the GPU, and still drives it. */
struct fit_answer fit_gpu_driver(struct arena *a, const struct expected *x, const struct fit_gpu *gpu, const char *driver);

/* The oldest driver that runs programs of that CUDA on these GPUs, "570"; NULL if it is not known. */
const char *fit_driver_floor(struct arena *a, const struct expected *x, const char *cuda, const struct fit_gpu *gpus, size_t n_gpus);

/* One link alone: code that was made with that CUDA against one GPU; driver may be NULL. */
struct fit_answer fit_gpu_code(struct arena *a, const struct expected *x, const struct gpu_code *codes, size_t n_codes,
                               const char *cuda, const struct fit_gpu *gpu, const char *driver);

/* "12.2" for "535.183.01": what nvidia-smi shows for that driver. For a branch
 * that is not in the table the next older one's; NULL if there is none. */
const char *fit_driver_cuda(const struct expected *x, const char *driver);

/* Whether that driver's own branch is in the table. */
bool fit_branch_is_known(const struct expected *x, const char *driver);

#endif
