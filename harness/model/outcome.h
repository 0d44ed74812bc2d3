/* outcome.h - what one trial left behind: observations and an ending.
 *
 * Facts only. Whether they are good is decided in judge.c, and nowhere else.
 */
#ifndef MODEL_OUTCOME_H
#define MODEL_OUTCOME_H

#include "base/arena.h"

struct observation {
    const char *key, *unit, *text;      /* text is the value as printed; unit "" for text and counts */
    double      number;
    bool        is_number;
};

enum ending {
    ENDED_CLEAN,        /* the child wrote the trial's end record */
    ENDED_SILENT,       /* it exited, but the end record never came */
    ENDED_CRASHED,      /* killed by a signal we did not send */
    ENDED_TIMEOUT,      /* killed by us at its time limit */
    ENDED_STUCK,        /* survived SIGKILL: it waits inside the kernel */
    ENDED_NOT_RUN,      /* never started; `why` says why */
    ENDED_CUT,          /* interrupted, or still going on, after it had said what it had seen until then */
};

/* How the trial stopped itself before its end, if it did. */
enum stop {
    STOP_NONE,
    STOP_CALL,          /* a vendor call returned an error */
    STOP_LOAD,          /* a library or a symbol could not be had */
    STOP_UNSUPPORTED,   /* the probe says: not for this device or library */
    STOP_OURS,          /* our own system call failed */
    STOP_BAD_RECORD,    /* a record that we could not read */
};

struct outcome {
    enum ending ending;
    int         status;             /* exit code or signal, by ending */
    double      took_ms;

    enum stop   stop;
    const char *call;               /* STOP_CALL: the call's text; after a crash or a time-out: the call in progress, NULL outside one */
    const char *library;            /* the file that serves the call */
    long        code;               /* STOP_CALL: the vendor's code */
    const char *text;               /* STOP_*: the vendor's or the loader's words; ENDED_NOT_RUN: why */

    const char *blamed;             /* crashed: the file the fault happened in, NULL if it could not be told */
    const char *fault;              /* crashed: "SIGSEGV at 0x0", "called from libfoo.so" */
    const char *said;               /* the tail of what the child printed, NULL if nothing */
    const char *rerun;              /* the command that runs this trial alone */

    const struct observation *saw;
    size_t                    n_saw;
};

/* How far a trial is that says so while it goes on. */
struct beat { double at_ms, all_ms, results, faults; };

const struct observation *outcome_saw(const struct outcome *o, const char *key);

/* What was found out about it later, by another trial: "clean.passes", the variables without which it does. */
void outcome_add(struct outcome *o, struct arena *a, const char *key, const char *text);

#endif
