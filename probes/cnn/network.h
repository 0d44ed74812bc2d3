/* network.h - the SimpleCNN's training on cuDNN and cuBLAS: NCHW, one batch at a time,
 * by deterministic algorithms that keep to adding and multiplying. */
#ifndef PROBES_CNN_NETWORK_H
#define PROBES_CNN_NETWORK_H

#include "child/dnn/conv.h"
#include "math/cnn_train.h"

struct network {
    struct child          *c;
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
    CUdeviceptr d_conv, d_pool, d_hidden, d_last, one;
};

/* In fp32, or with everything that may be in TF32. */
void network_begin(struct network *n, struct child *c, bool tf32);
void network_end(struct network *n);

/* The weights to begin with. */
void network_reset(struct network *n, const struct cnn_training *t);

/* Forward and backward for one batch, and a step down the gradient; gives the loss before it. */
double network_step(struct network *n, const struct cnn_training *t, int batch, float rate);

#endif
