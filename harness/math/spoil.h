/* spoil.h - faults that are put into a right result, for the self-test of what must
 * see them. Pure. */
#ifndef MATH_SPOIL_H
#define MATH_SPOIL_H

#include "math/number.h"

enum fault {
    FAULT_NONE,
    FAULT_BIT,          /* one bit of one element */
    FAULT_SHIFT,        /* every row one further down, the last one first */
    FAULT_SCALE,        /* all elements times a factor */
    FAULT_NAN,          /* one element is NaN */
    FAULT_ZEROS,        /* all elements are 0 */
    FAULT_STALE,        /* what lay there before: NaN patterns */
};

/* A matrix in column-major order; what lies between its columns is left alone. */
struct matrix { enum number type; void *d; int rows, columns, ld; };

/* What a fault leaves open: which element (of BIT and NAN), its bit, the factor. */
struct spoiling { enum fault fault; int row, column, bit; double factor; };

void spoil(const struct matrix *m, const struct spoiling *s);

#endif
