/* pace.h - how long device work takes, measured until it takes the same each time (child only). */
#ifndef CHILD_PACE_H
#define CHILD_PACE_H

#include "child/child.h"
#include "child/telemetry.h"
#include "model/steady.h"

/* Whether work waited behind a gate until all of a batch was there, so that the time between launches is none of its time. */
enum pace_gate { PACE_UNGATED, PACE_GATED, PACE_EXPIRED };      /* EXPIRED: meant to, but the gate's deadline was over first */

/* Of one call of the work. */
struct pace {
    double   took_ms;       /* the median of the windows that count (model/steady.h) */
    double   spread;        /* of these, as a share of it (model/statistics.h) */
    double   first_ms;      /* in the first window: before anything is warm or throttled */
    unsigned windows;
    bool     settled;       /* the last two windows differ by less than 0.5 % */

    enum pace_gate   gate;
    bool             cold;
    double           mhz;           /* of the multiprocessors in the last window, by their own counters; 0: not known */
    struct telemetry telemetry;     /* by NVML, between windows and under the same load */
    unsigned         pcie_generation, pcie_width;       /* then; 0: not known */
    const char      *disturbed;     /* why the figure may not be what the GPU can do; NULL: nothing disturbed it */
};

/* One call of the work puts it on the default stream, and does not wait. */
typedef void pace_work(struct child *c, void *arg);

/* What is known of the work. */
struct pace_how {
    unsigned launches;      /* of kernels, which is all that one call does; 0: it may do anything. Only what is known can be gated */
    bool     energy;        /* at level full it goes on for as long as the GPU's counter of energy needs, in windows that do not count */
    bool     cold;          /* each call finds the second-level cache full of something else, and nothing in it to write back */
};

/* Windows until the last two agree or there are as many as the child's level allows (model/steady.h); the work has run once
 * before. Device time by events, which the host's clock must bear out for the same window; where it does
 * so in none, the trial stops: no figure could be trusted. Calls of less than 50 us whose launches are known are gated. */
struct pace pace_measure(struct child *c, pace_work *work, void *arg);
struct pace pace_measure_as(struct child *c, pace_work *work, void *arg, const struct pace_how *how);

/* Says what was measured, for model/figures.h: as "rate", of so many units of work in one call, in 10^9 or 10^12 of them
 * a second (of images: of 1); or as "time", of one call. With the first window's figure ("rate.first"), the windows' spread, their
 * number, whether they had settled, the gate, the clock, and what disturbed it. `unit` is one of model/difference.h's. */
void saw_rate(struct child *c, const struct pace *p, double work, const char *unit);
void saw_time(struct child *c, const struct pace *p, const char *unit);

/* A quick look for choosing between ways to do the same: the shortest of `times` calls, in ms. */
double pace_shortest(struct child *c, pace_work *work, void *arg, unsigned times);
/* ... of short calls: the shortest mean of `times` rows of them that take so many ms each. */
double pace_look(struct child *c, pace_work *work, void *arg, double row_ms, unsigned times);

#endif
