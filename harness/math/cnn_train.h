/* cnn_train.h - the SimpleCNN's training: loss, gradients and steps of stochastic
 * gradient descent in double precision. Pure.
 *
 * The loss is the mean cross entropy of the softmax of the logits.
 */
#ifndef MATH_CNN_TRAIN_H
#define MATH_CNN_TRAIN_H

#include "math/cnn.h"

/* All weights and biases in one array, each padded to 64 so that it begins aligned; padding is 0. */
enum {
    CNN_AT_W1 = 0, CNN_AT_B1 = CNN_AT_W1 + 448, CNN_AT_W2 = CNN_AT_B1 + 64, CNN_AT_B2 = CNN_AT_W2 + CNN_W2,
    CNN_AT_W3 = CNN_AT_B2 + 128, CNN_AT_B3 = CNN_AT_W3 + 1216, CNN_PARAMETERS = CNN_AT_B3 + 64,

    CNN_BATCH = 16, CNN_BATCHES = CNN_N / CNN_BATCH,
};

/* Images of ten classes: a pattern each, with noise of half its size; and weights to
 * begin with. All representable in TF32, so that the first layer's inputs are exact there. */
struct cnn_training {
    float *x;                   /* CNN_N images */
    int   *labels;              /* CNN_N */
    float *parameters;          /* CNN_PARAMETERS */
};

void cnn_training_make(struct cnn_training *t, struct arena *a, uint64_t seed);

/* What a GPU's forward pass had behind ReLU: a gradient takes the side of each kink
 * that the GPU took. Of thousands of units a few lie so near to 0 that correct
 * arithmetic may take either side, and one of them would show far above any bound. */
struct cnn_sides {
    const float *conv;          /* batch x K x P x P */
    const float *hidden;        /* batch x HIDDEN */
};

/* Of one batch, of at most CNN_N images. sides: NULL for its own. probabilities (batch x CLASSES) and
 * gradient (CNN_PARAMETERS) may be NULL. */
double cnn_loss(const double *parameters, int batch, const float *x, const int *labels, const struct cnn_sides *sides,
                double *probabilities, double *gradient);

/* The loss before each of so many steps, over the batches in turn. */
void cnn_train(const struct cnn_training *t, int steps, double rate, double *losses);

/* The largest NMSE of the first gradients. fp32: the forward pass may show 1e-11
 * (cnn_nmse_limit), and the way back is as long, with sums over the batch on top: ten times that.
 * tf32: a number cut to 11 significant bits loses uniformly up to 2^-10 of its
 * power of two: 2^-11 of it on average, and of a number 0.72 of that, for the mean of
 * 1/m over mantissas m is 1 / (2 ln 2): 3.5e-4. The data and the weights at the beginning are exact in
 * TF32, so that on any path from data to a gradient at most five operands are cut (pool,
 * hidden, and three gradients). Their means add up, for they all go one way: 1.8e-3 of
 * the gradient as a whole, whose square alone would be 3.1e-6. So a gradient in TF32 may
 * be smaller or larger as a whole, and is compared with the multiple of the reference
 * that fits it best. What is left is the scatter of each cut, (2^-10)^2 / 3 / 2 - (3.5e-4)^2 = 4e-8,
 * and what the network makes of smaller logits: 2.5e-7 and up to 7.8e-7 in sums of 16 and
 * more, 2.3e-6 in the ten of the last bias (simulated: results/tolerances.md). Factors in
 * bf16 in their place give 64 times the scatter, and more for inputs that it cannot hold. */
double cnn_gradient_limit(bool tf32);

/* How far that multiple may be from 1: five cuts of 2^-10 at the very most. */
#define CNN_GRADIENT_SCALE_TF32 (5 * 0x1p-10)

/* The largest NMSE of all weights after one step at a rate of 1/64: such a step is
 * less than a tenth of the weights (tests/unit/test_cnn_train.c), so that a gradient's
 * error counts for a hundredth; rounding to fp32 adds 2^-48 / 3. */
double cnn_step_limit(bool tf32);

/* How far a loss may be off in the first 20 steps at that rate, relative. A unit that
 * takes the other side of ReLU changes a gradient by a hundredth, and a loss by less than
 * a thousandth: fp32's bound is a hundredth (seen against plain fp32 loops: 3e-7). TF32
 * has such units in every step, and cut factors make each gradient smaller as a whole, so
 * that 20 steps part from the reference by more than a hundredth: five hundredths (seen
 * with factors rounded and cut to TF32, 1000 seeds: at most 1.5e-2). */
#define CNN_LOSS_OFF_FP32 0.01
#define CNN_LOSS_OFF_TF32 0.05

#endif
