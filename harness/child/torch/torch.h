/* torch.h - an installed PyTorch's own operations, from C (child only).
 *
 * Three routes, chosen by what the library exports and not by its version:
 *   D  the dispatcher with lists (libtorch 2.10 and later): any operation by name
 *   G  the C shim's tensors (2.3 and later) and its generated operations; what
 *      it does not generate, by its mangled C++ name
 *   M  mangled C++ names alone (before that; torch_mangled.h)
 * Facts on both: the headers torch/csrc/inductor/aoti_torch/c/shim.h and
 * torch/csrc/stable/c/shim.h of the releases.
 */
#ifndef CHILD_TORCH_H
#define CHILD_TORCH_H

#include "child/child.h"

enum torch_route { TORCH_DISPATCHER, TORCH_SHIM, TORCH_MANGLED };

/* Element types that tensors may have on their device. */
enum torch_type { TORCH_FLOAT32, TORCH_FLOAT16, TORCH_BFLOAT16, TORCH_INT64, TORCH_TYPES };

struct torch {
    struct child    *child;
    enum torch_route route;
    int32_t          types[TORCH_TYPES], cpu;       /* torch's own numbers for them */
    int32_t          device_type;       /* where operations run */
    bool             on_cuda;
    bool             used_mangled;      /* a C++ name was called, whatever the route is */
};

/* Chooses the route; stop_unsupported if this libtorch has none. On a GPU,
 * TF32 is switched off, so that fp32 means fp32. From here on a C++ exception
 * ends the trial as the failure of the call that threw it, in its own words. */
void torch_begin(struct torch *t, struct child *c, bool on_cuda);

/* Observes "route" and "device"; when all calls are made. */
void torch_saw_route(struct torch *t);

/* Tensors are contiguous and row-major; data on the host are fp32, and torch converts them. */
AtenTensorHandle torch_from_host(struct torch *t, float *data, int dims, const int64_t *sizes);
AtenTensorHandle torch_from_host_as(struct torch *t, enum torch_type type, float *data, int dims, const int64_t *sizes);
void             torch_to_host(struct torch *t, AtenTensorHandle x, float *data, int dims, const int64_t *sizes);
void             torch_drop(struct torch *t, AtenTensorHandle x);

/* Each gives a new tensor; the inputs stay the caller's. */
AtenTensorHandle torch_conv2d(struct torch *t, AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b);   /* stride 1, no padding */
AtenTensorHandle torch_relu(struct torch *t, AtenTensorHandle x);
AtenTensorHandle torch_max_pool2d(struct torch *t, AtenTensorHandle x);                                       /* 2x2, stride 2 */
AtenTensorHandle torch_view(struct torch *t, AtenTensorHandle x, int64_t rows, int64_t columns);
AtenTensorHandle torch_linear(struct torch *t, AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b,
                              int64_t rows, int64_t in, int64_t out);

#endif
