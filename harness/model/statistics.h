/* statistics.h - what the figures of several rounds say: their middle, their spread,
 * and whether two lots of rounds differ. Pure.
 */
#ifndef MODEL_STATISTICS_H
#define MODEL_STATISTICS_H

#include "base/base.h"

/* Of n > 0 figures, in any order; NaN if one of them is not finite. */
double statistics_median(const double *x, size_t n);

/* The median distance from the median, times 1.4826: the standard deviation where
 * the figures are normal, and hardly moved by one that is far off. */
double statistics_mad(const double *x, size_t n);

/* How many times the second lot is the first. */
struct ratio {
    double middle;          /* of the geometric means */
    double low, high;       /* the interval that holds the true one in 99 of 100 cases */
    double p;               /* how often lots as far apart come of equal ones, 0 to 1 */
    double spread;          /* standard deviation of the logarithm of one figure, of both lots together */
    size_t n;               /* figures of the smaller lot */
};

/* By Welch's t on logarithms: a change is a factor, and the lots may differ in spread.
 * False where that says nothing: fewer than two figures in a lot, or one that is not a
 * positive number. */
bool ratio_of(struct ratio *r, const double *a, size_t n_a, const double *b, size_t n_b) MUST_USE;

/* How many rounds of each would have an interval narrow enough to tell such a ratio from
 * one of 1 + margin; 0: not with two hundred. */
size_t ratio_rounds(const struct ratio *r, double margin);

/* Student's t: how often |t| or more comes about by chance, with so many degrees of freedom. */
double student_p(double t, size_t freedom);

/* The t that p of the cases exceed, one way or the other. */
double student_t(double p, size_t freedom);

#endif
