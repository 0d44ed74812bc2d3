/* beside.h - what one GPU measures beside what others like it in the machine do. Pure. */
#ifndef MODEL_BESIDE_H
#define MODEL_BESIDE_H

#include "model/figures.h"

/* How far below the median of the others, as a share of it: what is worth a warning, and what fails. */
struct tolerance {
    double      warns, fails;
    double      clock_warns, clock_fails;   /* of figures divided by the clock, where each GPU's is known; 0: not looked at */
    const char *source;
};

/* NULL: of such a measurement nothing is said beside others. A time depends on the host's processor, and which is near. */
const struct tolerance *tolerance_of(const struct probe *p, const char *unit);

/* What one GPU measured: higher is better. */
struct beside_one { double figure, spread, clock; };    /* spread as figure.spread; clock in MHz, 0: not known */

enum beside_is {
    BESIDE_ALIKE,           /* or it is faster, or alone */
    BESIDE_LOW,             /* warns */
    BESIDE_TOO_LOW,         /* fails */
    BESIDE_ONE_OF_TWO,      /* two differ: which one is as it should be cannot be told */
    BESIDE_SPLIT,           /* no majority agrees: as little can be told */
    BESIDE_NOISY,           /* far below, and its rounds differ among themselves by half as much: warns */
};

struct beside {
    enum beside_is is;
    double         others;      /* their median, in the figure's unit */
    double         below;       /* how far below it, as a share of it; of figures by clock if by_clock */
    bool           by_clock;
    size_t         n_others;
};

/* Of `n` GPUs that are like one another, the one at `which`. */
struct beside beside_find(const struct beside_one *all, size_t n, size_t which, const struct tolerance *t, struct arena *a);

/* The trials of one measurement on GPUs like that one, itself among them, and where it is: of the same name, memory,
 * multiprocessors, power limit and, of a link, PCIe width and generation; not those on which others compute, and no parts of GPUs. */
size_t beside_like(const struct judged **out, size_t *which, const struct judged *j, const struct report *r, struct arena *a);

#endif
