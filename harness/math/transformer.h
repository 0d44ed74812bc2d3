/* transformer.h - references and bounds for what a transformer is made of: layer
 * norm, embedding, attention, and the steps of its optimisers. Pure.
 *
 * Tensors are row-major.
 */
#ifndef MATH_TRANSFORMER_H
#define MATH_TRANSFORMER_H

#include "math/number.h"

/* Each row of `columns`: (x - mean) / sqrt(variance + epsilon) * scale + bias. */
void layer_norm_forward(int rows, int columns, const float *x, const float *scale, const float *bias, double epsilon, double *y);

/* y[i] = w[index[i]], rows of `columns`. */
void embedding_forward(size_t n, int columns, const float *w, const float *index, double *y);

/* dw[index[i]] += dy[i], but for the index `padding`; dw has `rows` rows. */
void embedding_gradient(size_t n, int rows, int columns, const float *dy, const float *index, int padding, double *dw);

/* softmax(q k^T / sqrt(width)) v for each of `heads`: q is heads x queries x width,
 * k and v are heads x keys x width. Causal: query i sees the keys up to i. */
struct attention_shape { int heads, queries, keys, width; };
void attention_forward(struct attention_shape s, const float *q, const float *k, const float *v, bool causal, double *y);

/* ---- Optimisers: n parameters, one step ---- */
struct adamw { double lr, beta1, beta2, decay, epsilon; };
struct sgd   { double lr, momentum, decay; };

/* Decoupled weight decay (Loshchilov, Hutter: "Decoupled weight decay regularization", ICLR 2019); step counts from 1. */
void adamw_step(const struct adamw *a, int step, size_t n, const float *dx, double *x, double *mean, double *square);

/* momentum' = times momentum + dx + decay x; x' = x - lr momentum'. */
void sgd_step(const struct sgd *s, size_t n, const float *dx, double *x, double *momentum);

/* ---- Bounds: the largest NMSE ----
 *
 * Layer norm: a mean and a variance of 768 terms, an inverse square root within 2
 * units and three roundings: as batch norm's, LAYER_NORM_TRAINED (math/layers.h):
 * sums in any order err by u sqrt(m) at random, 1.7e-6 of the value at the very
 * worst, NMSE 3e-12: 1e-11. TF32 takes no part in it. */
double layer_norm_nmse_limit(void);

/* Attention in fp32: scores are sums of 64 products of unit variance, right within
 * u sqrt(64) = 4.8e-7 at random; an exponential within 2^-20 = 9.5e-7 of itself; so
 * each weight errs by about 1.1e-6, independently, and so does y in the mean: NMSE
 * 1.2e-12. PyTorch's kernel for fp32 multiplies on tensor cores, each product as three of
 * TF32 (gemm_kernel_utils.h: OpMultiplyAddFastF32), whose sums are cut and not rounded: every
 * score and every sum of weighted values is up to 24 or 30 times half a unit, u = 2^-24, too
 * small, all in the same direction: 1.8e-6 at most, NMSE 3.2e-12 where all of it is. Ten times
 * that, rounded down: 3e-11. Scores in TF32 err by 2^-11 * 0.4 * sqrt 2 = 2.8e-4: NMSE 8e-8.
 *
 * In 16 bits, u = 2^-8 (bf16) or 2^-11 (fp16): a rounding errs by 0.42 u of the value
 * (relative errors are uniform within half a unit, which is between u/2 and u of it). y is
 * rounded; weights may be before they are summed; so may the scores, whose variance is 1,
 * before the exponential; and q and k when they are scaled by themselves: five times (0.42 u)^2
 * in all, about three times that is allowed: 16 (0.42 u)^2. */
double attention_nmse_limit(enum number type);

/* AdamW: a step is some ten fp32 roundings, each 0.42 u of what it rounds, the square
 * root and the division among them within a unit on a GPU: sqrt(12) * 2^-24 = 2e-7 of
 * the step, three steps 3.6e-7; NMSE 1.3e-13 if steps are as large as parameters are: 1e-12.
 * The betas are exact in fp32, and so is 1 - beta. */
double adamw_nmse_limit(void);

#endif
