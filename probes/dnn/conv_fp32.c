/* dnn.conv.fp32 - the first layer of the SimpleCNN by every algorithm that cuDNN
 * offers for it in fp32, every element compared; and our own kernel on the same
 * data. Algorithms that go through fractions are compared after rounding. */
#include "child/child.h"

#include <math.h>

#include "base/text.h"
#include "child/dnn.h"
#include "math/cnn.h"

static const int dims[] = { CNN_N, CNN_K, CNN_P, CNN_P, 0 };

/* cuDNN convolves without a bias: the reference is taken back to that. */
static void take_bias_out(const struct cnn_data *d, double *conv)
{
    for (size_t i = 0; i < CNN_CONV; i++)
        conv[i] -= (double)d->b1[i / (CNN_P * CNN_P) % CNN_K];
}

/* 1 if the algorithm ran. */
static int run_algorithm(struct child *c, struct dnn *dnn, struct dnn_conv *v, const struct dnn_algo *algo,
                          CUdeviceptr x, CUdeviceptr w, const double *expected)
{
    const char *key = text_make(&c->arena, "conv.%s", dnn_algo_name(algo->algo));
    CUdeviceptr y = device_buffer(c, CNN_CONV * sizeof(float));
    float *got = host_buffer(c, CNN_CONV * sizeof *got);

    if (!dnn_conv_forward(dnn, v, algo, x, w, y)) {
        saw_text(c, "not_supported", "%s", dnn_algo_name(algo->algo));
        return 0;
    }
    device_download(c, got, y, CNN_CONV * sizeof *got);
    for (size_t i = 0; i < CNN_CONV && !dnn_algo_keeps_integers(algo->algo); i++)
        got[i] = rintf(got[i]);
    compare_exact(c, key, got, expected, dims);
    return 1;
}

static void run_ourselves(struct child *c, CUdeviceptr x, CUdeviceptr w, const double *expected)
{
    unsigned n = CNN_N, ch = CNN_C, hw = CNN_HW, k = CNN_K, r = CNN_R, pad = 0, stride = 1;
    CUdeviceptr y = device_buffer(c, CNN_CONV * sizeof(float)), bias = 0;
    float *got = host_buffer(c, CNN_CONV * sizeof *got);

    launch(c, "conv_f32", blocks_for(CNN_CONV), ((struct grid){ BLOCK, 1, 1 }),
           &x, &w, &bias, &y, &n, &ch, &hw, &hw, &k, &r, &r, &pad, &stride);
    device_wait(c);
    device_download(c, got, y, CNN_CONV * sizeof *got);
    compare_exact(c, "own", got, expected, dims);
}

static void run(struct child *c)
{
    struct cnn_layers expected;
    struct cnn_data d;
    struct dnn_conv v;
    struct dnn dnn;
    CUdeviceptr x, w;
    int ran = 0;

    if (!cnn_make_integers(&d, &expected, &c->arena, c->seed, &c->err))
        stop_ours(c, "%s", c->err.text);
    take_bias_out(&d, expected.conv);
    dnn_begin(&dnn, c);
    x = device_buffer(c, CNN_X * sizeof(float));
    w = device_buffer(c, CNN_W1 * sizeof(float));
    device_upload(c, x, d.x, CNN_X * sizeof(float));
    device_upload(c, w, d.w1, CNN_W1 * sizeof(float));
    dnn_conv_begin(&dnn, &v, (struct dnn_shape){ CNN_N, CNN_C, CNN_HW, CNN_HW }, CNN_K, CNN_R);
    for (size_t i = 0; i < v.n_algos; i++)
        ran += run_algorithm(c, &dnn, &v, &v.algos[i], x, w, expected.conv);
    saw_num(c, "algorithms", "", ran);
    dnn_conv_end(&dnn, &v);
    dnn_end(&dnn);
    run_ourselves(c, x, w, expected.conv);
    saw_num(c, "seed", "", (double)c->seed);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_dnn_conv_fp32 = {
    .name     = "dnn.conv.fp32",
    .claim    = "Every fp32 convolution algorithm that cuDNN offers computes the exact result.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS,
    .stacks   = ON_ANY_STACK,
    .library  = "cudnn",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .expects  = (const struct expect[]){
        { .key = "own.wrong", .bound = EQUALS, .number = 0, .sentence = "the GPU itself is wrong: %s elements of our own convolution differ", .detail = "own.first" },
        { .key = "algorithms", .bound = AT_LEAST, .number = 1, .sentence = "cuDNN offers no fp32 algorithm for a plain 3x3 convolution" },
        { .key = "conv.IMPLICIT_GEMM.wrong",         .bound = EQUALS, .optional = true, .sentence = "%s elements differ with IMPLICIT_GEMM", .detail = "conv.IMPLICIT_GEMM.first" },
        { .key = "conv.IMPLICIT_PRECOMP_GEMM.wrong", .bound = EQUALS, .optional = true, .sentence = "%s elements differ with IMPLICIT_PRECOMP_GEMM", .detail = "conv.IMPLICIT_PRECOMP_GEMM.first" },
        { .key = "conv.GEMM.wrong",                  .bound = EQUALS, .optional = true, .sentence = "%s elements differ with GEMM", .detail = "conv.GEMM.first" },
        { .key = "conv.FFT.wrong",                   .bound = EQUALS, .optional = true, .sentence = "%s elements differ with FFT", .detail = "conv.FFT.first" },
        { .key = "conv.FFT_TILING.wrong",            .bound = EQUALS, .optional = true, .sentence = "%s elements differ with FFT_TILING", .detail = "conv.FFT_TILING.first" },
        { .key = "conv.WINOGRAD.wrong",              .bound = EQUALS, .optional = true, .sentence = "%s elements differ with WINOGRAD", .detail = "conv.WINOGRAD.first" },
        { .key = "conv.WINOGRAD_NONFUSED.wrong",     .bound = EQUALS, .optional = true, .sentence = "%s elements differ with WINOGRAD_NONFUSED", .detail = "conv.WINOGRAD_NONFUSED.first" },
        { .key = NULL },
    },
    .run      = run,
};
