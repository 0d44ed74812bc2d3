/* network.h - the SimpleCNN and its training on cuDNN and cuBLAS: NCHW, one batch at a time,
 * by deterministic algorithms that keep to adding and multiplying. */
#ifndef PROBES_CNN_NETWORK_H
#define PROBES_CNN_NETWORK_H

#include "child/dnn/conv.h"
#include "math/cnn_train.h"

struct network {
    struct child          *c;
    bool                   tf32;
    int                    batch;       /* images, CNN_N at most */
    struct dnn             dnn;
    cublasHandle_t         blas;
    cublasMath_t           mode;        /* of the layers */
    struct dnn_conv        conv, conv_filter;
    const struct dnn_algo *forward_algo, *filter_algo;
    cudnnTensorDescriptor_t maps, pooled, hidden, last, map_bias, hidden_bias, last_bias;
    cudnnActivationDescriptor_t relu;
    cudnnPoolingDescriptor_t pool;

    CUdeviceptr parameters, gradient;           /* in the order of math/cnn_train.h */
    CUdeviceptr x, y_conv, y_pool, y_hidden, y_last, probabilities;
    CUdeviceptr d_conv, d_pool, d_hidden, d_last, truth, one;
};

/* In fp32, or with everything that may be in TF32. */
void network_begin(struct network *n, struct child *c, bool tf32, int batch);
void network_end(struct network *n);

/* The weights to begin with. */
void network_reset(struct network *n, const struct cnn_training *t);

/* The images of batch `number`, and what they show. */
void network_load(struct network *n, const struct cnn_training *t, int number);

/* Puts the layers on the stream, up to the logits in y_last; and a whole step: forward, backward, and down the
 * gradient of what is loaded. Neither waits. */
void network_forward(struct network *n);
void network_train(struct network *n, float rate);

/* Loads a batch, takes a step and waits for it; gives the loss before it. */
double network_step(struct network *n, const struct cnn_training *t, int number, float rate);

float *network_download(struct network *n, CUdeviceptr p, size_t numbers);

/* ---- gradients.c: against the reference, after a step from the beginning on batch 0 ---- */

/* Each layer's by itself, so that a small one is not lost among 48000 weights: "gradient.w1.nmse_ratio" and so on, and
 * in TF32 against the multiple that fits best, and how far that is from 1: "gradient.w1.scale_off". */
void network_compare_gradients(struct network *n, const struct cnn_training *t);
/* All weights behind that step: "weights.nmse_ratio". */
void network_compare_weights(struct network *n, const struct cnn_training *t, float rate);

#define NETWORK_GRADIENT(layer, which) \
    { .key = "gradient." layer ".nmse_ratio", .bound = AT_MOST, .number = 1, .sentence = "the gradient of " which " errs by %s times what it may", \
      .detail = "gradient." layer ".first", .source = "math/cnn_train.h" }, \
    { .key = "gradient." layer ".scale_off", .bound = AT_MOST, .number = CNN_GRADIENT_SCALE_TF32, .optional = true, \
      .sentence = "the gradient of " which " is off by %s of it as a whole", .source = "math/cnn_train.h" }

/* What these observations are held to. */
#define NETWORK_BOUNDS \
    NETWORK_GRADIENT("w1", "the convolution"), NETWORK_GRADIENT("b1", "the convolution's bias"), NETWORK_GRADIENT("w2", "the first linear layer"), \
    NETWORK_GRADIENT("b2", "the first linear layer's bias"), NETWORK_GRADIENT("w3", "the last layer"), NETWORK_GRADIENT("b3", "the last layer's bias"), \
    { .key = "weights.nmse_ratio", .bound = AT_MOST, .number = 1, .sentence = "the weights after one step err by %s times what they may", \
      .detail = "weights.first", .source = "math/cnn_train.h" }

#endif
