/* dnn.bias_relu - a convolution with bias and ReLU: in one call, by every algorithm
 * that serves it, and in three; and the gradients of bias and ReLU. Integers, exact. */
#include "layer.h"

#include <math.h>

#include "base/text.h"
#include "child/dnn/conv.h"
#include "math/random.h"

/* What the layers get and must give. */
struct fused {
    struct conv_data conv;
    float           *bias, *dy;
    double          *before, *after;        /* ReLU */
    CUdeviceptr      x, w, b, y, z;         /* z: the addend that is not used, 0 */
};

static struct layer_shape output_of(const struct conv_shape *s)
{
    return (struct layer_shape){ s->n, s->k, s->p, s->q };
}

static void make_data(struct layer *l, struct fused *f)
{
    struct child *c = l->c;
    struct random r = { c->seed };
    struct conv_shape *s = &f->conv.shape;
    size_t n, plane;

    f->conv = (struct conv_data){ .shape = { .n = 2, .c = 16, .h = 9, .w = 7, .k = 24, .r = 3, .s = 3, .pad = 1, .stride = 1 }, .way = CONV_FORWARD };
    conv_fill_shape(s);
    n = conv_count_y(s);
    plane = (size_t)(s->p * s->q);
    if (!conv_make_integers(&f->conv, l->dnn.kind.type, &c->arena, c->seed, &c->err))
        stop_ours(c, "%s", c->err.text);
    f->bias = host_buffer(c, (size_t)s->k * sizeof *f->bias);
    f->dy = host_buffer(c, n * sizeof *f->dy);
    f->before = host_buffer(c, n * sizeof *f->before);
    f->after = host_buffer(c, n * sizeof *f->after);
    for (int k = 0; k < s->k; k++)
        f->bias[k] = (float)random_integer(&r, -3, 3);
    for (size_t i = 0; i < n; i++) {
        f->before[i] = f->conv.expected[i] + (double)f->bias[i / plane % (size_t)s->k];
        f->after[i] = fmax(f->before[i], 0);
        f->dy[i] = (float)random_integer(&r, -1, 1);
    }
    f->x = dnn_upload(&l->dnn, (struct dnn_shape){ s->n, s->c, s->h, s->w }, f->conv.x);
    f->w = dnn_upload(&l->dnn, (struct dnn_shape){ s->k, s->c, s->r, s->s }, f->conv.w);
    f->b = dnn_upload(&l->dnn, (struct dnn_shape){ 1, s->k, 1, 1 }, f->bias);
    f->z = dnn_upload(&l->dnn, (struct dnn_shape){ s->n, s->k, s->p, s->q }, host_buffer(c, n * sizeof(float)));
    f->y = dnn_output(&l->dnn, (struct dnn_shape){ s->n, s->k, s->p, s->q });
}

/* Every algorithm that keeps integers; how many serve it. The addend must be a real tensor although its factor is 0,
 * and not y, which is NaN: nothing promises that it is not read. Its ReLU must be one that need not pass NaN on. */
static int run_fused(struct layer *l, struct fused *f, struct dnn_conv *v, cudnnTensorDescriptor_t bd, cudnnActivationDescriptor_t relu)
{
    struct child *c = l->c;
    struct dnn *d = &l->dnn;
    void *px = dnn_at(f->x), *pw = dnn_at(f->w), *pb = dnn_at(f->b), *py = dnn_at(f->y), *pz = dnn_at(f->z), *space = dnn_at(d->workspace);
    struct layer_shape out = output_of(&v->shape);
    int served = 0;

    for (size_t i = 0; i < v->n_algos; i++) {
        const struct dnn_algo *a = &v->algos[i];
        const float *one = &dnn_one, *zero = &dnn_zero;
        long code;

        if (dnn_algo_family(v->way, a->algo) != CONV_EXACT)
            continue;
        dnn_poison(d, f->y, dnn_conv_y(v));
        MUST(c, cudnn, cudnnSetConvolutionMathType(v->desc, a->math));
        code = CALL(c, cudnn, cudnnConvolutionBiasActivationForward(d->handle, one, v->x, px, v->w, pw, v->desc, a->algo, space, a->workspace,
                                                                    zero, v->y, pz, bd, pb, relu, v->y, py));
        if (dnn_is_not_supported(code)) {
            saw_text(c, "not_supported", "%s: cudnnConvolutionBiasActivationForward by %s", l->key, dnn_algo_key(c, v->way, a));
            continue;
        }
        if (code != 0)
            child_call_failed(c, "cudnnConvolutionBiasActivationForward", &c->cudnn.dl, code);
        device_wait(c);
        layer_exact(l, text_make(&c->arena, "fused.%s", dnn_algo_key(c, v->way, a)), dnn_download(d, dnn_conv_y(v), f->y), f->after, out);
        served++;
    }
    return served;
}

/* The bias and then ReLU, each apart, on the exact convolution. */
static bool run_apart(struct layer *l, struct fused *f, cudnnTensorDescriptor_t t, cudnnTensorDescriptor_t bd, cudnnActivationDescriptor_t relu)
{
    struct child *c = l->c;
    struct dnn *d = &l->dnn;
    struct layer_shape out = output_of(&f->conv.shape);
    size_t n = layer_count(out);
    float *sums = host_buffer(c, n * sizeof *sums);
    CUdeviceptr z = dnn_output(d, layer_tensor(out)), y;
    void *py, *pb = dnn_at(f->b), *pz = dnn_at(z);

    for (size_t i = 0; i < n; i++)
        sums[i] = (float)f->conv.expected[i];
    y = dnn_upload(d, layer_tensor(out), sums);
    py = dnn_at(y);
    if (!layer_try(l, "cudnnAddTensor", CALL(c, cudnn, cudnnAddTensor(d->handle, &dnn_one, bd, pb, &dnn_one, t, py))))
        return false;
    device_wait(c);
    layer_exact(l, "bias", dnn_download(d, layer_tensor(out), y), f->before, out);
    if (!layer_try(l, "cudnnActivationForward", CALL(c, cudnn, cudnnActivationForward(d->handle, relu, &dnn_one, t, py, &dnn_zero, t, pz))))
        return false;
    device_wait(c);
    layer_exact(l, "relu", dnn_download(d, layer_tensor(out), z), f->after, out);
    return true;
}

static bool run_gradients(struct layer *l, struct fused *f, cudnnTensorDescriptor_t t, cudnnTensorDescriptor_t bd, cudnnActivationDescriptor_t relu)
{
    struct child *c = l->c;
    struct dnn *d = &l->dnn;
    struct layer_shape out = output_of(&f->conv.shape), channels = { 1, out.c, 1, 1 };
    size_t n = layer_count(out), plane = (size_t)(out.h * out.w);
    float *x = host_buffer(c, n * sizeof *x), *y = host_buffer(c, n * sizeof *y);
    double *dx = host_buffer(c, n * sizeof *dx), *db = host_buffer(c, (size_t)out.c * sizeof *db);
    CUdeviceptr to = dnn_output(d, layer_tensor(out)), to_bias = dnn_output(d, layer_tensor(channels));
    void *px, *py, *pdy = dnn_at(dnn_upload(d, layer_tensor(out), f->dy));

    for (size_t i = 0; i < n; i++) {
        x[i] = (float)f->before[i];
        y[i] = (float)f->after[i];
        dx[i] = f->before[i] > 0 ? (double)f->dy[i] : 0;
        db[i / plane % (size_t)out.c] += (double)f->dy[i];
    }
    px = dnn_at(dnn_upload(d, layer_tensor(out), x));
    py = dnn_at(dnn_upload(d, layer_tensor(out), y));
    if (!layer_try(l, "cudnnActivationBackward", CALL(c, cudnn, cudnnActivationBackward(d->handle, relu, &dnn_one, t, py, t, pdy, t, px, &dnn_zero, t, dnn_at(to)))))
        return false;
    device_wait(c);
    layer_exact(l, "relu_gradient", dnn_download(d, layer_tensor(out), to), dx, out);
    if (!layer_try(l, "cudnnConvolutionBackwardBias", CALL(c, cudnn, cudnnConvolutionBackwardBias(d->handle, &dnn_one, t, pdy, &dnn_zero, bd, dnn_at(to_bias)))))
        return false;
    device_wait(c);
    layer_exact(l, "bias_gradient", dnn_download(d, layer_tensor(channels), to_bias), db, channels);
    return true;
}

static bool each(struct layer *l)
{
    struct child *c = l->c;
    struct fused f;
    struct dnn_conv v;
    cudnnTensorDescriptor_t bd;
    cudnnActivationDescriptor_t relu;
    bool apart, gradients;
    int served;

    make_data(l, &f);
    bd = dnn_tensor(&l->dnn, (struct dnn_shape){ 1, f.conv.shape.k, 1, 1 });
    dnn_conv_begin(&l->dnn, &v, f.conv.shape, CONV_FORWARD);
    MUST(c, cudnn, cudnnCreateActivationDescriptor(&relu));
    MUST(c, cudnn, cudnnSetActivationDescriptor(relu, CUDNN_ACTIVATION_RELU, CUDNN_NOT_PROPAGATE_NAN, 0.0));
    served = run_fused(l, &f, &v, bd, relu);
    MUST(c, cudnn, cudnnSetActivationDescriptor(relu, CUDNN_ACTIVATION_RELU, CUDNN_PROPAGATE_NAN, 0.0));
    saw_num(c, text_make(&c->arena, "fused_algorithms.%s", l->key), "", served);
    apart = run_apart(l, &f, v.y, bd, relu);
    gradients = run_gradients(l, &f, v.y, bd, relu);
    MUST(c, cudnn, cudnnDestroyActivationDescriptor(relu));
    dnn_conv_end(&l->dnn, &v);
    dnn_drop(&l->dnn, bd);
    return apart && gradients;
}

static void run(struct child *c)
{
    layer_each(c, each);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_dnn_bias_relu = {
    .name     = "dnn.bias_relu",
    .claim    = "cuDNN adds a bias and applies ReLU exactly, fused with a convolution or apart, forward and backward.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = LAYER_NEEDS,
    .stacks   = ON_ANY_STACK,
    .library  = "cudnn",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .expects  = (const struct expect[]){
        LAYER_EXPECTS,
        { .key = "fused_algorithms.fp32.nchw", .bound = AT_LEAST, .number = 1, .sentence = "cuDNN fuses bias and ReLU with no fp32 convolution" },
        { .key = NULL },
    },
    .run      = run,
};
