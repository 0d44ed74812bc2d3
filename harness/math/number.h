/* number.h - the number formats of matrix products, by their definitions (IEEE 754
 * and OCP's OFP8): the reference for kernels/formats.h. Pure. */
#ifndef MATH_NUMBER_H
#define MATH_NUMBER_H

#include "base/base.h"
#include "kernels/formats.h"

const char *number_name(enum number n);         /* "fp16" */
size_t      number_bytes(enum number n);        /* of one in memory; TF32 lies there as fp32 */

/* The value of a bit pattern; NaN for a NaN. Of TF32 the lower 13 bits do not count. */
double number_value(enum number n, uint64_t bits);

/* The bits of the nearest number, ties to even. What is too large becomes infinity,
 * in e4m3, which has none, NaN, and in integers the last one. NaN: 0 in integers. */
uint64_t number_bits(enum number n, double v);

/* Element `at` of an array in memory, and writing it. */
double number_get(enum number n, const void *array, size_t at);
void   number_set(enum number n, void *array, size_t at, double v);

/* All integers up to this one, and their negatives, are exact in the format. */
double number_integers(enum number n);

/* The largest finite one. */
double number_largest(enum number n);

#endif
