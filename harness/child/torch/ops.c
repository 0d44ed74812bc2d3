#include "child/torch/ops.h"

#include "child/torch/dispatch.h"
#include "child/torch/mangled.h"

static bool dispatches(const struct torch *t)
{
    return t->route == TORCH_DISPATCHER;
}

AtenTensorHandle torch_layer_norm(struct torch *t, AtenTensorHandle x, AtenTensorHandle scale, AtenTensorHandle bias, int64_t columns, double epsilon)
{
    if (dispatches(t)) {
        StableIValue s[6] = { dispatch_own(t, x), dispatch_integers(t, &columns, 1), dispatch_optional(t, dispatch_own(t, scale)),
                              dispatch_optional(t, dispatch_own(t, bias)), dispatch_float(epsilon), 1 };

        return dispatch(t, "aten::layer_norm", "", s);
    }
    return mangled_layer_norm(t, x, scale, bias, columns, epsilon);
}

AtenTensorHandle torch_embedding(struct torch *t, AtenTensorHandle w, AtenTensorHandle indices)
{
    if (dispatches(t)) {
        StableIValue s[5] = { dispatch_own(t, w), dispatch_own(t, indices), (StableIValue)INT64_C(-1), 0, 0 };

        return dispatch(t, "aten::embedding", "", s);
    }
    return mangled_embedding(t, w, indices);
}

AtenTensorHandle torch_embedding_gradient(struct torch *t, AtenTensorHandle dy, AtenTensorHandle indices, int64_t rows, int64_t padding)
{
    if (dispatches(t)) {
        StableIValue s[5] = { dispatch_own(t, dy), dispatch_own(t, indices), (StableIValue)rows, (StableIValue)padding, 0 };

        return dispatch(t, "aten::embedding_dense_backward", "", s);
    }
    return mangled_embedding_gradient(t, dy, indices, rows, padding);
}

AtenTensorHandle torch_bmm(struct torch *t, AtenTensorHandle a, AtenTensorHandle b)
{
    if (dispatches(t)) {
        StableIValue s[2] = { dispatch_own(t, a), dispatch_own(t, b) };

        return dispatch(t, "aten::bmm", "", s);
    }
    return mangled_bmm(t, a, b);
}

AtenTensorHandle torch_softmax(struct torch *t, AtenTensorHandle x, int64_t dim)
{
    if (dispatches(t)) {
        StableIValue s[3] = { dispatch_own(t, x), (StableIValue)dim, 0 };

        return dispatch(t, "aten::softmax", "int", s);
    }
    return mangled_softmax(t, x, dim);
}

AtenTensorHandle torch_sqrt(struct torch *t, AtenTensorHandle x)
{
    if (dispatches(t)) {
        StableIValue s[1] = { dispatch_own(t, x) };

        return dispatch(t, "aten::sqrt", "", s);
    }
    return mangled_sqrt(t, x);
}

bool torch_has_attention(const struct torch *t)
{
    return dispatches(t) || mangled_has_attention(&t->child->libtorch);
}

AtenTensorHandle torch_attention(struct torch *t, AtenTensorHandle q, AtenTensorHandle k, AtenTensorHandle v, bool causal)
{
    if (dispatches(t)) {
        StableIValue s[8] = { dispatch_own(t, q), dispatch_own(t, k), dispatch_own(t, v), 0, dispatch_float(0), causal, 0, 0 };

        return dispatch(t, "aten::scaled_dot_product_attention", "", s);
    }
    return mangled_attention(t, q, k, v, causal);
}

/* ---- Fused optimiser steps ---- */

/* The CPU's kernels came with 2.4, after the names did: only the dispatcher's releases surely have them. */
bool torch_has_fused_adamw(const struct torch *t)
{
    const struct libtorch *l = &t->child->libtorch;

    return dispatches(t) || (t->on_cuda && (l->fused_adamw_std != NULL || l->fused_adamw_c10 != NULL));
}

bool torch_has_fused_sgd(const struct torch *t)
{
    return dispatches(t) || (t->on_cuda && t->child->libtorch.fused_sgd_std != NULL);
}

static StableIValue list_of(struct torch *t, AtenTensorHandle x)
{
    const StableIValue item = dispatch_own(t, x);

    return dispatch_list(t, &item, 1);
}

void torch_fused_adamw_(struct torch *t, const struct torch_adamw *a)
{
    const struct at_std_tensor no_std = { NULL, false };
    const struct at_c10_tensor no_c10 = { false, NULL };
    const struct at_tensors none = { NULL, 0 }, x = { mangled_tensor(a->x), 1 }, dx = { mangled_tensor(a->dx), 1 }, mean = { mangled_tensor(a->mean), 1 },
                            square = { mangled_tensor(a->square), 1 }, step = { mangled_tensor(a->step), 1 };
    const struct libtorch *l = &t->child->libtorch;

    if (dispatches(t)) {
        StableIValue s[15] = { list_of(t, a->x), list_of(t, a->dx), list_of(t, a->mean), list_of(t, a->square), dispatch_list(t, NULL, 0),
                               list_of(t, a->step), dispatch_float(a->lr), dispatch_float(a->beta1), dispatch_float(a->beta2),
                               dispatch_float(a->decay), dispatch_float(a->epsilon), 0, 0, 0, 0 };

        dispatch(t, "aten::_fused_adamw_", "", s);
        return;
    }
    mangled_enter(t, "at::_fused_adamw_()");
    if (l->fused_adamw_std != NULL)
        l->fused_adamw_std(x, dx, mean, square, none, step, a->lr, a->beta1, a->beta2, a->decay, a->epsilon, false, false, &no_std, &no_std);
    else
        l->fused_adamw_c10(x, dx, mean, square, none, step, a->lr, a->beta1, a->beta2, a->decay, a->epsilon, false, false, &no_c10, &no_c10);
    child_leave(t->child, 0);
}

void torch_fused_sgd_(struct torch *t, const struct torch_sgd *o)
{
    const struct at_std_tensor none = { NULL, false };
    const struct at_tensors x = { mangled_tensor(o->x), 1 }, dx = { mangled_tensor(o->dx), 1 }, momentum = { mangled_tensor(o->momentum), 1 };

    if (dispatches(t)) {
        StableIValue s[12] = { list_of(t, o->x), list_of(t, o->dx), list_of(t, o->momentum), dispatch_float(o->decay), dispatch_float(o->times),
                               dispatch_float(o->lr), dispatch_float(0), 0, 0, o->first, 0, 0 };

        dispatch(t, "aten::_fused_sgd_", "", s);
        return;
    }
    mangled_enter(t, "at::_fused_sgd_()");
    t->child->libtorch.fused_sgd_std(x, dx, momentum, o->decay, o->times, o->lr, 0, false, false, o->first, &none, &none);
    child_leave(t->child, 0);
}
