/* pace.h - how long device work takes, measured until it takes the same each time (child only). */
#ifndef CHILD_PACE_H
#define CHILD_PACE_H

#include "child/child.h"

/* Of one call of the work. */
struct pace {
    double   took_ms;       /* the median of the windows that count (model/steady.h) */
    double   spread;        /* of these, as a share of it (model/statistics.h) */
    double   first_ms;      /* in the first window: before anything is warm or throttled */
    unsigned windows;
    bool     settled;       /* the last two windows differ by less than 0.5 % */
};

/* One call of the work puts it on the default stream, and does not wait. */
typedef void pace_work(struct child *c, void *arg);

/* Windows of half a second, until the last two agree or there are six; the work has run once
 * before. Device time by events, which the host's clock must bear out for the same window; where it does
 * so in none, the trial stops: no figure could be trusted. */
struct pace pace_measure(struct child *c, pace_work *work, void *arg);

/* Says what was measured, for model/figures.h: as "rate", of so many units of work in one call, in 10^9 or 10^12 of them
 * a second (of images: of 1); or as "time", of one call. With the first window's figure ("rate.first"), the windows' spread, their
 * number, and whether they had settled. `unit` is one of model/difference.h's. */
void saw_rate(struct child *c, const struct pace *p, double work, const char *unit);
void saw_time(struct child *c, const struct pace *p, const char *unit);

/* A quick look for choosing between ways to do the same: the shortest of `times` calls, in ms. */
double pace_shortest(struct child *c, pace_work *work, void *arg, unsigned times);

#endif
