/* probe.h - what a probe declares about itself. Read this to write one. */
#ifndef MODEL_PROBE_H
#define MODEL_PROBE_H

#include "base/base.h"

struct child;

/* What one trial of the probe is about. */
enum scope {
    SCOPE_PROGRAM,          /* gpuvet itself: one trial, on no GPU */
    SCOPE_MACHINE,          /* the machine: one trial */
    SCOPE_DEVICE,           /* each GPU, driver only */
    SCOPE_DEVICES,          /* all GPUs together, driver only */
    SCOPE_STACK,            /* each stack, no GPU needed */
    SCOPE_STACK_DEVICE,     /* each stack on each GPU */
    SCOPE_STACK_CPU_DEVICE, /* each stack on the CPU, and again on each GPU */
    SCOPE_STACK_DEVICES,    /* each stack on all GPUs together */
};

/* What must be ready before the probe runs; the child sees to it. Each of these
 * is shown by a probe of its own, which is the one to blame when it fails. */
enum need {
    NEEDS_NVML    = 1 << 0, /* libnvidia-ml.so.1 bound and initialised */
    NEEDS_DRIVER  = 1 << 1, /* libcuda.so.1 bound and initialised */
    NEEDS_CONTEXT = 1 << 2, /* the device's primary context, current; of several GPUs each one's, and the first is current */
    NEEDS_KERNELS = 1 << 3, /* our kernels loaded into it */
    NEEDS_STACK   = 1 << 4, /* the stack's entries opened as its user would */
};

/* Bits of probe.stacks: the kinds of stack the probe applies to. */
enum { ON_TOOLKIT = 1 << 0, ON_PYTHON = 1 << 1, ON_LIBTORCH = 1 << 2, ON_TORCH = ON_PYTHON | ON_LIBTORCH, ON_ANY_STACK = 7 };

/* A bound on an observation. Exactly one kind of bound is set. */
enum bound {
    AT_LEAST, AT_MOST, EQUALS,      /* .number */
    SAME_TEXT_AS_FACT,              /* .fact: the machine's; not judged when that is unknown */
    ABSENT,                         /* a finding: seeing it at all is wrong */
};

struct expect {
    const char *key;        /* the observation's key; a trailing '*' takes every key that starts so */
    enum bound  bound;
    double      number;
    bool        optional;   /* not seeing it is fine; otherwise no observation is BROKEN */
    const char *fact;
    const char *sentence;   /* what is wrong when it does not hold; %s is the observation's value */
    const char *detail;     /* the key of a text observation that says more, appended; NULL: none */
    const char *source;     /* where the number comes from; NULL for exact comparisons */
};

/* How deep a run looks. */
enum level { LEVEL_QUICK, LEVEL_FULL, LEVEL_SOAK };

/* What of the GPU bounds a measurement: whose peak it is held against (results/expected/peaks.json). */
enum peak {
    PEAK_NONE,                                      /* nothing that a datasheet knows */
    PEAK_MEMORY,                                    /* GB/s; where the model is not known, the observation "peak" */
    PEAK_PCIE, PEAK_PCIE_BOTH,                      /* GB/s: one way, and both ways together */
    PEAK_NVLINK, PEAK_NVLINK_BOTH,                  /* GB/s: of all its links */
    PEAK_FP64, PEAK_FP32, PEAK_TF32, PEAK_FP16, PEAK_BF16, PEAK_FP8, PEAK_INT8, PEAK_FP4,
                                                    /* TFLOP/s, TOP/s: what is fastest, tensor cores where they have it; no sparsity */
};

struct probe {
    const char          *name;          /* "blas.gemm.fp32": what users type; never changes */
    const char          *claim;         /* one sentence, true when it passes */
    enum scope           scope;
    unsigned             needs;         /* bits of enum need */
    unsigned             stacks;        /* bits of ON_...; 0 for scopes without a stack */
    const char          *library;       /* the member family it uses: no such member, no trial; NULL: none */
    int                  cc_from, cc_to;    /* compute capabilities, times ten, that have what it proves: no other GPU, no trial; 0: no bound */
    const struct probe  *rests_on[3];   /* reached only when these passed, on the same device and stack; of several GPUs
                                         * those take part on which they passed */
    unsigned             limit_s;       /* 0: 60 s */
    enum level           level;         /* from which level on it is run; a probe that is named runs at any */
    bool                 may_skip;      /* "not supported" is an answer, not a failure */
    bool                 own_process;   /* what it opens would change what others find */
    bool                 until_exit;    /* another program ends it: what it said counts once that has exited, and with code 0 */
    bool                 tells_counters;    /* the GPU's error counters are part of its answer: told even where none grew */
    bool                 tells_facts;   /* its observations are what an order sheet asks of a GPU (model/gpu_property.h) */
    bool                 tells_build;   /* it says which build a stack is, which a demand on torch asks */
    bool                 hears_driver;  /* what the driver's probes saw is among its facts: they are run with it */
    bool                 tests_itself;  /* its claim is about our own detectors: run where it is named, and by no level (gpuvet selftest) */
    bool                 diagnoses;     /* `gpuvet doctor` runs it: it takes little, and what it finds points to a cause */
    const char          *measures;      /* the key of what it measures: run by `gpuvet bench`, from its level on, or by its name; NULL: nothing */
    bool                 unpaced;       /* ... without windows (child/pace.h): what happens once in a process */
    unsigned             more_paces;    /* ... and at --level full so many times more, for what is told beside the figure */
    unsigned             besides_ms;    /* what it takes at most but for its windows, on a server's GPU (model/duration.h); 0: a third of a second */
    enum peak            peak;          /* of what it measures; the unit must be that peak's */
    bool                 alone;         /* it measures what all GPUs share: nothing else runs meanwhile */
    bool                 last;          /* it begins when all else is over, on every GPU at once */
    bool                 beats;         /* it says in between how far it is and what it has seen (child.h: child_beat); limit_s is how long it may be silent */
    bool                 once;          /* with one stack on each GPU, the one with the newest `library` */
    const struct probe  *unless;        /* left out where that one is in the plan, on the same GPU */
    const struct probe  *seconds;       /* it asks the same as that one, another way: where one fails and the other does not, both say so */
    const char          *way;           /* ... which: "in Python"; of both */
    const struct expect *expects;       /* ends with a NULL key */
    void               (*run)(struct child *c);
};

/* In the order of probes/list.h, then NULL. */
extern const struct probe *const all_probes[];

const struct probe *probe_by_name(const char *name);

#endif
