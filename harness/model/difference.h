/* difference.h - whether a measurement became slower or faster, decided on its rounds. Pure. */
#ifndef MODEL_DIFFERENCE_H
#define MODEL_DIFFERENCE_H

#include "model/statistics.h"

enum difference { CANNOT_TELL, SAME, FASTER, SLOWER };

const char *difference_name(enum difference d);         /* "cannot tell", "same", "faster", "slower" */

/* One measurement, twice: before and after. */
struct compared {
    const char     *unit;
    const double   *before; size_t n_before;    /* one figure a round */
    const double   *after;  size_t n_after;

    enum difference is;         /* filled from here on by differences_decide */
    struct ratio    ratio;      /* after over before; middle 0: the rounds say nothing */
    size_t          would_tell; /* rounds of each with which it could be told; 0: not with two hundred, or it was */
};

/* What a unit measures: how far two of the same may lie apart, and which way is better. */
struct measure { const char *unit; double margin; bool less_is_better; };

/* NULL: nothing is compared in such a unit. */
const struct measure *measure_of(const char *unit);

/* Decides all of a report at once: SLOWER and FASTER only where the middle is beyond the
 * margin and the interval excludes 1, with Holm's correction for how many were looked at
 * (S. Holm, "A simple sequentially rejective multiple test procedure", 1979). SAME where
 * the whole interval is within the margin. */
void differences_decide(struct compared *list, size_t n);

#endif
