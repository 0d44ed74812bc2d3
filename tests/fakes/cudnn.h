/* cudnn.h - what the files of the fake cuDNN share: descriptors, and tensors taken
 * out of device memory as floats in the order n, c, h, w, whatever their type and
 * layout, and rounded back into it. */
#ifndef FAKES_CUDNN_H
#define FAKES_CUDNN_H

#include "load/cudnn.h"
#include "tests/fakes/gate.h"

CUDNN_SYMS(FAKE_DECLARE)

/* The exported entries, for calls that a graph makes. */
#define FAKE_EXPORTED(need, ret, name, params) ret name params;
CUDNN_SYMS(FAKE_EXPORTED)

enum { BAD_PARAM = 2000, NOT_SUPPORTED = 3000, PART_NOT_LOADED = 1008, NO_DEVICE = 1001, WORKSPACE_BYTES = 4096 };

struct cudnnContext { CUstream stream; };
struct cudnnTensorStruct { cudnnDataType_t type; cudnnTensorFormat_t format; int n, c, h, w; };
struct cudnnFilterStruct { struct cudnnTensorStruct t; };       /* n filters of c channels */
struct cudnnConvolutionStruct { int pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w; cudnnMathType_t math; };
struct cudnnActivationStruct { cudnnActivationMode_t mode; cudnnNanPropagation_t nan; double coefficient; };
struct cudnnPoolingStruct { cudnnPoolingMode_t mode; int h, w, pad_h, pad_w, stride_h, stride_w; };

void fake_set_last_error(const char *text);

size_t fake_elements(const struct cudnnTensorStruct *t);
size_t fake_tensor_bytes(const struct cudnnTensorStruct *t);
bool   fake_same_shape(const struct cudnnTensorStruct *a, const struct cudnnTensorStruct *b);

/* Memory that is not all the device's is a fault that shows later, as on a GPU: then NULL. The caller frees. */
float *fake_take(const struct cudnnTensorStruct *t, const void *p);

/* p = alpha * values + beta * p, rounded to the tensor's type; 0 does not read what is there. */
void fake_put(const struct cudnnTensorStruct *t, void *p, float *values, const void *alpha, const void *beta);

/* A forward convolution whose sums stay in fp32 on the host; NULL if memory was not there. The caller frees. */
cudnnStatus_t fake_convolve_to_host(const struct cudnnTensorStruct *xd, const void *x, const struct cudnnFilterStruct *fd, const void *f,
                                    const struct cudnnConvolutionStruct *d, int algo, const void *space, size_t room,
                                    const struct cudnnTensorStruct *yd, float **sums);

/* The inputs as TF32 sees them: 11 significant bits. */
void fake_cut_to_tf32(float *values, size_t n);

#endif
