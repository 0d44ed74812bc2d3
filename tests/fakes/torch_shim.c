/* The fake libtorch_cpu.so: the C shim. */
#include "tests/fakes/torch.h"

#include <stdlib.h>
#include <string.h>

LIBTORCH_SYMS(FAKE_ENTRY)

uint64_t fake_aoti_torch_abi_version(void)
{
    unsigned major = 0, minor = 0, patch = 0;
    char *at;

    major = (unsigned)strtoul(fake_torch_version(), &at, 10);
    minor = (unsigned)strtoul(at + (*at == '.'), &at, 10);
    patch = (unsigned)strtoul(at + (*at == '.'), &at, 10);
    return (uint64_t)major << 56 | (uint64_t)minor << 48 | (uint64_t)patch << 40;
}

int32_t fake_aoti_torch_device_type_cpu(void)
{
    return FAKE_CPU;
}

int32_t fake_aoti_torch_device_type_cuda(void)
{
    return FAKE_CUDA;
}

int32_t fake_aoti_torch_dtype_float32(void)
{
    return FLOAT;
}

int32_t fake_aoti_torch_dtype_float16(void)
{
    return HALF;
}

int32_t fake_aoti_torch_dtype_bfloat16(void)
{
    return BFLOAT16;
}

int32_t fake_aoti_torch_dtype_int64(void)
{
    return INT64;
}

void fake_aoti_torch_grad_mode_set_enabled(bool on)
{
    (void)on;
}

const char *fake_torch_exception_get_what_without_backtrace(void)
{
    return fake_torch_words;
}

AOTITorchError fake_aoti_torch_empty_strided(int64_t dims, const int64_t *sizes, const int64_t *strides, int32_t type, int32_t device, int32_t index, AtenTensorHandle *out)
{
    (void)strides;
    (void)index;
    return fake_answer(fake_new(device == FAKE_CUDA, type, (int)dims, sizes), out);
}

AOTITorchError fake_aoti_torch_create_tensor_from_blob(void *data, int64_t dims, const int64_t *sizes, const int64_t *strides, int64_t offset,
                                                       int32_t type, int32_t device, int32_t index, AtenTensorHandle *out)
{
    (void)strides;
    (void)index;
    if (type != FLOAT || device != FAKE_CPU || offset != 0)
        return fake_answer(FAKE_REFUSE("the fake takes fp32 on the CPU"), out);
    return fake_answer(fake_over(data, (int)dims, sizes), out);
}

/* Nothing to give back: 1 with words, or 0. */
static AOTITorchError done(bool ok)
{
    AtenTensorHandle none;

    return ok ? 0 : fake_answer(NULL, &none);
}

AOTITorchError fake_aoti_torch_copy_(AtenTensorHandle to, AtenTensorHandle from, int32_t non_blocking)
{
    (void)non_blocking;
    return done(fake_copy(fake_in(to), fake_in(from)));
}

AOTITorchError fake_aoti_torch_tensor_copy_(AtenTensorHandle from, AtenTensorHandle to)
{
    return done(fake_copy(fake_in(to), fake_in(from)));
}

AOTITorchError fake_aoti_torch_get_data_ptr(AtenTensorHandle h, void **data)
{
    *data = fake_in(h)->storage->data;
    return 0;
}

AOTITorchError fake_aoti_torch_get_device_type(AtenTensorHandle h, int32_t *type)
{
    *type = fake_in(h)->storage->on_gpu ? FAKE_CUDA : FAKE_CPU;
    return 0;
}

AOTITorchError fake_aoti_torch_delete_tensor_object(AtenTensorHandle h)
{
    fake_unbox(h);
    return 0;
}

AOTITorchError fake_aoti_torch_new_tensor_handle(AtenTensorHandle h, AtenTensorHandle *out)
{
    T x = fake_in(h);

    return fake_answer(fake_view(x, x->dims, x->sizes, x->strides), out);
}

AOTITorchError fake_aoti_torch_assign_tensors_out(AtenTensorHandle h, AtenTensorHandle *out)
{
    return fake_aoti_torch_new_tensor_handle(h, out);
}

AOTITorchError fake_aoti_torch__reinterpret_tensor(AtenTensorHandle h, int64_t dims, const int64_t *sizes, const int64_t *strides, int64_t offset, AtenTensorHandle *out)
{
    (void)offset;
    return fake_answer(fake_view(fake_in(h), (int)dims, sizes, strides), out);
}

AOTITorchError fake_aoti_torch_convolution(AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b, const int64_t *stride, int64_t n_stride,
                                           const int64_t *pad, int64_t n_pad, const int64_t *dilation, int64_t n_dilation, int transposed,
                                           const int64_t *out_pad, int64_t n_out, int64_t groups, AtenTensorHandle *y)
{
    return fake_aoti_torch_cpu_convolution(x, w, &b, stride, n_stride, pad, n_pad, dilation, n_dilation, transposed, out_pad, n_out, groups, y);
}

AOTITorchError fake_aoti_torch_addmm_out(AtenTensorHandle out, AtenTensorHandle b, AtenTensorHandle x, AtenTensorHandle w, float beta, float alpha)
{
    return fake_aoti_torch_cpu_addmm_out(out, b, x, w, (double)beta, (double)alpha);
}

AOTITorchError fake_aoti_torch_cpu_convolution(AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle *b, const int64_t *stride, int64_t n_stride,
                                               const int64_t *pad, int64_t n_pad, const int64_t *dilation, int64_t n_dilation, int32_t transposed,
                                               const int64_t *out_pad, int64_t n_out, int64_t groups, AtenTensorHandle *y)
{
    (void)out_pad;
    if (n_stride != 2 || n_pad != 2 || n_dilation != 2 || n_out != 2 || stride[0] != 1 || pad[0] != 0 || dilation[0] != 1 || transposed || groups != 1)
        return fake_answer(FAKE_REFUSE("the fake has no such convolution"), y);
    return fake_answer(fake_conv2d(fake_in(x), fake_in(w), fake_in(*b)), y);
}

AOTITorchError fake_aoti_torch_cpu_max_pool2d_with_indices(AtenTensorHandle x, const int64_t *size, int64_t n_size, const int64_t *stride, int64_t n_stride,
                                                           const int64_t *pad, int64_t n_pad, const int64_t *dilation, int64_t n_dilation,
                                                           int32_t ceil_mode, AtenTensorHandle *y, AtenTensorHandle *indices)
{
    T pooled;

    (void)n_size, (void)stride, (void)n_stride, (void)pad, (void)n_pad, (void)dilation, (void)n_dilation, (void)ceil_mode;
    pooled = size[0] == 2 ? fake_max_pool2d(fake_in(x)) : FAKE_REFUSE("the fake has no such pooling");
    if (pooled != NULL)
        *indices = fake_box(fake_view(pooled, pooled->dims, pooled->sizes, pooled->strides));
    return fake_answer(pooled, y);
}

AOTITorchError fake_aoti_torch_cpu_addmm_out(AtenTensorHandle out, AtenTensorHandle b, AtenTensorHandle x, AtenTensorHandle w, double beta, double alpha)
{
    if (beta != 1 || alpha != 1)
        return done(FAKE_REFUSE("the fake has no such product"));
    return fake_addmm_out(fake_in(out), fake_in(b), fake_in(x), fake_in(w));
}

AOTITorchError fake_addmm_out(T out, T b, T x, T w)
{
    T y = fake_addmm(b, x, w);
    bool ok = y != NULL && fake_copy(out, y);

    fake_drop(y);
    return done(ok);
}
