/* dnn_sums.h - a convolution of any size on integers, checked whole by contracting a
 * channel (kernels/contract.cu): child only. */
#ifndef CHILD_DNN_SUMS_H
#define CHILD_DNN_SUMS_H

#include "child/dnn/conv.h"

/* One sum modulo 2^64 over the channels of the output for each of: forward [n][p][q],
 * backward data [n][h][w], backward filter [c][r][s]. */
struct dnn_sums {
    size_t      n;
    int         dims[3];
    uint64_t   *expected;       /* from the inputs, on the host */
    CUdeviceptr found, bad;     /* for those of an output, and for the count of what is no integer */
};

/* Stride 1 only, but forward any. x, y: the inputs where they lie; `data` holds them on the host
 * (forward the filters alone: x may be more images than it has). */
void dnn_sums_expect(struct dnn *d, const struct dnn_conv *v, const struct conv_data *data, CUdeviceptr x, CUdeviceptr y, struct dnn_sums *s);

/* Of what a library computed: observes "wrong_sums.KEY" and, if any is wrong, "first_sum". */
void dnn_sums_tell(struct dnn *d, const struct dnn_conv *v, const struct dnn_sums *s, CUdeviceptr output, const char *key);

/* What these observations are held to. */
#define DNN_SUMS_BOUND \
    { .key = "wrong_sums.*", .bound = EQUALS, .number = 0, .optional = true, .detail = "first_sum", \
      .sentence = "%s sums over all channels differ from the exact ones, in a convolution that fills the GPU" }

#endif
