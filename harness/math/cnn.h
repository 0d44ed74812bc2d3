/* cnn.h - the SimpleCNN: its data and its reference in double precision.
 *
 *     x 64x3x12x12 -> conv 3->16, 3x3, no padding -> 64x16x10x10 -> ReLU
 *       -> max-pool 2x2 -> 64x16x5x5 = 64x400 -> linear 400->120 -> ReLU
 *       -> linear 120->10 -> logits 64x10
 *
 * Arrays are row-major, NCHW; linear weights are [outputs][inputs], as in PyTorch.
 */
#ifndef MATH_CNN_H
#define MATH_CNN_H

#include "base/arena.h"
#include "base/err.h"

enum {
    CNN_N = 64, CNN_C = 3, CNN_HW = 12, CNN_K = 16, CNN_R = 3, CNN_P = 10, CNN_Q = 5,
    CNN_FEATURES = 400, CNN_HIDDEN = 120, CNN_CLASSES = 10,

    CNN_X = CNN_N * CNN_C * CNN_HW * CNN_HW,
    CNN_W1 = CNN_K * CNN_C * CNN_R * CNN_R, CNN_B1 = CNN_K,
    CNN_W2 = CNN_HIDDEN * CNN_FEATURES, CNN_B2 = CNN_HIDDEN,
    CNN_W3 = CNN_CLASSES * CNN_HIDDEN, CNN_B3 = CNN_CLASSES,
    CNN_CONV = CNN_N * CNN_K * CNN_P * CNN_P,
    CNN_POOL = CNN_N * CNN_FEATURES, CNN_H = CNN_N * CNN_HIDDEN, CNN_LOGITS = CNN_N * CNN_CLASSES,
};

struct cnn_data { float *x, *w1, *b1, *w2, *b2, *w3, *b3; };

struct cnn_layers {
    double *conv;               /* after the bias, before ReLU: CNN_CONV */
    double *pool;               /* after ReLU and pooling: CNN_POOL */
    double *hidden;             /* after ReLU: CNN_H */
    double *logits;             /* CNN_LOGITS */
};

/* Small integers, so that every partial sum in any order is exact: fails unless
 * the worst-case sum of every output, for this very data, stays below 2^24 and
 * every layer's input is an integer of at most 2^8, which bf16 still holds. */
bool cnn_make_integers(struct cnn_data *d, struct cnn_layers *expected, struct arena *a, uint64_t seed, struct err *e) MUST_USE;

/* Zero-mean random data of unit variance; weights scaled by 1/sqrt(fan-in). */
void cnn_make_random(struct cnn_data *d, struct cnn_layers *expected, struct arena *a, uint64_t seed);

/* Whether data are exact in the sense above; layers are those of cnn_forward. */
bool cnn_is_exact(const struct cnn_data *d, const struct cnn_layers *l, struct err *e) MUST_USE;

void cnn_forward(struct cnn_layers *l, struct arena *a, const struct cnn_data *d);

/* The largest NMSE of the logits that correct fp32 arithmetic may show on random
 * data. A sum of K terms in fp32 has relative rms error of about 1.8e-8 * sqrt(K)
 * against a gate of 2^-24 * 1.5 * sqrt(K); over the three layers (K = 27, 400,
 * 120) the squares add to 4.4e-12. Rounded up to the next power of ten: 1e-11.
 * TF32 inputs give 8e-8 and more, so a silent TF32 is seen. */
double cnn_nmse_limit(void);

#endif
