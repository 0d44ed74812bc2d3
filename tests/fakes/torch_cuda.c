/* The fake libtorch_cuda.so: the shim's functions for tensors on a GPU; the work is done in libtorch_cpu.so. */
#include "tests/fakes/torch.h"

FAKE_LIBRARY(LIBTORCH_CUDA_SYMS)

const long fake_failure = 1;

static T on_gpu(AtenTensorHandle h)
{
    T x = fake_in(h);

    return x != NULL && x->storage->on_gpu ? x : NULL;
}

AOTITorchError fake_aoti_torch_cuda_convolution(AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle *b, const int64_t *stride, int64_t n_stride,
                                                const int64_t *pad, int64_t n_pad, const int64_t *dilation, int64_t n_dilation, int32_t transposed,
                                                const int64_t *out_pad, int64_t n_out, int64_t groups, AtenTensorHandle *y)
{
    (void)stride, (void)n_stride, (void)pad, (void)n_pad, (void)dilation, (void)n_dilation, (void)transposed, (void)out_pad, (void)n_out, (void)groups;
    return on_gpu(x) != NULL ? fake_answer(fake_conv2d(on_gpu(x), on_gpu(w), on_gpu(*b)), y) : 1;
}

AOTITorchError fake_aoti_torch_cuda_max_pool2d_with_indices(AtenTensorHandle x, const int64_t *size, int64_t n_size, const int64_t *stride, int64_t n_stride,
                                                            const int64_t *pad, int64_t n_pad, const int64_t *dilation, int64_t n_dilation,
                                                            int32_t ceil_mode, AtenTensorHandle *y, AtenTensorHandle *indices)
{
    AOTITorchError code = on_gpu(x) != NULL ? fake_answer(fake_max_pool2d(on_gpu(x)), y) : 1;

    (void)size, (void)n_size, (void)stride, (void)n_stride, (void)pad, (void)n_pad, (void)dilation, (void)n_dilation, (void)ceil_mode;
    return code != 0 ? code : fake_answer(fake_max_pool2d(on_gpu(x)), indices);
}

AOTITorchError fake_aoti_torch_cuda_addmm_out(AtenTensorHandle out, AtenTensorHandle b, AtenTensorHandle x, AtenTensorHandle w, double beta, double alpha)
{
    (void)beta, (void)alpha;
    return on_gpu(out) != NULL ? fake_addmm_out(on_gpu(out), on_gpu(b), on_gpu(x), on_gpu(w)) : 1;
}
