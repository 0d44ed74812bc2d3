#include "child/torch/mangled.h"

#include <string.h>

/* c10::DeviceType and c10::ScalarType; their numbers have not changed since 1.0. */
enum { CPU = 0, CUDA = 1 };
static const int8_t types[] = { [TORCH_FLOAT32] = 6, [TORCH_FLOAT16] = 5, [TORCH_BFLOAT16] = 15, [TORCH_INT64] = 4 };

static const int64_t ones[2] = { 1, 1 }, twos[2] = { 2, 2 }, zeros[2] = { 0, 0 };

const struct at_tensor *mangled_tensor(AtenTensorHandle x)
{
    return (const struct at_tensor *)(const void *)x;
}

/* libtorch deletes a handle that torch_drop gives back; on route M it lives until
 * the process ends, for its destructor has no name of its own. */
AtenTensorHandle mangled_boxed(struct torch *t, struct at_returned y)
{
    struct at_tensor *box = t->child->libtorch.operator_new(sizeof *box);

    child_leave(t->child, 0);
    box->impl = y.impl;
    return (AtenTensorHandle)(void *)box;
}

const struct libtorch *mangled_enter(struct torch *t, const char *call)
{
    t->used_mangled = true;
    child_enter(t->child, call, t->child->libtorch.dl.path);
    return &t->child->libtorch;
}

bool mangled_available(const struct libtorch *l)
{
    return (l->relu != NULL || l->relu_1_8 != NULL) && (l->flatten != NULL || l->flatten_1_8 != NULL)
        && (l->max_pool2d != NULL || l->max_pool2d_1_8 != NULL)
        && (l->linear_std != NULL || l->linear_c10 != NULL || l->linear_1_8 != NULL)
        && (l->conv2d_std_sym != NULL || l->conv2d_std != NULL || l->conv2d_c10_sym != NULL
            || l->conv2d_c10_pad_sym != NULL || l->conv2d_c10 != NULL || l->conv2d_1_8 != NULL)
        && (l->zeros_std_sym != NULL || l->zeros_c10_sym != NULL || l->zeros_c10 != NULL || l->zeros_1_8 != NULL)
        && (l->data_ptr != NULL || l->data_ptr_1_8 != NULL) && l->operator_new != NULL
        && (l->to_device_std != NULL || l->to_device_c10 != NULL || l->to_device_1_8 != NULL);
}

static float *data_of(struct torch *t, AtenTensorHandle x)
{
    const struct libtorch *l = mangled_enter(t, "at::Tensor::data_ptr<float>()");
    float *p = l->data_ptr != NULL ? l->data_ptr(mangled_tensor(x)) : l->data_ptr_1_8(mangled_tensor(x));

    child_leave(t->child, 0);
    return p;
}

/* A copy, and one whose elements lie in order: attention's CPU kernel of 2.1 to 2.3 gives its result transposed. */
static AtenTensorHandle moved(struct torch *t, AtenTensorHandle x, int8_t device_type, enum torch_type type)
{
    const struct at_device device = { device_type, device_type == CUDA ? 0 : -1 };
    const struct at_small contiguous = { 1, 0 }, std_contiguous = { 0, 1 };         /* c10::MemoryFormat 0; flag first: c10::optional */
    const struct libtorch *l = mangled_enter(t, device_type == CUDA ? "at::Tensor::to(cuda:0)" : "at::Tensor::to(cpu)");

    if (l->to_device_std != NULL)
        return mangled_boxed(t, l->to_device_std(mangled_tensor(x), device, types[type], false, true, std_contiguous));
    return mangled_boxed(t, (l->to_device_c10 != NULL ? l->to_device_c10 : l->to_device_1_8)(mangled_tensor(x), device, types[type], false, true, contiguous));
}

static AtenTensorHandle zeroed(struct torch *t, int dims, const int64_t *sizes)
{
    const struct at_array shape = { sizes, (size_t)dims };
    const struct at_small float32 = { 1, (uint8_t)types[TORCH_FLOAT32] }, none = { 0, 0 };         /* flag first: c10::optional */
    const struct at_small std_float32 = { (uint8_t)types[TORCH_FLOAT32], 1 };
    const struct at_small_device cpu = { 0, 0, 0 };
    const struct libtorch *l = mangled_enter(t, "at::zeros()");

    if (l->zeros_std_sym != NULL)
        return mangled_boxed(t, l->zeros_std_sym(shape, std_float32, none, cpu, none));
    return mangled_boxed(t, (l->zeros_c10_sym != NULL ? l->zeros_c10_sym : l->zeros_c10 != NULL ? l->zeros_c10 : l->zeros_1_8)
                            (shape, float32, none, cpu, none));
}

AtenTensorHandle mangled_from_host(struct torch *t, enum torch_type type, const float *data, int dims, const int64_t *sizes)
{
    AtenTensorHandle x = zeroed(t, dims, sizes);
    size_t n = 1;

    for (int i = 0; i < dims; i++)
        n *= (size_t)sizes[i];
    memcpy(data_of(t, x), data, n * sizeof *data);
    return t->on_cuda || type != TORCH_FLOAT32 ? moved(t, x, t->on_cuda ? CUDA : CPU, type) : x;
}

void mangled_to_host(struct torch *t, AtenTensorHandle x, float *data, int dims, const int64_t *sizes)
{
    AtenTensorHandle host = moved(t, x, CPU, TORCH_FLOAT32);
    size_t n = 1;

    for (int i = 0; i < dims; i++)
        n *= (size_t)sizes[i];
    memcpy(data, data_of(t, host), n * sizeof *data);
}

AtenTensorHandle mangled_conv2d(struct torch *t, AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b)
{
    const struct at_std_tensor std_bias = { mangled_tensor(b)->impl, true };
    const struct at_c10_tensor c10_bias = { true, mangled_tensor(b)->impl };
    const struct at_array one = { ones, 2 }, none = { zeros, 2 };
    const struct libtorch *l = mangled_enter(t, "at::conv2d(x, w, b)");
    const int64_t groups = 1;

    if (l->conv2d_std_sym != NULL)          /* a SymInt is passed by its address */
        return mangled_boxed(t, l->conv2d_std_sym(mangled_tensor(x), mangled_tensor(w), &std_bias, one, none, one, &groups));
    if (l->conv2d_std != NULL)
        return mangled_boxed(t, l->conv2d_std(mangled_tensor(x), mangled_tensor(w), &std_bias, one, none, one, groups));
    if (l->conv2d_c10_sym != NULL)
        return mangled_boxed(t, l->conv2d_c10_sym(mangled_tensor(x), mangled_tensor(w), &c10_bias, one, none, one, &groups));
    return mangled_boxed(t, (l->conv2d_c10_pad_sym != NULL ? l->conv2d_c10_pad_sym : l->conv2d_c10 != NULL ? l->conv2d_c10 : l->conv2d_1_8)
                    (mangled_tensor(x), mangled_tensor(w), &c10_bias, one, none, one, groups));
}

AtenTensorHandle mangled_relu(struct torch *t, AtenTensorHandle x)
{
    const struct libtorch *l = mangled_enter(t, "at::relu(x)");

    return mangled_boxed(t, l->relu != NULL ? l->relu(mangled_tensor(x)) : l->relu_1_8(mangled_tensor(x)));
}

AtenTensorHandle mangled_max_pool2d(struct torch *t, AtenTensorHandle x)
{
    const struct at_array two = { twos, 2 }, none = { zeros, 2 }, one = { ones, 2 };
    const struct libtorch *l = mangled_enter(t, "at::max_pool2d(x)");

    return mangled_boxed(t, (l->max_pool2d != NULL ? l->max_pool2d : l->max_pool2d_1_8)(mangled_tensor(x), two, two, none, one, false));
}

AtenTensorHandle mangled_flatten(struct torch *t, AtenTensorHandle x)
{
    const struct libtorch *l = mangled_enter(t, "at::flatten(x, 1, -1)");

    return mangled_boxed(t, (l->flatten != NULL ? l->flatten : l->flatten_1_8)(mangled_tensor(x), 1, -1));
}

AtenTensorHandle mangled_linear(struct torch *t, AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b)
{
    const struct at_std_tensor std_bias = { mangled_tensor(b)->impl, true };
    const struct at_c10_tensor c10_bias = { true, mangled_tensor(b)->impl };
    const struct libtorch *l = mangled_enter(t, "at::linear(x, w, b)");

    if (l->linear_std != NULL)
        return mangled_boxed(t, l->linear_std(mangled_tensor(x), mangled_tensor(w), &std_bias));
    return mangled_boxed(t, (l->linear_c10 != NULL ? l->linear_c10 : l->linear_1_8)(mangled_tensor(x), mangled_tensor(w), &c10_bias));
}
