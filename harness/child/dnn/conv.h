/* dnn_conv.h - cuDNN's convolutions, forward and both gradients, by every algorithm
 * that it offers (child only). */
#ifndef CHILD_DNN_CONV_H
#define CHILD_DNN_CONV_H

#include "child/dnn/dnn.h"
#include "math/conv.h"

struct dnn_algo {
    int             algo;               /* of the enum that goes with the way */
    cudnnMathType_t math;
    size_t          workspace;
    bool            deterministic;      /* cuDNN promises equal bits each time */
};

struct dnn_conv {
    struct conv_shape             shape;
    enum conv_way                 way;
    cudnnTensorDescriptor_t       x, y;
    cudnnFilterDescriptor_t       w;
    cudnnConvolutionDescriptor_t  desc;
    struct dnn_algo               algos[32];
    size_t                        n_algos;      /* supported within our workspace; best guess first */
    const char                   *refused;      /* the keys of the others: "FFT.fma, WINOGRAD.fma"; "" if there are none, "all" if nothing is offered */
};

/* In d's kind. fp32 means fp32: TF32 is forbidden. TF32 means what may use it. */
void dnn_conv_begin(struct dnn *d, struct dnn_conv *v, struct conv_shape shape, enum conv_way way);
void dnn_conv_end(struct dnn *d, struct dnn_conv *v);

struct dnn_shape dnn_conv_x(const struct dnn_conv *v);
struct dnn_shape dnn_conv_y(const struct dnn_conv *v);
struct dnn_shape dnn_conv_w(const struct dnn_conv *v);
struct dnn_shape dnn_conv_output(const struct dnn_conv *v);

/* Computes the one of x, w and y that the way says, out of the others. False if
 * cuDNN says, only now, that it does not support the algorithm here. */
bool dnn_conv_run(struct dnn *d, struct dnn_conv *v, const struct dnn_algo *algo, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y);
/* The same, and does not wait. */
bool dnn_conv_queue(struct dnn *d, struct dnn_conv *v, const struct dnn_algo *algo, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y);

/* "IMPLICIT_GEMM", ... */
const char      *dnn_algo_name(enum conv_way way, int algo);
enum conv_family dnn_algo_family(enum conv_way way, int algo);
/* "IMPLICIT_GEMM.fma" */
const char      *dnn_algo_key(struct child *c, enum conv_way way, const struct dnn_algo *algo);

#endif
