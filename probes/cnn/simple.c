/* cnn.simple, cnn.simple.random - the SimpleCNN forward on cuDNN and cuBLAS,
 * every logit compared with the reference on the CPU. */
#include "child/child.h"

#include "child/dnn/conv.h"
#include "math/cnn.h"

static CUdeviceptr upload(struct child *c, const float *data, size_t n)
{
    CUdeviceptr p = device_buffer(c, n * sizeof *data);

    device_upload(c, p, data, n * sizeof *data);
    return p;
}

/* Row-major y[n][out] = x[n][in] * w[out][in]^T is, read column by column, the
 * product w^T x of cuBLAS: w transposed, x as it is. */
static CUdeviceptr linear(struct child *c, cublasHandle_t handle, CUdeviceptr x, CUdeviceptr w, int in, int out)
{
    const float one = 1, zero = 0;
    const float *pw = (const float *)(uintptr_t)w, *px = (const float *)(uintptr_t)x;
    CUdeviceptr y = device_buffer(c, (size_t)CNN_N * (size_t)out * sizeof(float));
    float *py = (float *)(uintptr_t)y;

    MUST(c, cublas, cublasSgemm_v2(handle, CUBLAS_OP_T, CUBLAS_OP_N, out, CNN_N, in, &one, pw, in, px, in, &zero, py, out));
    return y;
}

/* By the first algorithm offered that cuDNN then supports; one that keeps integers if it must. */
static void convolve(struct child *c, struct dnn *dnn, struct dnn_conv *v, bool integers, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y)
{
    for (size_t i = 0; i < v->n_algos; i++)
        if ((!integers || dnn_algo_family(CONV_FORWARD, v->algos[i].algo) == CONV_EXACT) && dnn_conv_run(dnn, v, &v->algos[i], x, w, y)) {
            saw_text(c, "algorithm", "%s", dnn_algo_name(CONV_FORWARD, v->algos[i].algo));
            return;
        }
    stop_unsupported(c, "cuDNN offers no fp32 algorithm for this convolution%s", integers ? " that keeps integers exact" : "");
}

static void forward(struct child *c, const struct cnn_data *d, float *logits, bool integers)
{
    const struct conv_shape first = { .n = CNN_N, .c = CNN_C, .h = CNN_HW, .w = CNN_HW, .k = CNN_K, .r = CNN_R, .s = CNN_R, .stride = 1, .p = CNN_P, .q = CNN_P };
    const struct dnn_shape maps = { CNN_N, CNN_K, CNN_P, CNN_P }, hidden = { CNN_N, CNN_HIDDEN, 1, 1 }, last = { CNN_N, CNN_CLASSES, 1, 1 };
    CUdeviceptr x = upload(c, d->x, CNN_X), w1 = upload(c, d->w1, CNN_W1), b1 = upload(c, d->b1, CNN_B1), w2 = upload(c, d->w2, CNN_W2);
    CUdeviceptr b2 = upload(c, d->b2, CNN_B2), w3 = upload(c, d->w3, CNN_W3), b3 = upload(c, d->b3, CNN_B3);
    CUdeviceptr conv = device_buffer(c, CNN_CONV * sizeof(float)), pool = device_buffer(c, CNN_POOL * sizeof(float)), h, y;
    cublasHandle_t handle;
    struct dnn_conv v;
    struct dnn dnn;

    dnn_begin(&dnn, c, (struct dnn_kind){ NUMBER_FP32, false });
    MUST(c, cublas, cublasCreate_v2(&handle));
    MUST(c, cublas, cublasSetMathMode(handle, CUBLAS_PEDANTIC_MATH));
    dnn_conv_begin(&dnn, &v, first, CONV_FORWARD);
    convolve(c, &dnn, &v, integers, x, w1, conv);
    dnn_add_bias(&dnn, maps, b1, conv);
    dnn_relu(&dnn, maps, conv);
    dnn_max_pool(&dnn, maps, conv, pool);
    h = linear(c, handle, pool, w2, CNN_FEATURES, CNN_HIDDEN);
    dnn_add_bias(&dnn, hidden, b2, h);
    dnn_relu(&dnn, hidden, h);
    y = linear(c, handle, h, w3, CNN_HIDDEN, CNN_CLASSES);
    dnn_add_bias(&dnn, last, b3, y);
    device_wait(c);
    device_download(c, logits, y, CNN_LOGITS * sizeof *logits);
    dnn_conv_end(&dnn, &v);
    dnn_end(&dnn);
    MUST(c, cublas, cublasDestroy_v2(handle));
}

static void begin(struct child *c)
{
    child_bind_cublas(c);
    child_bind_cudnn(c);
    saw_num(c, "seed", "", (double)c->seed);
}

static const int dims[] = { CNN_N, CNN_CLASSES, 0 };

static void run_integers(struct child *c)
{
    float *logits = host_buffer(c, CNN_LOGITS * sizeof *logits);
    struct cnn_layers expected;
    struct cnn_data d;

    begin(c);
    if (!cnn_make_integers(&d, &expected, &c->arena, c->seed, &c->err))
        stop_ours(c, "%s", c->err.text);
    forward(c, &d, logits, true);
    compare_exact(c, "logits", logits, expected.logits, dims);
}

static void run_random(struct child *c)
{
    float *logits = host_buffer(c, CNN_LOGITS * sizeof *logits);
    struct cnn_layers expected;
    struct cnn_data d;

    begin(c);
    cnn_make_random(&d, &expected, &c->arena, c->seed);
    forward(c, &d, logits, false);
    compare_close(c, "logits", logits, expected.logits, dims, cnn_nmse_limit());
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

#define NEEDS (NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT)

const struct probe probe_cnn_simple = {
    .name     = "cnn.simple",
    .claim    = "A small convolutional network on cuDNN and cuBLAS gives the exact logits of integer data.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = NEEDS,
    .stacks   = ON_ANY_STACK,
    .library  = "cudnn",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .expects  = (const struct expect[]){
        { .key = "logits.wrong", .bound = EQUALS, .number = 0, .sentence = "%s of 640 logits differ from the exact result", .detail = "logits.first" },
        { .key = NULL },
    },
    .run      = run_integers,
};

const struct probe probe_cnn_simple_random = {
    .name     = "cnn.simple.random",
    .claim    = "The same network on random data is as close to the reference as fp32 can be.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = NEEDS,
    .stacks   = ON_ANY_STACK,
    .library  = "cudnn",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .expects  = (const struct expect[]){
        { .key = "logits.nmse_ratio", .bound = AT_MOST, .number = 1, .sentence = "the error is %s times what fp32 may show", .detail = "logits.first", .source = "math/cnn.h" },
        { .key = NULL },
    },
    .run      = run_random,
};
