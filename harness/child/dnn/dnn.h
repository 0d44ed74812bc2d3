/* dnn.h - cuDNN's handle, tensors and layers as the probes use them (child only). */
#ifndef CHILD_DNN_H
#define CHILD_DNN_H

#include "child/child.h"
#include "math/number.h"

/* How tensors lie in device memory: their type, and whether the channels lie
 * together (NHWC) or the planes (NCHW). On the host they are NCHW always. */
struct dnn_kind { enum number type; bool nhwc; };

struct dnn_shape { int n, c, h, w; };

struct dnn {
    struct child   *child;
    struct dnn_kind kind;
    cudnnHandle_t   handle;
    CUdeviceptr     workspace;
    size_t          room;       /* bytes of it */
};

/* "9.1.0" as the loaded cuDNN says of itself. */
const char *child_cudnn_version(struct child *c);

/* Binds cuDNN, makes the handle and 16 MiB of workspace. kind may be changed later. */
void dnn_begin(struct dnn *d, struct child *c, struct dnn_kind kind);
void dnn_end(struct dnn *d);

cudnnDataType_t     dnn_type(struct dnn_kind kind);
cudnnTensorFormat_t dnn_format(struct dnn_kind kind);
const char         *dnn_layout_name(struct dnn_kind kind);          /* "nchw" */

/* "Not supported" as cuDNN 8 and 9 say it. */
bool dnn_is_not_supported(long code);

/* Ends the trial unless the code is 0; "not supported" ends it as a skip. `what`
 * names the call: MUST for calls that a type, a layout or an algorithm may lack. */
void dnn_demand(struct dnn *d, const char *what, long code);

size_t dnn_count(struct dnn_shape s);
size_t dnn_bytes(struct dnn_kind kind, struct dnn_shape s);

/* A descriptor, given back by dnn_drop. */
cudnnTensorDescriptor_t dnn_tensor(struct dnn *d, struct dnn_shape s);
void                    dnn_drop(struct dnn *d, cudnnTensorDescriptor_t t);

/* Device memory for a tensor, poisoned: whatever is not written there is NaN. */
CUdeviceptr dnn_output(struct dnn *d, struct dnn_shape s);
void        dnn_poison(struct dnn *d, CUdeviceptr p, struct dnn_shape s);

/* Host values into device memory, rounded to the type; NCHW there becomes the kind's layout, and back. */
CUdeviceptr dnn_upload(struct dnn *d, struct dnn_shape s, const float *values);
float      *dnn_download(struct dnn *d, struct dnn_shape s, CUdeviceptr p);

/* y += bias (one per channel); y = max(y, 0); y = 2x2 maxima of x. */
void dnn_add_bias(struct dnn *d, struct dnn_shape shape, CUdeviceptr bias, CUdeviceptr y);
void dnn_relu(struct dnn *d, struct dnn_shape shape, CUdeviceptr y);
void dnn_max_pool(struct dnn *d, struct dnn_shape x, CUdeviceptr from, CUdeviceptr to);

static inline void *dnn_at(CUdeviceptr p)
{
    return (void *)(uintptr_t)p;
}

extern const float dnn_one, dnn_zero;           /* alpha and beta: floats for all types here */

#endif
