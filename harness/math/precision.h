/* precision.h - how far a healthy product of full-mantissa data may be from the
 * true one. Pure. */
#ifndef MATH_PRECISION_H
#define MATH_PRECISION_H

#include "math/number.h"

/* The largest sum of squared errors over the sum of squared results (NMSE) of a
 * healthy product of k terms of mean 0, on a GPU of that compute capability (times
 * ten); 0 where no such data are meant (integers). fast: fp8 sums need not be kept in
 * fp32. How the numbers come about is said where they are. */
double product_nmse_limit(enum number factors, enum number out, int cc, int k, bool fast);

#endif
