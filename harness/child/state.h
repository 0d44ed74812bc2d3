/* state.h - the child's own lists. Probes do not look in here. */
#ifndef CHILD_STATE_H
#define CHILD_STATE_H

#include "base/text.h"
#include "child/child.h"

enum { BUFFERS_MAX = 256, MODULES_MAX = 128, OWN_KERNELS_MAX = 4096, MAPPED_MAX = 1024, COUNTERS_MAX = 16, LINK_COUNTERS_MAX = 8 };

struct buffer { size_t gpu; CUdeviceptr base; size_t bytes; };      /* bytes without the guards */

/* A kernel of our own, ready to be launched on one of the GPUs: looked up once, since a measurement launches it ten thousand
 * times. A place without a name is free. */
struct own_kernel { size_t gpu; const char *name, *call; CUfunction function; };

struct module { size_t gpu; const char *image; CUmodule handle; };

/* Of one of the child's GPUs. */
struct gpu_state {
    size_t        held;                 /* bytes in its buffers, guards included */
    uint64_t      budget;               /* how many may be; 0 before the first buffer of a trial */
    bool          knows_budget;
    size_t        free_at_begin;        /* device memory; 0 without a context */
    bool          has_counters, has_links;  /* those of each NVLink, too */
    nvmlDevice_t  counted;
    double        counters[COUNTERS_MAX];   /* when the trial began; -1: not to be had */
    unsigned      links;                /* NVLinks whose counters are read, each by itself */
    bool          counts_links[LINK_COUNTERS_MAX];
    double        on_links[LINK_COUNTERS_MAX][NVLINKS_MAX];
};

/* A counter that grew while a trial ran, and all that grew, in words. */
struct growth { const char *key, *what; double by; bool serious; };
struct grown  { struct text serious, minor; };

struct child_state {
    long          index;                /* of the trial that runs, in its batch */
    struct buffer buffers[BUFFERS_MAX];
    size_t        n_buffers;
    struct gpu_state gpus[GPU_SET_MAX];     /* the first is also that of a child without a GPU */
    struct module modules[MODULES_MAX];
    size_t        n_modules;
    struct own_kernel own_kernels[OWN_KERNELS_MAX];     /* by a hash of name and GPU */
    size_t        n_own_kernels;
    const char   *rung;                 /* "sass" or "ptx": how our kernels were loaded; NULL before */
    const char   *no_sass;              /* why not as machine code; NULL: it was, or PTX was asked for */
    bool          stack_open;
    bool          kernels_ready;
    bool          driver_ready, nvml_ready, context_ready;
    bool          asked_for_counters;
    const struct probe *counted_for;        /* the probe that runs between two readings; NULL: none does */
    double        verified;             /* results of calls, since the trial began */
    bool          listens;              /* observations are kept and not sent */
    struct observation *heard; size_t n_heard;
    const char   *mapped[MAPPED_MAX];   /* library files seen by the witness so far */
    size_t        n_mapped;
    void         *meter;                /* what measurements look at beside their work (meter.c); NULL: nothing was measured yet */
    int           crumb_fd;             /* -1: the page is private */
    struct arena  lasting;              /* lives as long as the process */
};

/* Sets what the child says of its current GPU, without any call (trial.c). */
void child_choose_gpu(struct child *c, size_t gpu);

/* A key of an observation about the current GPU: of several, "gpu3." is put before it. */
const char *of_gpu(struct child *c, const char *key);

/* ---- Records (records.c) ---- */
void record_begin(struct child *c, long index);
void record_prepare(struct child *c, const char *what);
void record_end(struct child *c, long index);

/* ---- The fault handler (fault.c): set again at each begin, because libraries install their own. ---- */
void fault_install(struct crumb *page, int fd);

/* Makes ready what the probe needs; says so in a record if that takes anything. */
void child_prepare(struct child *c, const struct probe *p);

/* Runs one trial: prepare, begin, run, settle, end. */
void child_run_trial(struct child *c, const struct probe *p, long index);

/* ---- After a trial (settle.c): waits, looks for late errors, gives everything
 * back. What that shows belongs to the trial that just ran. ---- */
void child_settle_begin(struct child *c, const struct probe *p);
void child_settle(struct child *c, const struct probe *p);

/* The GPU's error counters (counters.c): once per process; before and after each trial, also where a call ends it. */
void counters_open(struct child *c);
void counters_begin(struct child *c, const struct probe *p);
void counters_settle(struct child *c);
void counters_add(struct child *c, size_t gpu, const struct growth *g, struct grown *all);
double counter_value(const nvmlFieldValue_t *v);

/* Observes what has grown since the trial began; true if that fails it. */
bool counters_tell(struct child *c);

/* Those of each of its NVLinks (links.c); true if there are such. */
bool links_open(struct child *c, struct gpu_state *g);
void links_begin(struct child *c, struct gpu_state *g);
void links_settle(struct child *c, size_t gpu, struct grown *all);

/* NVML for what is only worth knowing: false if it cannot be had (others.c). */
bool nvml_open_softly(struct child *c);

/* After a failed call: whether another process or user is shown to be behind it (others.c). */
void others_look(struct child *c, const struct dl *lib, long code);

/* Records what is newly mapped, and members of the stack that were served by another file (witness.c). */
void witness_look(struct child *c);

#endif
