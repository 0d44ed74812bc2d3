/* exact.h - integers whose products are exact whatever the order of adding: how
 * large sums may get on a path, which integers stay below that, and what a product
 * of them is. Pure. */
#ifndef MATH_EXACT_H
#define MATH_EXACT_H

#include "base/err.h"
#include "kernels/integers.h"
#include "math/number.h"

/* Below this, every partial sum of integers is exact in any order on a GPU of that
 * compute capability (times ten), for factors of that format and sums kept in the
 * library's usual accumulator:
 *
 * fp64: 2^53, IEEE. fp32, tf32, fp16 and bf16: 2^24; tensor cores align products at
 * the largest exponent and keep at least 23 bits below it. fp8: 2^14 on 8.9 and 9.0,
 * which keep 13 bits below the largest exponent, else 2^24. (Measured bit by bit in
 * Fasi, Higham, Mikaitis, Pranesh: "Numerical behavior of NVIDIA tensor cores",
 * PeerJ CS 7:e330, 2021, and for later GPUs in arXiv 2511.10909.) int8: 2^31. */
double exact_below(enum number factors, int cc);

/* One operand: `rows` vectors of k integers each, element (row, i) being number
 * row * k + i of the seed: the rows of A, the columns of B. */
struct operand { struct integers range; uint64_t seed; int rows, k; };

int operand_at(const struct operand *o, int row, int i);

/* The product's bound by Cauchy and Schwarz for these very vectors: no partial sum
 * of any output is larger, in any order. */
double operand_worst(const struct operand *a, const struct operand *b);

/* Uniform integers, as large as `format` and the limit allow for k products of two
 * such, with a margin of 3 % for the vectors at hand; where not even -1, 0 and 1 fit,
 * those with most of them 0. Zero for no range at all. */
struct integers integers_below(double limit, enum number format, int k);

/* Gives two operands, of which rows, k and seed are set, the largest ranges that keep
 * every partial sum below the limit, for these very vectors: refused where even the
 * sparsest do not. Those for fp32 are exact there and wrong in tf32 and bf16: odd
 * numbers of up to 13 bits, where tf32 keeps 11, times -1, 0 and 1. */
bool operands_below(struct operand *a, struct operand *b, enum number format, double limit, struct err *e) MUST_USE;

/* The same without a look at the vectors, which takes long where they are many: ranges of which k products stay below the
 * limit whatever their signs. Where even k of -1, 0 and 1 might not, so few numbers are kept that more of them meet than
 * would fit with a chance below 1e-60. */
void operands_surely_below(struct operand *a, struct operand *b, enum number format, double limit);

/* Fails unless operand_worst stays below the limit. */
bool operands_are_exact(const struct operand *a, const struct operand *b, double limit, struct err *e) MUST_USE;

/* How many tiles of 128 x 128 a product has along each side, with half as many terms as
 * rows: two for each SM, so that all have work, and fewer where that would take more
 * than so many bytes of the GPU. At least two. */
int tiles_a_side(int sms, uint64_t room);

/* Element (i, j) of A B. */
double operand_product(const struct operand *a, const struct operand *b, int i, int j);

#endif
