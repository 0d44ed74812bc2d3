/* layers.h - references and bounds for a network's layers besides its convolutions. Pure.
 *
 * Tensors are [n][c][plane], row-major; a plane is h*w.
 */
#ifndef MATH_LAYERS_H
#define MATH_LAYERS_H

#include "math/number.h"

struct layer_shape { int n, c, h, w; };

size_t layer_count(struct layer_shape s);

/* ---- Pooling: windows of size x size, `pad` on all sides ---- */
struct pool_shape { int size, pad, stride; };
enum pool_mode { POOL_MAX, POOL_AVERAGE_INCLUDING, POOL_AVERAGE_EXCLUDING };     /* ... what is padded, in the divisor */

struct layer_shape pool_output(struct layer_shape x, struct pool_shape p);
void pool_forward(struct layer_shape s, struct pool_shape p, enum pool_mode mode, const float *x, double *y);
/* Of equal maxima the first takes all: data should have none. */
void pool_backward(struct layer_shape s, struct pool_shape p, enum pool_mode mode, const float *x, const float *dy, double *dx);

/* An average is a sum that is exact on small integers, times a rounded 1/9 or divided by 9, and rounded: at most two
 * units in the last place of the type, 2 * 2^-23 of the value in fp32, 2 * 2^-10 in fp16, 2 * 2^-7 in bf16. */
double layer_two_ulps(enum number type);

/* The gradient of 3x3 averages of values up to 8: a sum of up to four windows' shares, each at most 8/4 (of a corner, where
 * four values are averaged), each rounded, and the sums as well: a unit of their absolute sum, 8, beside two of the result. */
struct nearness { double relative, absolute; };

struct nearness pool_gradient_limit(enum number type);

/* ---- Softmax over c ---- */
void softmax_forward(struct layer_shape s, const float *x, double *y);
void softmax_backward(struct layer_shape s, const float *y, const float *dy, double *dx);

/* What the sum over c may differ from 1: each of c exponentials in fp32 is right within a few units (the hardware's
 * ex2 within 2 of 2^-23 on a reduced argument, which is up to 16 and so adds 16 * 2^-24): 2^-20 each, at random, times
 * sqrt(c); rounding to the type adds at most u of each value, so u of their sum, and half of fp16's smallest step each. */
double softmax_sum_limit(enum number type, int c);

/* ---- Batch normalisation, for each channel over n, h and w ---- */
struct norm { double *mean, *inverse, *variance; };     /* c of each; variance with m - 1, as running variances have it */

double norm_inverse(double variance, double epsilon);       /* 1 / sqrt(variance + epsilon) */

void norm_statistics(struct layer_shape s, const float *x, double epsilon, struct norm *out);
void norm_forward(struct layer_shape s, const float *x, const double *mean, const double *inverse, const float *scale, const float *bias, double *y);
void norm_backward(struct layer_shape s, const float *x, const float *dy, const struct norm *of, const float *scale, double *dx, double *dscale, double *dbias);

/* ---- Bounds: the largest NMSE ---- */
enum layer_kind {
    LAYER_SOFTMAX,          /* forward and backward: an exponential and a division, relative error below 2^-20 = 9.5e-7: NMSE 1e-12, ten times that */
    LAYER_NORM_GIVEN,       /* mean and variance given: a square root within 2 units, two multiplications, an addition: 3 * 2^-23, NMSE 1.3e-13; 1e-12 */
    LAYER_NORM_TRAINED,     /* and sums of m values: u sqrt(m) of them, at m = 2^10 4e-6 at the very worst, 1.8e-7 as sums are random: NMSE 1e-11 is 300 times that */
    LAYER_NORM_GRADIENT,    /* differences of such sums: cancels one digit more: 1e-9 */
};

/* Added where the result is rounded to 16 bits, u = 2^-8 (bf16) or 2^-11 (fp16): errors are uniform within half a unit,
 * which is between u/2 and u of the value. Of values spread over their mantissas that is 0.42 u in the root of the mean
 * square, of few that matter and lie just above a power of two up to u / sqrt(3); twice that. */
double layer_nmse_limit(enum layer_kind kind, enum number type);

#endif
