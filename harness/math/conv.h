/* conv.h - data, references and bounds for convolutions. Pure.
 *
 *     y[n][k][p][q] = sum over c, r, s of  x[n][c][p*stride + r - pad][q*stride + s - pad] * w[k][c][r][s]
 *
 * and its two gradients. Arrays are row-major in the order of those letters,
 * whatever the layout in which a library gets them.
 */
#ifndef MATH_CONV_H
#define MATH_CONV_H

#include "base/arena.h"
#include "base/err.h"
#include "math/number.h"

struct conv_shape { int n, c, h, w, k, r, s, pad, stride, p, q; };      /* conv_fill_shape sets p, q */

void   conv_fill_shape(struct conv_shape *s);
size_t conv_count_x(const struct conv_shape *s);
size_t conv_count_w(const struct conv_shape *s);
size_t conv_count_y(const struct conv_shape *s);

/* y of x and w; x of w and y (its gradient); w of x and y (its gradient). */
enum conv_way { CONV_FORWARD, CONV_BACKWARD_DATA, CONV_BACKWARD_FILTER };

const char *conv_way_name(enum conv_way way);           /* "forward" */

/* How many products the longest sum has. */
int conv_terms(const struct conv_shape *s, enum conv_way way);

struct conv_data {
    struct conv_shape shape;
    enum conv_way     way;
    float            *x, *w, *y;        /* the one that is computed holds nothing */
    double           *expected;         /* of that one */
};

/* Integers that are exact by any algorithm that only adds and multiplies, in any
 * order, whatever of fp32 and the type its partial sums are kept in: one operand is
 * as wide as the type holds, the other is -1, 0 or 1 and mostly 0. Fails unless the
 * worst-case sum of every output, for these very data, is exact in the type.
 *   fp32: 12-bit odd numbers, which TF32 (11 bits), bf16 and fp16 cannot hold;
 *   tf32: up to 11 bits;  fp16: sums up to 2^11;  bf16: sums up to 2^8. */
bool conv_make_integers(struct conv_data *d, enum number type, struct arena *a, uint64_t seed, struct err *e) MUST_USE;

/* The same data without the reference, for shapes that take a CPU too long. */
bool conv_fill_integers(struct conv_data *d, enum number type, struct arena *a, uint64_t seed, struct err *e) MUST_USE;

/* Whether data are exact in that sense. */
bool conv_is_exact(const struct conv_data *d, enum number type, struct err *e) MUST_USE;

/* Zero mean, unit variance, rounded to the type: full mantissas. */
void conv_make_random(struct conv_data *d, enum number type, struct arena *a, uint64_t seed);

/* What an algorithm does with integers. */
enum conv_family {
    CONV_EXACT,         /* adds and multiplies: implicit and explicit GEMM */
    CONV_FRACTIONS,     /* goes by fractions: Winograd's transforms, FFT */
};

/* The largest NMSE that correct arithmetic may show on random data, K being the terms.
 *
 * Sums in fp32 of exact products have a relative rms error of about 1.8e-8 sqrt(K);
 * the gate is 2^-24 * 1.5 * sqrt(K), five times that. Tensor cores align the products
 * of a step of k terms and cut what lies below 2^-23 of the largest: towards zero, so
 * the error grows with K, at most 2^-23 for each step (arXiv 2511.10909); the gate is
 * 2^-21 + 1.4 * K/k * 2^-24 with k = 4, the smallest of any of them. A 16-bit output
 * is rounded once more: rms 0.42 u for u = 2^-8 (bf16), 2^-11 (fp16), as the relative
 * error is uniform within half a unit that is between u/2 and u of the value; four
 * times that leaves room for parts added in 16 bits.
 * By fractions in fp32: F(4x4, 3x3) loses about a decimal digit and a half against direct sums
 * (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016), FFT
 * less: 30 times the fp32 gate. TF32 shows 8e-8 and more, beyond all fp32 gates.
 * By fractions with inputs rounded to 11 (fp16, tf32) or 8 (bf16) bits after the
 * transform: relative error of an element u/sqrt(3), ten times by the transform back:
 * (10 * 2^-11 / sqrt 3)^2 * 2 operands = 1.6e-5, 6 times that is the gate, 1e-4; bf16
 * has 64 times that. (Ten: of F(4x4, 3x3) at 0, 1, -1, 2, -2 and infinity the sum over
 * points of A^2 |B|^2 |G|^2, over 3, has a mean of 10.8 along each side. TF32's factors
 * may be cut instead of rounded: their mean, 3.5e-4 of each, then scales the result as a
 * whole and is not multiplied; the scatter is that of rounding.)
 *
 * `scattered`: an algorithm that promises no order may add up to K parts in the output
 * itself, each addition rounding a partial sum whose mean square is on average half of
 * the result's: in 16 bits K/2 times the limit. fp32's gate has sums of K roundings already. */
double conv_nmse_limit(enum number type, enum conv_family family, int terms, bool scattered);

/* The reference, in double precision; for tests, too. */
void conv_compute(const struct conv_shape *s, enum conv_way way, const float *x, const float *w, const float *y, double *out);

#endif
