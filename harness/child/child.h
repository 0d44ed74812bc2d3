/* child.h - what a probe may call while it runs.
 *
 * A child is this program executed again, for one batch of trials: one device,
 * one stack, one environment. Probes carry no cleanup: what they take from
 * here is given back when the trial settles, or by the end of the process.
 */
#ifndef CHILD_CHILD_H
#define CHILD_CHILD_H

#include "base/arena.h"
#include "child/calls.h"
#include "load/cublas.h"
#include "load/cublaslt.h"
#include "load/cuda.h"
#include "load/cudart.h"
#include "load/cudnn.h"
#include "load/cufft.h"
#include "load/cupti.h"
#include "load/curand.h"
#include "load/cusolver.h"
#include "load/cusparse.h"
#include "load/cusparselt.h"
#include "load/libtorch.h"
#include "load/nccl.h"
#include "load/nvjitlink.h"
#include "load/nvml.h"
#include "load/nvrtc.h"
#include "model/crumb.h"
#include "model/gpu_set.h"
#include "model/outcome.h"
#include "model/probe.h"
#include "model/stack.h"

/* One of the GPUs that this child was given. */
struct child_gpu {
    int         index;          /* gpu0, gpu1, ...; only where there are several */
    const char *uuid;
    int         cc;
    uint64_t    at_most;
    bool        nvml_answers;
    CUdevice    device;         /* with NEEDS_CONTEXT */
    CUcontext   context;
};

struct child {
    int           fd;               /* where records go */
    int           records;          /* of the trial that runs */
    struct crumb *crumb;
    struct arena  arena;            /* emptied when a trial settles */
    struct err    err;

    const struct stack *stack;      /* NULL: the driver only. Members have family, path and version */
    char *const  *env;              /* this process's environment */
    struct child_gpu *gpus; size_t n_gpus;  /* those of a trial about several; one for the others, without a name where there is none */
    size_t        gpu;              /* the one that is current: what follows, down to cc, and device and context are its */
    const char   *device_uuid;      /* NULL: no device */
    uint64_t      at_most;          /* bytes that all device buffers of a trial may hold; 0: no such bound */
    bool          nvml_answers;     /* about this device: its error counters are read before and after each trial */
    int           cc;               /* compute capability times ten; 0 without a device */
    const char   *libcuda;          /* the file to open for libcuda.so.1; NULL: what the loader finds */
    const char   *kernels;          /* how our kernels must be loaded: "sass" or "ptx"; NULL: the best that works */
    const char *const *meant; size_t n_meant;   /* PCI addresses of the GPUs that files name; machine probes only */
    uint64_t      seed;             /* of this trial's data; in the record */
    enum level    level;            /* how closely it looks: of measurements, how long their windows are */
    unsigned      soak_s;           /* how long a trial that beats goes on; 0: run by hand, as long as it likes */
    bool          goes_on;          /* ... after a fault, too */

    struct cuda     cuda;           /* bound when the probe NEEDS_DRIVER */
    struct nvml     nvml;           /* ... NEEDS_NVML */
    struct cudart   cudart;         /* the stack's: bound by child_bind_*, below */
    struct cublas   cublas;
    struct cublaslt cublaslt;
    struct cudnn    cudnn;
    struct cusolver cusolver;
    struct cusparse cusparse;
    struct cusparselt cusparselt;
    struct nvrtc    nvrtc;
    struct nvjitlink nvjitlink;
    struct cufft    cufft;
    struct curand   curand;
    struct cupti    cupti;
    struct nccl     nccl;
    struct libtorch libtorch;
    struct libtorch_cuda libtorch_cuda;
    struct libc10_cuda libc10_cuda;

    CUdevice      device;           /* with NEEDS_CONTEXT */
    CUcontext     context;

    struct child_state *state;      /* the child's own lists: buffers, modules, what is open */
};

/* ---- Observations. Keys are dotted and lower case; units as in "ms", "GB/s", "" for counts. ---- */
void saw_num(struct child *c, const char *key, const char *unit, double value);
void saw_text(struct child *c, const char *key, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* So many results of calls were held against what they should be; their sum is observed as "verified" when the trial settles. */
void child_verified(struct child *c, unsigned results);

/* ---- Of probes that beat: they run for long, and say in between what they would end with now. ---- */

/* Everything observed since the last beat is what the trial would have ended with now; what it does
 * end with is observed again, after the last one. */
void child_beat(struct child *c, const struct beat *b);
/* The user wants the report: end soon, with what there is. */
bool child_is_told_to_stop(const struct child *c);

/* What is observed between these two is kept and not sent: selftest.* hold what a detector says
 * of a fault to the same bounds as the trial that it is for. It lives as long as the trial. */
void           child_listen(struct child *c);
struct outcome child_heard(struct child *c);

/* ---- Ways to stop. None returns: in a child, exit is the cleanup. ---- */
_Noreturn void stop_unsupported(struct child *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
_Noreturn void stop_load(struct child *c, const char *fmt, ...) PRINTF_LIKE(2, 3);      /* a library or symbol could not be had */
_Noreturn void stop_ours(struct child *c, const char *fmt, ...) PRINTF_LIKE(2, 3);      /* our own system call failed */

/* ---- The stack ---- */

/* Opens the stack's entries as its user would, once per process. */
void child_open_stack(struct child *c);

/* Bind the table of that library from what the stack has mapped; stop_load if
 * it is not there. Each binds once per process. */
void child_bind_cudart(struct child *c);
void child_bind_cublas(struct child *c);
void child_bind_cublaslt(struct child *c);
void child_bind_cudnn(struct child *c);
void child_bind_cusolver(struct child *c);
void child_bind_cusparse(struct child *c);
void child_bind_cusparselt(struct child *c);
void child_bind_nvrtc(struct child *c);
void child_bind_nvjitlink(struct child *c);
void child_bind_cufft(struct child *c);
void child_bind_curand(struct child *c);
void child_bind_cupti(struct child *c);
void child_bind_nccl(struct child *c);
void child_bind_libtorch(struct child *c);          /* libtorch_cuda too, where it is loaded */
void child_bind_libc10_cuda(struct child *c);

/* ---- The driver ---- */
void child_open_driver(struct child *c);        /* libcuda.so.1 and cuInit, once per process */
void child_open_nvml(struct child *c);          /* libnvidia-ml.so.1 and nvmlInit */
void child_open_context(struct child *c);       /* the device's primary context; of several, each one's */

/* Makes another of several GPUs the current one: buffers and launches are on it from here on. */
void child_use_gpu(struct child *c, size_t gpu);

/* "0000:3b:00.0" for any spelling the driver uses ("00000000:3B:00.0"). */
const char *pci_address(const char *text, struct child *c);

/* The name that CUDA_VISIBLE_DEVICES takes: the GPU's, or in MIG mode that of the
 * instance, which the newer call tells and the older does not. */
const char *child_device_uuid(struct child *c, CUdevice device);

/* NVML's list of the processes that compute on a GPU, and its code. *n is the room in the list, and then how many. */
long child_processes(struct child *c, nvmlDevice_t device, unsigned *n, nvmlProcessInfo_t *list);

/* How many NVLinks a GPU has, and which of them are up, one bit each. */
enum { NVLINKS_MAX = 64 };              /* nvml.h has 18 in CUDA 13.0; room for what comes */
unsigned child_nvlinks(struct child *c, nvmlDevice_t device, uint64_t *up);

/* What NVML says of a GPU's mode and health, as observations AS.ecc, AS.rows.pending, AS.mig, AS.vgpu, AS.fabric, ...; and of the whole
 * machine: "confidential". What it does not know is not told, and nothing of it fails. */
void child_tell_health(struct child *c, nvmlDevice_t device, const char *as);
void child_tell_confidential(struct child *c);

/* A variable of this child's own environment, which is the user's; NULL if unset. */
const char *child_env(const struct child *c, const char *name);

/* ---- The device (NEEDS_CONTEXT) ---- */

/* Device memory with guard words on both sides, filled with NaN patterns, given
 * back when the trial settles. Stops the trial if there is not enough. */
CUdeviceptr device_buffer(struct child *c, size_t bytes);
/* How many bytes device_buffer would still give (model/harm.h). */
uint64_t    device_room(struct child *c);
/* The largest such buffer, but not filled, that the driver has in one piece, `most` bytes at
 * most: its size in *bytes, a multiple of `unit`. 0 if there is none of at least one unit. */
CUdeviceptr device_largest(struct child *c, size_t unit, uint64_t most, size_t *bytes);
void        device_upload(struct child *c, CUdeviceptr to, const void *from, size_t bytes);
void        device_download(struct child *c, void *to, CUdeviceptr from, size_t bytes);
void        device_wait(struct child *c);           /* cuCtxSynchronize */
int         device_attribute(struct child *c, CUdevice_attribute which);

/* Observes "guard.wrong" where guard words were overwritten; every trial ends with it. */
void        device_look_at_guards(struct child *c);

/* Gives all device buffers back, and looks at their guards first. Settling does; who takes hundreds calls it before. */
void        device_release_all(struct child *c);

/* Host memory for the trial, zeroed. */
void *host_buffer(struct child *c, size_t bytes);

/* ---- Our kernels (NEEDS_KERNELS) ---- */
struct grid { unsigned x, y, z; };

/* Launches kernel `name` of our own (kernels/) on the default stream; the
 * variadic arguments are the addresses of its parameters, in order:
 *
 *     launch(c, "gemm", (struct grid){ n / 16, m / 16, 1 }, (struct grid){ 16, 16, 1 },
 *            &a, &b, &d, &m, &n, &k);
 */
#define launch(c, name, blocks, threads, ...) \
    child_launch((c), (name), (blocks), (threads), (void *[]){ __VA_ARGS__, NULL })
void child_launch(struct child *c, const char *name, struct grid blocks, struct grid threads, void **args);

/* The same on a stream; what runs on one that does not block (cuStreamCreate) waits for nothing on the default one. */
#define launch_on(c, stream, name, blocks, threads, ...) \
    child_launch_on((c), (stream), (name), (blocks), (threads), (void *[]){ __VA_ARGS__, NULL })
void child_launch_on(struct child *c, CUstream stream, const char *name, struct grid blocks, struct grid threads, void **args);

/* The same for a kernel whose blocks wait for each other: as many of `threads`
 * threads as the GPU holds at a time, each with all the shared memory that a
 * block may have. */
struct together {
    const char *name;
    CUfunction  function;
    unsigned    blocks, per_sm, threads;
    unsigned    shared;         /* bytes of dynamic memory for each block */
};
struct together child_together(struct child *c, const char *name, unsigned threads);
void child_launch_together(struct child *c, const struct together *t, void **args);

/* Whether this process reaches the GPU through MPS: its daemon may give it some of the
 * multiprocessors, without a word, and kernels of other processes run beside ours. */
bool child_under_mps(struct child *c);

/* Loads all of them into the context, once per process. Where the user forces a
 * rung that cannot be, the trial stops and says why. */
void child_load_kernels(struct child *c);

/* How our kernels were loaded: "sass" or "ptx". */
const char *child_kernels_rung(const struct child *c);

/* Why they were not loaded as machine code; NULL if they were, or if nobody asked. */
const char *child_kernels_why(const struct child *c);

/* The PTX that holds a kernel, compiled by the driver's JIT; and a launch from any module. */
CUmodule child_load_ptx(struct child *c, const char *kernel);
void child_launch_from(struct child *c, CUmodule module, const char *name, struct grid blocks, struct grid threads, void **args);

/* One-dimensional: enough blocks of 256 threads for n. */
enum { BLOCK = 256 };
static inline struct grid blocks_for(uint64_t n)
{
    return (struct grid){ (unsigned)((n + BLOCK - 1) / BLOCK), 1, 1 };
}

/* ---- The verdict of a comparison: what and how many elements differ ---- */

/* Observes "<key>.compared", "<key>.wrong" and, if any is wrong, "<key>.first":
 * "y[3][5] is 7, expected 8". Bit-exact but for the sign of zero; NaN never passes.
 * dims: the shape, outermost first, ends with 0. */
void compare_exact(struct child *c, const char *key, const float *got, const double *expected, const int *dims);

/* Observes "<key>.compared", "<key>.nmse" (sum of squared errors over sum of
 * squares), "<key>.nmse_limit", "<key>.nmse_ratio" (nmse over limit; NaN counts as
 * infinite) and "<key>.first" for the largest error. */
void compare_close(struct child *c, const char *key, const float *got, const double *expected, const int *dims, double limit);

#endif
