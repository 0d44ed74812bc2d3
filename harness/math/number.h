/* number.h - the number formats of matrix products, by their definitions (IEEE 754,
 * OCP's OFP8 and Microscaling Formats): the reference for kernels/formats.h. Pure. */
#ifndef MATH_NUMBER_H
#define MATH_NUMBER_H

#include "base/base.h"
#include "kernels/formats.h"

const char *number_name(enum number n);         /* "fp16" */
size_t      number_bytes(enum number n);        /* of one in memory; TF32 lies there as fp32, two of E2M1 in one byte */
size_t      number_room(enum number n, size_t count);       /* bytes of an array of so many */

/* The value of a bit pattern; NaN for a NaN. Of TF32 the lower 13 bits do not count. */
double number_value(enum number n, uint64_t bits);

/* The bits of the nearest number, ties to even. What is too large becomes infinity,
 * in formats without one NaN, and in integers and e2m1, which has neither, the last
 * one. NaN: 0 in integers, the last one in e2m1. What is negative has no number in
 * ue8m0 and ue4m3: NaN; and ue8m0, powers of two, has no 0: its smallest. */
uint64_t number_bits(enum number n, double v);

/* Element `at` of an array in memory, and writing it. Of two in a byte the lower half is the first. */
double number_get(enum number n, const void *array, size_t at);
void   number_set(enum number n, void *array, size_t at, double v);

/* All integers up to this one, and their negatives, are exact in the format. */
double number_integers(enum number n);

/* The largest finite one. */
double number_largest(enum number n);

#endif
