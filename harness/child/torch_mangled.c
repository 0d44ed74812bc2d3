#include "child/torch_mangled.h"

#include <string.h>

/* c10::ScalarType and c10::DeviceType; their numbers have not changed since 1.0. */
enum { FLOAT32 = 6, CPU = 0, CUDA = 1 };

static const int64_t ones[2] = { 1, 1 }, twos[2] = { 2, 2 }, zeros[2] = { 0, 0 };

static const struct at_tensor *tensor(AtenTensorHandle x)
{
    return (const struct at_tensor *)(const void *)x;
}

/* A Tensor that was returned, as a handle. Like every tensor of this route it
 * lives until the process ends: its destructor has no name of its own. */
static AtenTensorHandle boxed(struct torch *t, struct at_returned y)
{
    struct at_tensor *box = t->child->libtorch.operator_new(sizeof *box);

    child_leave(t->child, 0);
    box->impl = y.impl;
    return (AtenTensorHandle)(void *)box;
}

static const struct libtorch *enter(struct torch *t, const char *call)
{
    child_enter(t->child, call, t->child->libtorch.dl.path);
    return &t->child->libtorch;
}

bool mangled_available(const struct libtorch *l, bool on_cuda)
{
    return (l->relu != NULL || l->relu_1_8 != NULL) && (l->flatten != NULL || l->flatten_1_8 != NULL)
        && (l->max_pool2d != NULL || l->max_pool2d_1_8 != NULL)
        && (l->linear_std != NULL || l->linear_c10 != NULL || l->linear_1_8 != NULL)
        && (l->conv2d_std_sym != NULL || l->conv2d_std != NULL || l->conv2d_c10_sym != NULL
            || l->conv2d_c10_pad_sym != NULL || l->conv2d_c10 != NULL || l->conv2d_1_8 != NULL)
        && (l->zeros_c10_sym != NULL || l->zeros_c10 != NULL || l->zeros_1_8 != NULL)
        && (l->data_ptr != NULL || l->data_ptr_1_8 != NULL) && l->operator_new != NULL
        && (!on_cuda || l->to_device_c10 != NULL || l->to_device_1_8 != NULL);
}

static float *data_of(struct torch *t, AtenTensorHandle x)
{
    const struct libtorch *l = enter(t, "at::Tensor::data_ptr<float>()");
    float *p = l->data_ptr != NULL ? l->data_ptr(tensor(x)) : l->data_ptr_1_8(tensor(x));

    child_leave(t->child, 0);
    return p;
}

static AtenTensorHandle moved(struct torch *t, AtenTensorHandle x, int8_t type)
{
    const struct at_device device = { type, type == CUDA ? 0 : -1 };
    const struct at_small none = { 0, 0 };
    const struct libtorch *l = enter(t, type == CUDA ? "at::Tensor::to(cuda:0)" : "at::Tensor::to(cpu)");

    return boxed(t, l->to_device_c10 != NULL ? l->to_device_c10(tensor(x), device, FLOAT32, false, false, none)
                                             : l->to_device_1_8(tensor(x), device, FLOAT32, false, false, none));
}

AtenTensorHandle mangled_from_host(struct torch *t, const float *data, int dims, const int64_t *sizes)
{
    const struct at_array shape = { sizes, (size_t)dims };
    const struct at_small float32 = { 1, FLOAT32 }, none = { 0, 0 };        /* flag first: c10::optional */
    const struct at_small_device cpu = { 0, 0, 0 };
    const struct libtorch *l = enter(t, "at::zeros()");
    AtenTensorHandle x = boxed(t, (l->zeros_c10_sym != NULL ? l->zeros_c10_sym : l->zeros_c10 != NULL ? l->zeros_c10 : l->zeros_1_8)
                                  (shape, float32, none, cpu, none));
    size_t n = 1;

    for (int i = 0; i < dims; i++)
        n *= (size_t)sizes[i];
    memcpy(data_of(t, x), data, n * sizeof *data);
    return t->on_cuda ? moved(t, x, CUDA) : x;
}

void mangled_to_host(struct torch *t, AtenTensorHandle x, float *data, int dims, const int64_t *sizes)
{
    AtenTensorHandle host = t->on_cuda ? moved(t, x, CPU) : x;
    size_t n = 1;

    for (int i = 0; i < dims; i++)
        n *= (size_t)sizes[i];
    memcpy(data, data_of(t, host), n * sizeof *data);
}

AtenTensorHandle mangled_conv2d(struct torch *t, AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b)
{
    const struct at_std_tensor std_bias = { tensor(b)->impl, true };
    const struct at_c10_tensor c10_bias = { true, tensor(b)->impl };
    const struct at_array one = { ones, 2 }, none = { zeros, 2 };
    const struct libtorch *l = enter(t, "at::conv2d(x, w, b)");
    const int64_t groups = 1;

    if (l->conv2d_std_sym != NULL)          /* a SymInt is passed by its address */
        return boxed(t, l->conv2d_std_sym(tensor(x), tensor(w), &std_bias, one, none, one, &groups));
    if (l->conv2d_std != NULL)
        return boxed(t, l->conv2d_std(tensor(x), tensor(w), &std_bias, one, none, one, groups));
    if (l->conv2d_c10_sym != NULL)
        return boxed(t, l->conv2d_c10_sym(tensor(x), tensor(w), &c10_bias, one, none, one, &groups));
    return boxed(t, (l->conv2d_c10_pad_sym != NULL ? l->conv2d_c10_pad_sym : l->conv2d_c10 != NULL ? l->conv2d_c10 : l->conv2d_1_8)
                    (tensor(x), tensor(w), &c10_bias, one, none, one, groups));
}

AtenTensorHandle mangled_relu(struct torch *t, AtenTensorHandle x)
{
    const struct libtorch *l = enter(t, "at::relu(x)");

    return boxed(t, l->relu != NULL ? l->relu(tensor(x)) : l->relu_1_8(tensor(x)));
}

AtenTensorHandle mangled_max_pool2d(struct torch *t, AtenTensorHandle x)
{
    const struct at_array two = { twos, 2 }, none = { zeros, 2 }, one = { ones, 2 };
    const struct libtorch *l = enter(t, "at::max_pool2d(x)");

    return boxed(t, (l->max_pool2d != NULL ? l->max_pool2d : l->max_pool2d_1_8)(tensor(x), two, two, none, one, false));
}

AtenTensorHandle mangled_flatten(struct torch *t, AtenTensorHandle x)
{
    const struct libtorch *l = enter(t, "at::flatten(x, 1, -1)");

    return boxed(t, (l->flatten != NULL ? l->flatten : l->flatten_1_8)(tensor(x), 1, -1));
}

AtenTensorHandle mangled_linear(struct torch *t, AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b)
{
    const struct at_std_tensor std_bias = { tensor(b)->impl, true };
    const struct at_c10_tensor c10_bias = { true, tensor(b)->impl };
    const struct libtorch *l = enter(t, "at::linear(x, w, b)");

    if (l->linear_std != NULL)
        return boxed(t, l->linear_std(tensor(x), tensor(w), &std_bias));
    return boxed(t, (l->linear_c10 != NULL ? l->linear_c10 : l->linear_1_8)(tensor(x), tensor(w), &c10_bias));
}
