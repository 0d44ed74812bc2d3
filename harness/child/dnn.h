/* dnn.h - cuDNN's layers as the probes use them (child only): fp32, NCHW, and
 * fp32 means fp32: TF32 kernels are refused. */
#ifndef CHILD_DNN_H
#define CHILD_DNN_H

#include "child/child.h"

struct dnn_shape { int n, c, h, w; };

struct dnn {
    struct child *child;
    cudnnHandle_t handle;
    CUdeviceptr   workspace;
    size_t        room;         /* bytes of it */
};

/* "9.1.0" as the loaded cuDNN says of itself. */
const char *child_cudnn_version(struct child *c);

void dnn_begin(struct dnn *d, struct child *c);         /* binds cuDNN, makes the handle and 16 MiB of workspace */
void dnn_end(struct dnn *d);

/* One algorithm that cuDNN offers for a convolution, with FMA math. */
struct dnn_algo { cudnnConvolutionFwdAlgo_t algo; size_t workspace; };

struct dnn_conv {
    struct dnn_shape              x, y;
    int                           k, r;         /* k filters of r x r */
    cudnnTensorDescriptor_t       x_desc, y_desc, b_desc;
    cudnnFilterDescriptor_t       w_desc;
    cudnnConvolutionDescriptor_t  desc;
    struct dnn_algo               algos[16];
    size_t                        n_algos;      /* each once: those supported within our workspace; best guess first */
};

/* Stride 1, no padding. Fills y. */
void dnn_conv_begin(struct dnn *d, struct dnn_conv *v, struct dnn_shape x, int k, int r);

/* False if cuDNN says, only now, that it does not support the algorithm here. */
bool dnn_conv_forward(struct dnn *d, struct dnn_conv *v, const struct dnn_algo *algo, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y);
void dnn_conv_end(struct dnn *d, struct dnn_conv *v);

/* y += bias (one per channel); y = max(y, 0); y = 2x2 maxima of x. */
void dnn_add_bias(struct dnn *d, struct dnn_shape shape, CUdeviceptr bias, CUdeviceptr y);
void dnn_relu(struct dnn *d, struct dnn_shape shape, CUdeviceptr y);
void dnn_max_pool(struct dnn *d, struct dnn_shape x, CUdeviceptr from, CUdeviceptr to);

/* "IMPLICIT_GEMM", ...; whether integers stay exact in it. */
const char *dnn_algo_name(cudnnConvolutionFwdAlgo_t algo);
bool        dnn_algo_keeps_integers(cudnnConvolutionFwdAlgo_t algo);

#endif
