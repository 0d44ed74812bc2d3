/* dnn.softmax - the softmax over channels and its gradient: close to the reference, and every sum is 1. */
#include "layer.h"

#include <math.h>

#include "base/text.h"
#include "math/random.h"

static const struct layer_shape shape = { 5, 40, 3, 2 };

static float *make(struct layer *l, struct random *r, double scale)
{
    float *v = host_buffer(l->c, layer_count(shape) * sizeof *v);

    for (size_t i = 0; i < layer_count(shape); i++)
        v[i] = (float)((double)random_unit(r) * scale);
    layer_round(l, v, layer_count(shape));
    return v;
}

/* "sum_ratio.KEY": the largest |sum - 1|, over its limit. */
static void saw_sums(struct layer *l, const float *y)
{
    size_t plane = (size_t)(shape.h * shape.w);
    double worst = 0;

    for (size_t i = 0; i < (size_t)shape.n * plane; i++) {
        double sum = 0;

        for (size_t k = 0; k < (size_t)shape.c; k++)
            sum += (double)y[(i / plane * (size_t)shape.c + k) * plane + i % plane];
        worst = isnan(sum) ? INFINITY : fmax(worst, fabs(sum - 1));
    }
    saw_num(l->c, text_make(&l->c->arena, "sum_ratio.%s", l->key), "", worst / softmax_sum_limit(l->dnn.kind.type, shape.c));
}

static bool each(struct layer *l)
{
    struct child *c = l->c;
    struct dnn *d = &l->dnn;
    struct random r = { c->seed };
    struct dnn_shape s = layer_tensor(shape);
    /* Logits of up to 8 on either side. */
    float *x = make(l, &r, 8 / sqrt(3)), *dy = make(l, &r, 1), *y_in = host_buffer(c, layer_count(shape) * sizeof *y_in);
    double *expected = host_buffer(c, layer_count(shape) * sizeof *expected), limit = layer_nmse_limit(LAYER_SOFTMAX, d->kind.type);
    cudnnTensorDescriptor_t t = dnn_tensor(d, s);
    CUdeviceptr y = dnn_output(d, s), dx = dnn_output(d, s);
    void *px = dnn_at(dnn_upload(d, s, x)), *pdy = dnn_at(dnn_upload(d, s, dy)), *py;
    const float *got;

    if (!layer_try(l, "cudnnSoftmaxForward", CALL(c, cudnn, cudnnSoftmaxForward(d->handle, CUDNN_SOFTMAX_ACCURATE, CUDNN_SOFTMAX_MODE_CHANNEL,
                                                                                &dnn_one, t, px, &dnn_zero, t, dnn_at(y)))))
        return false;
    device_wait(c);
    softmax_forward(shape, x, expected);
    got = dnn_download(d, s, y);
    layer_close(l, "forward", got, expected, shape, limit);
    saw_sums(l, got);
    /* The gradient is taken at the reference's values, so that it is judged by itself. */
    for (size_t i = 0; i < layer_count(shape); i++)
        y_in[i] = (float)expected[i];
    layer_round(l, y_in, layer_count(shape));
    py = dnn_at(dnn_upload(d, s, y_in));
    if (!layer_try(l, "cudnnSoftmaxBackward", CALL(c, cudnn, cudnnSoftmaxBackward(d->handle, CUDNN_SOFTMAX_ACCURATE, CUDNN_SOFTMAX_MODE_CHANNEL,
                                                                                  &dnn_one, t, py, t, pdy, &dnn_zero, t, dnn_at(dx)))))
        return false;
    device_wait(c);
    softmax_backward(shape, y_in, dy, expected);
    layer_close(l, "backward", dnn_download(d, s, dx), expected, shape, limit);
    dnn_drop(d, t);
    return true;
}

static void run(struct child *c)
{
    layer_each(c, each);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_dnn_softmax = {
    .name     = "dnn.softmax",
    .claim    = "cuDNN's softmax and its gradient are as close to the reference as each type can be.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = LAYER_NEEDS,
    .stacks   = ON_ANY_STACK,
    .library  = "cudnn",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .expects  = (const struct expect[]){
        LAYER_EXPECTS,
        { .key = "sum_ratio.*", .bound = AT_MOST, .number = 1, .sentence = "a sum of probabilities differs from 1 by %s times what the type may show", .source = "math/layers.h" },
        { .key = NULL },
    },
    .run      = run,
};
