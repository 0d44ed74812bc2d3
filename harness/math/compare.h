/* compare.h - how results are compared with references. Pure. */
#ifndef MATH_COMPARE_H
#define MATH_COMPARE_H

#include "base/base.h"

struct exactness {
    size_t wrong;               /* elements that differ */
    size_t first;               /* index of the first one, if any */
};

/* Element by element: equal as numbers (so -0 equals 0). NaN and infinity are
 * never right. expected holds integers that fp32 represents exactly. */
struct exactness compare_exactly(const float *got, const double *expected, size_t n);

/* Element by element: |got - expected| <= relative * |expected| + absolute. NaN and infinity never are. */
struct exactness compare_nearly(const float *got, const double *expected, size_t n, double relative, double absolute);

struct closeness {
    double nmse;                /* sum of squared errors over sum of squares; infinite if anything is NaN or infinite */
    size_t worst;               /* index of the largest error */
};

struct closeness compare_closely(const float *got, const double *expected, size_t n);

/* The factor by which the expected ones come closest to what was got; not finite where that is not, or nothing was expected. */
double compare_scale(const float *got, const double *expected, size_t n);

/* "[3][5]" for index 35 of dims {8, 10, 0}; dims ends with 0, outermost first. */
void compare_index_text(char *out, size_t size, size_t index, const int *dims);

/* The product of dims. */
size_t compare_count(const int *dims);

#endif
