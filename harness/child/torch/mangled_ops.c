/* The operations of torch_ops.h by their mangled names: the newest spelling that this library exports. */
#include "child/torch/mangled.h"
#include "child/torch/ops.h"

_Noreturn static void no_name(struct torch *t, const char *op)
{
    stop_unsupported(t->child, "this libtorch exports no at::%s that gpuvet knows: its arguments are not those of 1.8 to 2.15", op);
}

AtenTensorHandle mangled_layer_norm(struct torch *t, AtenTensorHandle x, AtenTensorHandle scale, AtenTensorHandle bias, int64_t columns, double epsilon)
{
    const struct at_tensor *in = mangled_tensor(x);
    const struct at_std_tensor std[2] = { { mangled_tensor(scale)->impl, true }, { mangled_tensor(bias)->impl, true } };
    const struct at_c10_tensor c10[2] = { { true, mangled_tensor(scale)->impl }, { true, mangled_tensor(bias)->impl } };
    const struct at_array shape = { &columns, 1 };
    const struct libtorch *l = mangled_enter(t, "at::layer_norm(x, scale, bias)");

    if (l->layer_norm_std_sym != NULL)
        return mangled_boxed(t, l->layer_norm_std_sym(in, shape, &std[0], &std[1], epsilon, true));
    if (l->layer_norm_c10_sym == NULL && l->layer_norm_c10 == NULL && l->layer_norm_1_8 == NULL)
        no_name(t, "layer_norm");
    return mangled_boxed(t, (l->layer_norm_c10_sym != NULL ? l->layer_norm_c10_sym : l->layer_norm_c10 != NULL ? l->layer_norm_c10 : l->layer_norm_1_8)
                            (in, shape, &c10[0], &c10[1], epsilon, true));
}

AtenTensorHandle mangled_embedding(struct torch *t, AtenTensorHandle w, AtenTensorHandle indices)
{
    const struct libtorch *l = mangled_enter(t, "at::embedding(w, indices)");
    const int64_t padding = -1;

    if (l->embedding_sym != NULL)
        return mangled_boxed(t, l->embedding_sym(mangled_tensor(w), mangled_tensor(indices), &padding, false, false));
    if (l->embedding == NULL && l->embedding_1_8 == NULL)
        no_name(t, "embedding");
    return mangled_boxed(t, (l->embedding != NULL ? l->embedding : l->embedding_1_8)(mangled_tensor(w), mangled_tensor(indices), padding, false, false));
}

AtenTensorHandle mangled_embedding_gradient(struct torch *t, AtenTensorHandle dy, AtenTensorHandle indices, int64_t rows, int64_t padding)
{
    const struct at_tensor *g = mangled_tensor(dy), *at = mangled_tensor(indices);
    const struct libtorch *l = mangled_enter(t, "at::embedding_dense_backward(dy, indices)");

    if (l->scatter_sym != NULL)
        return mangled_boxed(t, l->scatter_sym(g, at, &rows, &padding, false));
    if (l->scatter_rows_sym != NULL)
        return mangled_boxed(t, l->scatter_rows_sym(g, at, &rows, padding, false));
    if (l->scatter == NULL && l->scatter_1_8 == NULL)
        no_name(t, "embedding_dense_backward");
    return mangled_boxed(t, (l->scatter != NULL ? l->scatter : l->scatter_1_8)(g, at, rows, padding, false));
}

AtenTensorHandle mangled_bmm(struct torch *t, AtenTensorHandle a, AtenTensorHandle b)
{
    const struct libtorch *l = mangled_enter(t, "at::bmm(a, b)");

    if (l->bmm == NULL && l->bmm_1_8 == NULL)
        no_name(t, "bmm");
    return mangled_boxed(t, (l->bmm != NULL ? l->bmm : l->bmm_1_8)(mangled_tensor(a), mangled_tensor(b)));
}

AtenTensorHandle mangled_softmax(struct torch *t, AtenTensorHandle x, int64_t dim)
{
    const struct at_small none = { 0, 0 };
    const struct libtorch *l = mangled_enter(t, "at::softmax(x, dim)");

    if (l->softmax_std == NULL && l->softmax_c10 == NULL && l->softmax_1_8 == NULL)
        no_name(t, "softmax");
    return mangled_boxed(t, (l->softmax_std != NULL ? l->softmax_std : l->softmax_c10 != NULL ? l->softmax_c10 : l->softmax_1_8)
                            (mangled_tensor(x), dim, none));
}

AtenTensorHandle mangled_sqrt(struct torch *t, AtenTensorHandle x)
{
    const struct libtorch *l = mangled_enter(t, "at::sqrt(x)");

    if (l->sqrt == NULL && l->sqrt_1_8 == NULL)
        no_name(t, "sqrt");
    return mangled_boxed(t, (l->sqrt != NULL ? l->sqrt : l->sqrt_1_8)(mangled_tensor(x)));
}

bool mangled_has_attention(const struct libtorch *l)
{
    return l->attention_std_gqa != NULL || l->attention_std != NULL || l->attention_c10 != NULL || l->attention_2_0 != NULL;
}

AtenTensorHandle mangled_attention(struct torch *t, AtenTensorHandle q, AtenTensorHandle k, AtenTensorHandle v, bool causal)
{
    const struct at_tensor *a = mangled_tensor(q), *b = mangled_tensor(k), *d = mangled_tensor(v);
    const struct at_std_tensor no_mask = { NULL, false };
    const struct at_c10_tensor no_c10_mask = { false, NULL };
    const struct at_std_double by_default = { 0, false };
    const struct at_c10_double c10_default = { false, 0 };
    const struct libtorch *l = mangled_enter(t, "at::scaled_dot_product_attention(q, k, v)");

    if (l->attention_std_gqa != NULL)
        return mangled_boxed(t, l->attention_std_gqa(a, b, d, &no_mask, 0, causal, by_default, false));
    if (l->attention_std != NULL)
        return mangled_boxed(t, l->attention_std(a, b, d, &no_mask, 0, causal, by_default));
    if (l->attention_c10 != NULL)
        return mangled_boxed(t, l->attention_c10(a, b, d, &no_c10_mask, 0, causal, c10_default));
    if (l->attention_2_0 == NULL)
        no_name(t, "scaled_dot_product_attention");
    return mangled_boxed(t, l->attention_2_0(a, b, d, &no_c10_mask, 0, causal));
}

/* ---- In place: by reference, and in 1.8 a Scalar by value ---- */

static const struct at_scalar one = { .number = 1 };

void torch_mul_(struct torch *t, AtenTensorHandle x, double by)
{
    const struct at_scalar s = { .number = by };
    const struct libtorch *l = mangled_enter(t, "at::Tensor::mul_(number)");

    if (l->mul_ == NULL && l->mul_1_9 == NULL && l->mul_1_8 == NULL)
        no_name(t, "Tensor::mul_(Scalar)");
    if (l->mul_ != NULL || l->mul_1_9 != NULL)
        (l->mul_ != NULL ? l->mul_ : l->mul_1_9)(mangled_tensor(x), &s);
    else
        l->mul_1_8(mangled_tensor(x), s);
    child_leave(t->child, 0);
}

void torch_add_(struct torch *t, AtenTensorHandle x, AtenTensorHandle y, double times)
{
    const struct at_scalar s = { .number = times };
    const struct libtorch *l = mangled_enter(t, "at::Tensor::add_(y, times)");

    if (l->add_ == NULL && l->add_1_9 == NULL && l->add_1_8 == NULL)
        no_name(t, "Tensor::add_(Tensor)");
    if (l->add_ != NULL || l->add_1_9 != NULL)
        (l->add_ != NULL ? l->add_ : l->add_1_9)(mangled_tensor(x), mangled_tensor(y), &s);
    else
        l->add_1_8(mangled_tensor(x), mangled_tensor(y), s);
    child_leave(t->child, 0);
}

void torch_add_number_(struct torch *t, AtenTensorHandle x, double number)
{
    const struct at_scalar s = { .number = number };
    const struct libtorch *l = mangled_enter(t, "at::Tensor::add_(number)");

    if (l->add_scalar_ == NULL && l->add_scalar_1_9 == NULL && l->add_scalar_1_8 == NULL)
        no_name(t, "Tensor::add_(Scalar)");
    if (l->add_scalar_ != NULL || l->add_scalar_1_9 != NULL)
        (l->add_scalar_ != NULL ? l->add_scalar_ : l->add_scalar_1_9)(mangled_tensor(x), &s, &one);
    else
        l->add_scalar_1_8(mangled_tensor(x), s, one);
    child_leave(t->child, 0);
}

void torch_addcmul_(struct torch *t, AtenTensorHandle x, AtenTensorHandle a, AtenTensorHandle b, double times)
{
    const struct at_scalar s = { .number = times };
    const struct libtorch *l = mangled_enter(t, "at::Tensor::addcmul_(a, b, times)");

    if (l->addcmul_ == NULL && l->addcmul_1_9 == NULL && l->addcmul_1_8 == NULL)
        no_name(t, "Tensor::addcmul_");
    if (l->addcmul_ != NULL || l->addcmul_1_9 != NULL)
        (l->addcmul_ != NULL ? l->addcmul_ : l->addcmul_1_9)(mangled_tensor(x), mangled_tensor(a), mangled_tensor(b), &s);
    else
        l->addcmul_1_8(mangled_tensor(x), mangled_tensor(a), mangled_tensor(b), s);
    child_leave(t->child, 0);
}

void torch_addcdiv_(struct torch *t, AtenTensorHandle x, AtenTensorHandle a, AtenTensorHandle b, double times)
{
    const struct at_scalar s = { .number = times };
    const struct libtorch *l = mangled_enter(t, "at::Tensor::addcdiv_(a, b, times)");

    if (l->addcdiv_ == NULL && l->addcdiv_1_9 == NULL && l->addcdiv_1_8 == NULL)
        no_name(t, "Tensor::addcdiv_");
    if (l->addcdiv_ != NULL || l->addcdiv_1_9 != NULL)
        (l->addcdiv_ != NULL ? l->addcdiv_ : l->addcdiv_1_9)(mangled_tensor(x), mangled_tensor(a), mangled_tensor(b), &s);
    else
        l->addcdiv_1_8(mangled_tensor(x), mangled_tensor(a), mangled_tensor(b), s);
    child_leave(t->child, 0);
}
