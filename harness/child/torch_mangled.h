/* torch_mangled.h - route M: PyTorch's operations by their mangled C++ names, for
 * releases before the C shim (1.8 to 2.3; child only). Handles are addresses of
 * an at::Tensor, as the shim's are. A C++ exception ends the process: the
 * parent reads its words from standard error.
 */
#ifndef CHILD_TORCH_MANGLED_H
#define CHILD_TORCH_MANGLED_H

#include "child/torch.h"

/* Whether every operation has a spelling that this library exports. */
bool mangled_available(const struct libtorch *l, bool on_cuda);

AtenTensorHandle mangled_from_host(struct torch *t, const float *data, int dims, const int64_t *sizes);
void             mangled_to_host(struct torch *t, AtenTensorHandle x, float *data, int dims, const int64_t *sizes);
AtenTensorHandle mangled_conv2d(struct torch *t, AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b);
AtenTensorHandle mangled_relu(struct torch *t, AtenTensorHandle x);
AtenTensorHandle mangled_max_pool2d(struct torch *t, AtenTensorHandle x);
AtenTensorHandle mangled_flatten(struct torch *t, AtenTensorHandle x);          /* all but the first dimension into one */
AtenTensorHandle mangled_linear(struct torch *t, AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b);

#endif
