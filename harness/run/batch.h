/* batch.h - trials run one after another in children of one kind: same device,
 * same stack, same environment. A child that dies takes the trial that had
 * begun; the rest goes on in a fresh one.
 */
#ifndef RUN_BATCH_H
#define RUN_BATCH_H

#include "run/job.h"
#include "run/process.h"

struct batch_events {
    /* Why the trial is not to run now; NULL: it runs. */
    const char *(*not_reached)(void *arg, const struct trial *t);
    void        (*began)(void *arg, const struct trial *t);
    /* How far a trial is that can tell; called often. */
    void        (*working)(void *arg, const struct trial *t, uint64_t done_bytes, uint64_t all_bytes);
    /* A trial goes on: what it would have ended with now. Nothing of it outlives the call. */
    void        (*beat)(void *arg, const struct trial *t, const struct outcome *so_far, const struct beat *b);
    /* Called once per trial; once more if its child dies before the next begins. */
    void        (*done)(void *arg, const struct trial *t, const struct outcome *o);
    void         *arg;
};

struct batch {
    struct job                 job;         /* its probes are those of the trials, in order */
    const struct trial *const *trials;
    size_t                     n;
    int64_t                    grace_ms;
    int64_t                    end_by;      /* clock_ms() at which the whole run has used up its time */
    unsigned                   limit_s;     /* of every trial; 0: the probe's own */
};

/* A batch that goes on. Every trial gets an outcome, whatever happens. b and
 * events must live until it is over. */
struct batch_run;
struct batch_run *batch_start(const struct batch *b, const struct batch_events *events, struct arena *a);

/* One look at it; never blocks. True once every trial has its outcome and no
 * child is left: then it must not be stepped again. */
bool batch_step(struct batch_run *r) MUST_USE;

/* Its child, to sleep for (process_sleep); after batch_step was false there is one. */
struct running *batch_child(struct batch_run *r);

/* A batch by itself, to its end. */
void batch_run(const struct batch *b, const struct batch_events *events, struct arena *a);

#endif
