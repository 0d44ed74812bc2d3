/* plan.h - which trials there are, and why the others are left out.
 *
 * A pure function: machine x devices x stacks x probes x selection -> trials.
 */
#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

#include "base/arena.h"
#include "base/err.h"
#include "model/device.h"
#include "model/facts.h"
#include "model/gpu_set.h"
#include "model/probe.h"
#include "model/stack.h"

struct trial {
    const struct probe  *probe;
    const struct device *device;    /* NULL: on the CPU, the machine as a whole, or several GPUs */
    const struct stack  *stack;     /* NULL: the driver only */
    const char          *id;        /* "blas.gemm.fp32@gpu0/toolkit-13.0", "torch.cnn@cpu/venv:/opt/app", "peer.copy@gpus" */
    const char          *left_out;  /* why it does not run; NULL: it runs */
    const struct gpu_set *set;      /* NULL: not about several GPUs together */
};

/* Whether GPUs of that compute capability (times ten) have what the probe is about. */
bool probe_is_for(const struct probe *p, int cc);

/* It is about several GPUs together: also where there are not so many, and it is left out. */
bool trial_is_together(const struct trial *t);

/* What the user picked. Empty lists mean all. Names may end with '*'. */
struct selection {
    const char *const *probes;  size_t n_probes;
    const char *const *devices; size_t n_devices;       /* "gpu0", "0", a UUID or a PCI address */
    const char *const *stacks;  size_t n_stacks;        /* a stack's name, or the start of it with '*' */
    bool               no_gpu;                          /* static checks and CPU only */
    enum level         level;
    bool               measures;                        /* what measures at that level, instead of what proves (gpuvet bench without names) */
    bool               diagnoses;                       /* what a diagnosis needs, and no more (gpuvet doctor without names) */
    const char *const *also;    size_t n_also;          /* probes that are required: picked whatever else is */
};

struct plan {
    const struct trial *trials;     /* in the order in which they run */
    size_t              n_trials;
};

/* False with a usage error if a name in the selection matches nothing. */
bool plan_make(struct plan *p, struct arena *a, const struct machine *m,
               const struct device *devices, size_t n_devices,
               const struct stack *stacks, size_t n_stacks,
               const struct selection *pick, struct err *e) MUST_USE;

/* Whether `f` is a trial of that probe on which `t` rests: same device and stack, as far as the probe has them. What is
 * about several GPUs rests on a trial of each. */
bool trial_is_under(const struct trial *f, const struct trial *t, const struct probe *probe);

/* The first of them; NULL if there is none in the plan. */
const struct trial *plan_foundation(const struct plan *p, const struct trial *t, const struct probe *probe);

#endif
