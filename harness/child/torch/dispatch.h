/* torch_dispatch.h - route D: an operation by its name and its schema's arguments, in order (child only).
 *
 * Every argument must be given; what is passed is consumed, also by a call that
 * fails, so each call gets handles of its own. A bool is 0 or 1, an int itself.
 */
#ifndef CHILD_TORCH_DISPATCH_H
#define CHILD_TORCH_DISPATCH_H

#include "child/torch/torch.h"

bool dispatch_available(const struct libtorch *l);

StableIValue dispatch_own(struct torch *t, AtenTensorHandle x);             /* Tensor */
StableIValue dispatch_optional(struct torch *t, StableIValue v);            /* T? that is there; None is 0 */
StableIValue dispatch_float(double v);
StableIValue dispatch_list(struct torch *t, const StableIValue *items, size_t n);
StableIValue dispatch_integers(struct torch *t, const int64_t *items, size_t n);

/* The first result, if there is any: a Tensor's handle. */
AtenTensorHandle dispatch(struct torch *t, const char *op, const char *overload, StableIValue *stack);

#endif
