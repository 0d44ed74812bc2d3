/* session.h - a machine that is looked at and, trial by trial, run: what the
 * verbs share. The only place that sees processes and verdicts together.
 */
#ifndef VERBS_SESSION_H
#define VERBS_SESSION_H

#include "discover/stacks.h"
#include "model/judge.h"
#include "model/watcher.h"
#include "options.h"
#include "run/batch.h"

struct patient;

struct session {
    struct arena         *arena;
    const struct options *o;
    const struct patient *patient;      /* of the doctor; NULL: none */
    char *const          *env;
    const char           *self;         /* our own program's file */

    struct root           root;
    struct environment    environment;  /* of the machine that is looked at */
    struct machine        machine;
    struct stack         *stacks;
    size_t                n_stacks;
    struct device        *devices;
    size_t                n_devices;

    struct plan           plan;
    struct judged        *judged;       /* one for each trial of the plan */
    bool                 *has_outcome;
    const struct gpu_set **gathered;    /* for each trial about several GPUs that was begun: those that take part */
    size_t                done;

    unsigned              round;        /* from 1; 0: the plan runs once */
    uint64_t              seed;
    int64_t               end_by;       /* clock_ms() at which all time is used up */
    struct watcher       *watchers[2];  /* told of every trial; NULL: nobody */
    struct judged        *aside;        /* a comparison runs: its outcome goes here and not into the plan */
};

/* Reads the machine's files, but for its stacks: those are hundreds of libraries. */
bool session_open_machine(struct session *s, struct err *e) MUST_USE;

/* The same, and finds its stacks. */
bool session_open(struct session *s, struct err *e) MUST_USE;

/* Asks the driver, in children, and names the devices. Nothing is asked where
 * no GPU is meant. */
bool session_census(struct session *s, const struct selection *pick, struct err *e) MUST_USE;

/* Plans everything; what the census ran is not run again. */
bool session_plan(struct session *s, const struct selection *pick, struct err *e) MUST_USE;

/* Runs what has no outcome yet, every GPU at once (lanes.c). machine_only: the driver's trials. */
void session_execute(struct session *s, bool machine_only);

/* The same plan again, from its beginning. */
void session_begin_round(struct session *s, unsigned round);

/* Runs failures once more under other conditions, to sharpen what is said of
 * them: without what the user's variables bring, and with every launch waited
 * for. Never changes a verdict (compare.c). */
void session_compare_failures(struct session *s);

/* Runs what the driver, and a GPU, failed at first once more with one thing changed at a time, until it passes: what was changed is then the
 * cause. Each result is an observation of the failed trial, "without.LD_PRELOAD" for one; none changes a verdict (variants.c). */
void session_try_variants(struct session *s);

/* ---- For lanes.c and compare.c (execute.c) ---- */

struct batch_events session_events(struct session *s);
size_t session_index(const struct session *s, const struct trial *t);      /* in the plan */

/* A trial that gets its outcome without a child. */
void session_not_run(struct session *s, const struct trial *t, const char *why);
void session_stopped(struct session *s, const struct trial *t, enum stop stop, const char *why);

/* The trial whose child is stuck on that GPU, where nothing more is run; NULL: none is. */
const struct judged *session_stuck_on(const struct session *s, const struct device *d);

/* Sets which GPUs take part in a batch about several (together.c). */
void session_gather(struct session *s, struct batch *b);

/* A child on one of a trial's GPUs is stuck. */
bool session_is_quarantined(const struct session *s, const struct trial *t);

/* What a trial's batch is started with; its trials are still to be set. */
struct batch session_batch(const struct session *s, const struct trial *t);

/* The folder of links in which nothing foreign is found; the caller takes it away (links_remove). */
bool session_link(const struct session *s, const struct stack *stack, const char **dir, struct err *e) MUST_USE;

/* One trial alone, outside the plan. */
void session_run_aside(struct session *s, struct batch *b, const struct trial *t, struct judged *aside);

#endif
