/* job.h - what a child is started with: its command line and environment.
 *
 *     gpuvet child [--stack NAME KIND] [--entry WHEN MODE FILE IF_MAPPED]... [--member FAMILY PATH VERSION WHY_BAD]...
 *                  [--version WHAT VERSION]... [--python FILE] [--device UUID CC [--counters]] [--at-most BYTES] [--kernels RUNG] [--meant PCI]...
 *                  [--gpu INDEX UUID CC BYTES COUNTERS]... [--libcuda FILE] [--seed N] [--level LEVEL] [--for SECONDS [--go-on]] [--fds RESULT CONTROL CRUMB] PROBE...
 *
 * --gpu stands for --device where a trial is about several GPUs. All of it is on the command line, so the same line pasted in a shell reruns
 * a trial under a debugger. "-" stands for nothing. verbs/child.c reads it.
 */
#ifndef RUN_JOB_H
#define RUN_JOB_H

#include "base/arena.h"
#include "model/plan.h"

enum { JOB_RESULT_FD = 3, JOB_CONTROL_FD = 4, JOB_CRUMB_FD = 5 };

/* How the environment of a child differs from ours. */
enum surroundings {
    AS_USED,                    /* the user's, as it is */
    CLEAN,                      /* no LD_LIBRARY_PATH, no LD_PRELOAD; behind a folder of links to the stack's own files */
};

struct job {
    const char            *self;            /* our own program's file */
    const struct machine  *machine;
    const struct stack    *stack;           /* NULL: the driver only */
    const struct device   *device;          /* NULL: none, or several */
    const struct gpu_set  *set;             /* several GPUs; NULL: not so */
    const struct probe *const *probes; size_t n_probes;
    uint64_t               at_most;         /* bytes of device memory for a trial's buffers; 0: what is free */
    const char            *kernels;         /* the rung that is forced: "sass" or "ptx"; NULL: none */
    uint64_t               seed;
    enum level             level;           /* said where a probe measures, and it is not quick */
    enum surroundings      surroundings;
    const char            *link_dir;        /* CLEAN: the folder of links */
    unsigned               soak_s;          /* how long trials that beat go on */
    bool                   goes_on;         /* ... after a fault, too */
    bool                   launch_blocking; /* CUDA_LAUNCH_BLOCKING=1 */
    const char            *without;         /* a variable of the user's that is taken out; NULL: none */
    const char            *with;            /* "NAME=value" that is set instead; NULL: none */
    const char            *libcuda;         /* this file instead of the libcuda.so.1 that the loader finds; NULL: that one */
    char *const           *env;             /* ours */
};

char *const *job_argv(const struct job *j, struct arena *a, bool with_fds);
char *const *job_env(const struct job *j, struct arena *a);

/* The line a person pastes to run one of its probes alone. */
const char *job_rerun_line(const struct job *j, const struct probe *p, struct arena *a);

#endif
