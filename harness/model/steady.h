/* steady.h - when the windows of a measurement are enough, what they come to, and what disturbed them. Pure. */
#ifndef MODEL_STEADY_H
#define MODEL_STEADY_H

#include "base/arena.h"
#include "model/probe.h"

enum { STEADY_WINDOWS_MAX = 6 };

/* How long one window is, and how many there are at most. */
struct windows { double ms; size_t most; };
struct windows steady_windows(enum level level);

/* The last two differ by less than 0.5 %: no further window is needed. */
bool steady_is_settled(const double *took, size_t n);

struct steady {
    double middle;          /* the median of the windows that count */
    double spread;          /* of these, as a share of it (model/statistics.h) */
    double first;           /* the first of all: before anything is warm or throttled */
    double least, most;     /* of all but the first */
    size_t counted;         /* the last ones, as far back as they are within 0.5 % of the very last; all but the first where it never settled */
    bool   settled;
};

/* Of n > 0 windows, in their order. */
struct steady steady_of(const double *took, size_t n);

/* The two clocks run at the same rate and start a call apart. How far host time may be from device time, in ms. */
bool steady_clocks_agree(double host_ms, double device_ms, unsigned batches);

/* What went on beside the measurement. */
struct disturbance {
    const double *mhz; size_t n_mhz;    /* the multiprocessors' clock in each window; NULL: not known */
    bool          capped;               /* the power limit was reached, which is what full load does */
    const char   *slowed;               /* for what the hardware or its driver slowed the GPU down; NULL: it did not */
    unsigned      others;               /* processes that came onto the GPU */
};

/* Why the figure may not be what the GPU can do, in words, "; " between several; NULL: nothing disturbed it. */
const char *steady_disturbed(const struct steady *s, const struct disturbance *d, struct arena *a);

#endif
