/* torch_mangled.h - PyTorch's operations by their mangled C++ names: all of route M,
 * and on the other routes what those do not offer (child only). Handles are
 * addresses of an at::Tensor, which is one pointer, as the shim's are.
 */
#ifndef CHILD_TORCH_MANGLED_H
#define CHILD_TORCH_MANGLED_H

#include "child/torch/torch.h"

/* Whether every operation has a spelling that this library exports. */
bool mangled_available(const struct libtorch *l);

/* A call: enter it, make it, and box the Tensor that it returned. */
const struct libtorch  *mangled_enter(struct torch *t, const char *call);
AtenTensorHandle        mangled_boxed(struct torch *t, struct at_returned y);
const struct at_tensor *mangled_tensor(AtenTensorHandle x);

AtenTensorHandle mangled_from_host(struct torch *t, enum torch_type type, const float *data, int dims, const int64_t *sizes);
void             mangled_to_host(struct torch *t, AtenTensorHandle x, float *data, int dims, const int64_t *sizes);
AtenTensorHandle mangled_conv2d(struct torch *t, AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b);
AtenTensorHandle mangled_relu(struct torch *t, AtenTensorHandle x);
AtenTensorHandle mangled_max_pool2d(struct torch *t, AtenTensorHandle x);
AtenTensorHandle mangled_flatten(struct torch *t, AtenTensorHandle x);          /* all but the first dimension into one */
AtenTensorHandle mangled_linear(struct torch *t, AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b);

/* More operations (torch_mangled_ops.c), as in torch_ops.h; without a spelling, stop_unsupported. */
AtenTensorHandle mangled_layer_norm(struct torch *t, AtenTensorHandle x, AtenTensorHandle scale, AtenTensorHandle bias, int64_t columns, double epsilon);
AtenTensorHandle mangled_embedding(struct torch *t, AtenTensorHandle w, AtenTensorHandle indices);
AtenTensorHandle mangled_embedding_gradient(struct torch *t, AtenTensorHandle dy, AtenTensorHandle indices, int64_t rows, int64_t padding);
AtenTensorHandle mangled_bmm(struct torch *t, AtenTensorHandle a, AtenTensorHandle b);
AtenTensorHandle mangled_softmax(struct torch *t, AtenTensorHandle x, int64_t dim);
AtenTensorHandle mangled_sqrt(struct torch *t, AtenTensorHandle x);
bool             mangled_has_attention(const struct libtorch *l);
AtenTensorHandle mangled_attention(struct torch *t, AtenTensorHandle q, AtenTensorHandle k, AtenTensorHandle v, bool causal);

#endif
