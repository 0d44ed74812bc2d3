/* dnn.pool - maxima and averages over windows, and their gradients, of integers: the
 * maxima and the averages of 2x2 are exact; of 3x3, whose ninth is rounded, within two units. */
#include "layer.h"

#include "base/text.h"
#include "math/random.h"

static const struct layer_shape shape = { 3, 24, 10, 6 };

static const struct pool_case {
    const char        *name;
    cudnnPoolingMode_t vendor;
    enum pool_mode     mode;
    struct pool_shape  pool;
    bool               exact, repeats;          /* repeats: equal bits are promised */
} cases[] = {
    { "max",               CUDNN_POOLING_MAX, POOL_MAX, { 2, 0, 2 }, true, false },
    { "max_overlapping",   CUDNN_POOLING_MAX, POOL_MAX, { 3, 1, 2 }, true, false },
    { "max_deterministic", CUDNN_POOLING_MAX_DETERMINISTIC, POOL_MAX, { 3, 1, 2 }, true, true },
    { "average",           CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING, POOL_AVERAGE_INCLUDING, { 2, 0, 2 }, true, false },
    { "average_including", CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING, POOL_AVERAGE_INCLUDING, { 3, 1, 2 }, false, false },
    { "average_excluding", CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING, POOL_AVERAGE_EXCLUDING, { 3, 1, 2 }, false, false },
};

/* All values of four by four neighbours differ, so that no window has two maxima; their order is another in each plane. */
static float *make_image(struct child *c, struct random *r)
{
    float *x = host_buffer(c, layer_count(shape) * sizeof *x);
    int key = 0;

    for (int i = 0; i < (int)layer_count(shape); i++) {
        int h = i / shape.w % shape.h, w = i % shape.w;

        if (h + w == 0)
            key = random_integer(r, 0, 15);
        x[i] = (float)(((h % 4 * 4 + w % 4) ^ key) - 8);
    }
    return x;
}

static float *make_gradient(struct child *c, struct layer_shape s, struct random *r)
{
    float *dy = host_buffer(c, layer_count(s) * sizeof *dy);

    for (size_t i = 0; i < layer_count(s); i++)
        dy[i] = (float)random_integer(r, -8, 8);
    return dy;
}

static void compare(struct layer *l, const struct pool_case *k, const char *what, const float *got, const double *expected, struct layer_shape s)
{
    const enum number type = l->dnn.kind.type;
    const struct nearness gradient = pool_gradient_limit(type);

    if (k->exact)
        layer_exact(l, what, got, expected, s);
    else if (text_ends(what, "backward"))
        layer_near(l, what, got, expected, s, gradient.relative, gradient.absolute);
    else
        layer_near(l, what, got, expected, s, layer_two_ulps(type), 0);
}

static bool pool(struct layer *l, const struct pool_case *k, cudnnPoolingDescriptor_t p, const float *x, const float *dy)
{
    struct child *c = l->c;
    struct dnn *d = &l->dnn;
    struct layer_shape out = pool_output(shape, k->pool);
    cudnnTensorDescriptor_t xd = dnn_tensor(d, layer_tensor(shape)), yd = dnn_tensor(d, layer_tensor(out));
    CUdeviceptr dx = dnn_output(d, layer_tensor(shape)), y = dnn_output(d, layer_tensor(out));
    void *px = dnn_at(dnn_upload(d, layer_tensor(shape), x)), *pdy = dnn_at(dnn_upload(d, layer_tensor(out), dy)), *py = dnn_at(y), *pdx = dnn_at(dx);
    double *expected = host_buffer(c, layer_count(shape) * sizeof *expected);
    const char *forward = text_make(&c->arena, "%s.forward", k->name), *backward = text_make(&c->arena, "%s.backward", k->name);
    const float *got;

    if (!layer_try(l, "cudnnPoolingForward", CALL(c, cudnn, cudnnPoolingForward(d->handle, p, &dnn_one, xd, px, &dnn_zero, yd, py))))
        return false;
    device_wait(c);
    pool_forward(shape, k->pool, k->mode, x, expected);
    compare(l, k, forward, dnn_download(d, layer_tensor(out), y), expected, out);
    if (!layer_try(l, "cudnnPoolingBackward", CALL(c, cudnn, cudnnPoolingBackward(d->handle, p, &dnn_one, yd, py, yd, pdy, xd, px, &dnn_zero, xd, pdx))))
        return false;
    device_wait(c);
    pool_backward(shape, k->pool, k->mode, x, dy, expected);
    got = dnn_download(d, layer_tensor(shape), dx);
    compare(l, k, backward, got, expected, shape);
    if (k->repeats) {
        dnn_poison(d, dx, layer_tensor(shape));
        MUST(c, cudnn, cudnnPoolingBackward(d->handle, p, &dnn_one, yd, py, yd, pdy, xd, px, &dnn_zero, xd, pdx));
        device_wait(c);
        layer_same(l, backward, got, dnn_download(d, layer_tensor(shape), dx), layer_count(shape));
    }
    dnn_drop(d, xd);
    dnn_drop(d, yd);
    return true;
}

/* The shape that cuDNN computes must be the one that is computed here. */
static void check_shape(struct child *c, cudnnPoolingDescriptor_t p, cudnnTensorDescriptor_t x, struct layer_shape out)
{
    struct layer_shape s;

    MUST(c, cudnn, cudnnGetPooling2dForwardOutputDim(p, x, &s.n, &s.c, &s.h, &s.w));
    if (s.n != out.n || s.c != out.c || s.h != out.h || s.w != out.w)
        stop_load(c, "cudnnGetPooling2dForwardOutputDim says %dx%dx%dx%d where %dx%dx%dx%d is right", s.n, s.c, s.h, s.w, out.n, out.c, out.h, out.w);
}

static bool each(struct layer *l)
{
    struct child *c = l->c;
    struct random r = { c->seed };
    cudnnTensorDescriptor_t x = dnn_tensor(&l->dnn, layer_tensor(shape));
    cudnnPoolingDescriptor_t p;
    int served = 0;

    MUST(c, cudnn, cudnnCreatePoolingDescriptor(&p));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct pool_shape *s = &cases[i].pool;
        const float *image = make_image(c, &r);

        MUST(c, cudnn, cudnnSetPooling2dDescriptor(p, cases[i].vendor, CUDNN_PROPAGATE_NAN, s->size, s->size, s->pad, s->pad, s->stride, s->stride));
        check_shape(c, p, x, pool_output(shape, *s));
        served += pool(l, &cases[i], p, image, make_gradient(c, pool_output(shape, *s), &r));
    }
    MUST(c, cudnn, cudnnDestroyPoolingDescriptor(p));
    dnn_drop(&l->dnn, x);
    return served > 0;
}

static void run(struct child *c)
{
    layer_each(c, each);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_dnn_pool = {
    .name     = "dnn.pool",
    .claim    = "cuDNN's pooling and its gradients give the maxima and averages of every window.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = LAYER_NEEDS,
    .stacks   = ON_ANY_STACK,
    .library  = "cudnn",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .expects  = (const struct expect[]){ LAYER_EXPECTS, { .key = NULL } },
    .run      = run,
};
