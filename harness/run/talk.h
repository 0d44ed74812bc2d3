/* talk.h - the talk with the children of a batch: which trial is told to run
 * next, what the records that come back mean, and how long each step may take.
 * Knows no process: bytes come in by the sink, commands go out by a descriptor.
 */
#ifndef RUN_TALK_H
#define RUN_TALK_H

#include "model/record.h"
#include "run/batch.h"
#include "run/deaths.h"

#define NO_TRIAL SIZE_MAX

enum { LAST_WORDS_MS = 5000 };      /* what a trial that beats is given to end by itself, before an end that is not its own */

struct talk {
    struct sink                sink;        /* first: the process knows us by it */
    const struct batch        *batch;
    const struct batch_events *events;
    struct arena              *arena;
    const int                 *control;     /* the child's control pipe; -1 when no child lives */

    struct deaths              deaths;      /* of this batch's children */
    const char                *where;       /* they died: "gpu0 with toolkit-13.0" */
    size_t                     next;        /* the first trial that has no outcome yet */
    size_t                     current;     /* the trial the child was told to run; NO_TRIAL */
    size_t                     last;        /* the trial that ended last in this child; NO_TRIAL */
    bool                       begun, stopped, preparing;
    bool                       ended;       /* it has said all, and its process has to exit yet (probe.until_exit) */
    struct outcome             out;         /* of current */
    struct observation        *saw;
    double                     began_ms;

    /* Of a trial that beats: what it has said since its last beat, and what it had said in that. */
    struct arena               heard[2];
    unsigned                   turn;        /* which of them grows */
    const struct observation  *kept;
    size_t                     n_kept;
    bool                       has_beaten;

    char                       line[RECORD_MAX];
    size_t                     length;
};

void talk_init(struct talk *t, const struct batch *b, const struct batch_events *events, struct arena *a);

/* A fresh child is about to start. */
void talk_with_new_child(struct talk *t);

/* Passes over trials that are not reached: true if one is left to run. */
bool talk_has_more(struct talk *t);

/* The current trial is over: its outcome is told, and the next one is due. */
void talk_finish_trial(struct talk *t);

void talk_not_run(struct talk *t, size_t i, const char *why);

#endif
