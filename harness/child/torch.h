/* torch.h - an installed PyTorch's own operations, from C (child only).
 *
 * Three routes, chosen by what the library exports and not by its version:
 *   D  the dispatcher with lists (libtorch 2.10 and later): any operation by name
 *   G  the generated C shim (2.4 and later), with relu by its mangled name
 *   M  mangled C++ names (before that; torch_mangled.h)
 * Facts on both: the headers torch/csrc/inductor/aoti_torch/c/shim.h and
 * torch/csrc/stable/c/shim.h of the releases.
 */
#ifndef CHILD_TORCH_H
#define CHILD_TORCH_H

#include "child/child.h"

enum torch_route { TORCH_DISPATCHER, TORCH_SHIM, TORCH_MANGLED };

struct torch {
    struct child    *child;
    enum torch_route route;
    int32_t          float32, cpu;      /* torch's own numbers for them */
    int32_t          device_type;       /* where operations run */
    bool             on_cuda;
};

/* Chooses the route; stop_unsupported if this libtorch has none. On a GPU,
 * TF32 is switched off, so that fp32 means fp32. */
void torch_begin(struct torch *t, struct child *c, bool on_cuda);

const char *torch_route_name(const struct torch *t);

/* Tensors are fp32, contiguous, row-major. */
AtenTensorHandle torch_from_host(struct torch *t, float *data, int dims, const int64_t *sizes);
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
