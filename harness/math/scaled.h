/* scaled.h - block-scaled factors of products (mxfp8, nvfp4, and fp8 in blocks of 128): what they hold, how
 * they lie in memory, and what they are worth. Pure. */
#ifndef MATH_SCALED_H
#define MATH_SCALED_H

#include "base/err.h"
#include "math/number.h"

/* `rows` vectors of k small numbers each: the rows of A, the columns of B. So many
 * neighbours along a vector, of which k is a multiple, share a scale factor, in fp32
 * with the same ones of so many vectors: an own power of two for each block, so that
 * no block can stand for another. */
struct scaled {
    enum number element, scale;
    int         block, across;
    uint64_t    seed;
    int         rows, k;
};

/* Element times factor: an integer, for every one. All numbers of e2m1 occur, the
 * halves with factors that make them whole; of e4m3 all integers up to 16, in blocks of 128 up to 12. */
int scaled_at(const struct scaled *o, int row, int i);

/* The element alone, as it is without its factor. */
double scaled_element(const struct scaled *o, int row, int i);

/* Which element of the array cuBLASLt takes the factor of block `block` of a vector from.
 * 8 bits: tiles of 128 vectors by 4 blocks, 512 bytes each, along the vectors first; in a
 * tile lie vectors 0, 32, 64 and 96 side by side, then 1, 33, 65 and 97 (cuBLAS documentation,
 * "1D Block Scaling Factors Layout"; CUTLASS, blackwell_functionality, "Scale Factor Layouts").
 * fp32, of one vector: all vectors' first blocks, then all second ones; of 128: row after row
 * of blocks, a multiple of 4 each (pytorch/pytorch, ScaledBlas.cpp). */
size_t scale_place(const struct scaled *o, int row, int block);

/* Bytes of all factors: with those that are nobody's, for there is room for whole tiles and rows. */
size_t scale_bytes(const struct scaled *o);

/* Writes the elements, vector after vector with `ld` elements from one to the next, and
 * the factors. What lies between is left as it was. */
void scaled_pack(const struct scaled *o, int ld, void *elements, void *scales);

/* All values, vector after vector. */
void scaled_values(const struct scaled *o, int *values);

/* Fails unless every partial sum of every product of two such vectors stays below the
 * limit, and without the factors that of a block's elements below `in_block`, by Cauchy
 * and Schwarz. The values are those of scaled_values. */
bool scaled_are_exact(const struct scaled *a, const int *of_a, const struct scaled *b, const int *of_b, double limit, double in_block,
                      struct err *e) MUST_USE;

#endif
