/* torch_ops.h - operations beyond a convolutional network's, by the best route that has each (child only).
 *
 * Each gives a new tensor, the inputs stay the caller's; what ends in an
 * underscore changes its first argument. One that this libtorch exports on no
 * route ends the trial in stop_unsupported, with its name.
 */
#ifndef CHILD_TORCH_OPS_H
#define CHILD_TORCH_OPS_H

#include "child/torch/torch.h"

/* Over the last dimension, of so many columns. */
AtenTensorHandle torch_layer_norm(struct torch *t, AtenTensorHandle x, AtenTensorHandle scale, AtenTensorHandle bias, int64_t columns, double epsilon);

/* Rows of w by int64 indices, and where their gradients go: a sum for each of
 * `rows` rows, but none for row `padding`. */
AtenTensorHandle torch_embedding(struct torch *t, AtenTensorHandle w, AtenTensorHandle indices);
AtenTensorHandle torch_embedding_gradient(struct torch *t, AtenTensorHandle dy, AtenTensorHandle indices, int64_t rows, int64_t padding);

AtenTensorHandle torch_bmm(struct torch *t, AtenTensorHandle a, AtenTensorHandle b);
AtenTensorHandle torch_softmax(struct torch *t, AtenTensorHandle x, int64_t dim);

/* Whether there is torch 2.0's scaled_dot_product_attention; it chooses its own kernel. */
bool             torch_has_attention(const struct torch *t);
AtenTensorHandle torch_attention(struct torch *t, AtenTensorHandle q, AtenTensorHandle k, AtenTensorHandle v, bool causal);

AtenTensorHandle torch_sqrt(struct torch *t, AtenTensorHandle x);
void torch_mul_(struct torch *t, AtenTensorHandle x, double by);
void torch_add_(struct torch *t, AtenTensorHandle x, AtenTensorHandle y, double times);
void torch_add_number_(struct torch *t, AtenTensorHandle x, double number);
void torch_addcmul_(struct torch *t, AtenTensorHandle x, AtenTensorHandle a, AtenTensorHandle b, double times);     /* x += times a b */
void torch_addcdiv_(struct torch *t, AtenTensorHandle x, AtenTensorHandle a, AtenTensorHandle b, double times);     /* x += times a / b */

/* ---- Fused optimiser steps, of one parameter: torch/optim's own, with fused=True ---- */
struct torch_adamw { AtenTensorHandle x, dx, mean, square, step; double lr, beta1, beta2, decay, epsilon; };
struct torch_sgd   { AtenTensorHandle x, dx, momentum; double lr, times, decay; bool first; };

/* False where the release has no such kernel for this device, which a GPU had from
 * 2.0 (AdamW) and 2.3 (SGD) on, and the CPU from 2.4; only by what is exported. */
bool torch_has_fused_adamw(const struct torch *t);
bool torch_has_fused_sgd(const struct torch *t);
void torch_fused_adamw_(struct torch *t, const struct torch_adamw *a);
void torch_fused_sgd_(struct torch *t, const struct torch_sgd *s);

#endif
