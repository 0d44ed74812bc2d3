/* dnn.batchnorm - batch normalisation with given and with computed statistics, what it saves, and its gradients. */
#include "layer.h"

#include "math/random.h"

static const struct layer_shape shape = { 8, 12, 6, 5 };
static const struct layer_shape channels = { 1, 12, 1, 1 };

#define EPSILON 1e-5
#define FACTOR  0.25            /* of the new in the running statistics */

/* Host values, and what the reference has of them. */
struct norm_data {
    float      *x, *dy, *scale, *bias, *old_mean, *old_variance;
    struct norm norm;
    double     *expected, *dscale, *dbias;
};

static float *make(struct layer *l, size_t n, struct random *r, double offset, double scale)
{
    float *v = host_buffer(l->c, n * sizeof *v);

    for (size_t i = 0; i < n; i++)
        v[i] = (float)(offset + scale * (double)random_unit(r));
    return v;
}

/* Channels have means within one standard deviation: a variance by one pass, E(x^2) - E(x)^2, loses no more than half of its bits to it. */
static void make_data(struct layer *l, struct norm_data *n)
{
    struct random r = { l->c->seed };
    size_t all = layer_count(shape), c = (size_t)shape.c;

    n->x = make(l, all, &r, 0, 1);
    n->dy = make(l, all, &r, 0, 1);
    n->scale = make(l, c, &r, 1, 0.25);
    n->bias = make(l, c, &r, 0, 1);
    n->old_mean = make(l, c, &r, 0, 0.5);
    n->old_variance = make(l, c, &r, 1, 0.25);
    for (size_t i = 0; i < all; i++)
        n->x[i] += n->old_mean[i / (size_t)(shape.h * shape.w) % c];
    layer_round(l, n->x, all);
    layer_round(l, n->dy, all);
    n->norm.mean = host_buffer(l->c, c * sizeof(double));
    n->norm.inverse = host_buffer(l->c, c * sizeof(double));
    n->norm.variance = host_buffer(l->c, c * sizeof(double));
    n->dscale = host_buffer(l->c, c * sizeof(double));
    n->dbias = host_buffer(l->c, c * sizeof(double));
    n->expected = host_buffer(l->c, all * sizeof(double));
}

/* Parameters are fp32, whatever the data are. */
static void *upload_channels(struct layer *l, const float *v)
{
    size_t bytes = (size_t)shape.c * sizeof *v;
    CUdeviceptr p = device_buffer(l->c, bytes);

    if (v != NULL)
        device_upload(l->c, p, v, bytes);
    return dnn_at(p);
}

static void close_channels(struct layer *l, const char *what, const void *p, const double *expected, double limit)
{
    float *got = host_buffer(l->c, (size_t)shape.c * sizeof *got);

    device_download(l->c, got, (CUdeviceptr)(uintptr_t)p, (size_t)shape.c * sizeof *got);
    layer_close(l, what, got, expected, channels, limit);
}

static bool infer(struct layer *l, struct norm_data *n, cudnnTensorDescriptor_t t, cudnnTensorDescriptor_t bn, const void *px)
{
    struct child *c = l->c;
    struct dnn *d = &l->dnn;
    CUdeviceptr y = dnn_output(d, layer_tensor(shape));
    void *scale = upload_channels(l, n->scale), *bias = upload_channels(l, n->bias), *mean = upload_channels(l, n->old_mean);
    void *variance = upload_channels(l, n->old_variance);

    if (!layer_try(l, "cudnnBatchNormalizationForwardInference",
                   CALL(c, cudnn, cudnnBatchNormalizationForwardInference(d->handle, CUDNN_BATCHNORM_SPATIAL, &dnn_one, &dnn_zero, t, px, t, dnn_at(y),
                                                                          bn, scale, bias, mean, variance, EPSILON))))
        return false;
    device_wait(c);
    for (int i = 0; i < shape.c; i++) {
        n->norm.mean[i] = (double)n->old_mean[i];
        n->norm.inverse[i] = norm_inverse((double)n->old_variance[i], EPSILON);
    }
    norm_forward(shape, n->x, n->norm.mean, n->norm.inverse, n->scale, n->bias, n->expected);
    layer_close(l, "inference", dnn_download(d, layer_tensor(shape), y), n->expected, shape, layer_nmse_limit(LAYER_NORM_GIVEN, d->kind.type));
    return true;
}

/* Statistics are fp32 in any type. */
static void compare_running(struct layer *l, const struct norm_data *n, const void *run_mean, const void *run_variance)
{
    double *mean = host_buffer(l->c, (size_t)shape.c * sizeof *mean), *variance = host_buffer(l->c, (size_t)shape.c * sizeof *variance);
    double limit = layer_nmse_limit(LAYER_NORM_TRAINED, NUMBER_FP32);

    for (int i = 0; i < shape.c; i++) {
        mean[i] = (1 - FACTOR) * (double)n->old_mean[i] + FACTOR * n->norm.mean[i];
        variance[i] = (1 - FACTOR) * (double)n->old_variance[i] + FACTOR * n->norm.variance[i];
    }
    close_channels(l, "running_mean", run_mean, mean, limit);
    close_channels(l, "running_variance", run_variance, variance, limit);
}

static bool train(struct layer *l, struct norm_data *n, cudnnTensorDescriptor_t t, cudnnTensorDescriptor_t bn, const void *px)
{
    struct child *c = l->c;
    struct dnn *d = &l->dnn;
    CUdeviceptr y = dnn_output(d, layer_tensor(shape)), dx = dnn_output(d, layer_tensor(shape));
    void *scale = upload_channels(l, n->scale), *bias = upload_channels(l, n->bias), *run_mean = upload_channels(l, n->old_mean);
    void *run_variance = upload_channels(l, n->old_variance), *mean = upload_channels(l, NULL), *inverse = upload_channels(l, NULL);
    void *dscale = upload_channels(l, NULL), *dbias = upload_channels(l, NULL), *pdy = dnn_at(dnn_upload(d, layer_tensor(shape), n->dy));
    double statistics = layer_nmse_limit(LAYER_NORM_TRAINED, NUMBER_FP32), gradients = layer_nmse_limit(LAYER_NORM_GRADIENT, NUMBER_FP32);

    if (!layer_try(l, "cudnnBatchNormalizationForwardTraining",
                   CALL(c, cudnn, cudnnBatchNormalizationForwardTraining(d->handle, CUDNN_BATCHNORM_SPATIAL, &dnn_one, &dnn_zero, t, px, t, dnn_at(y),
                                                                         bn, scale, bias, FACTOR, run_mean, run_variance, EPSILON, mean, inverse))))
        return false;
    device_wait(c);
    norm_statistics(shape, n->x, EPSILON, &n->norm);
    norm_forward(shape, n->x, n->norm.mean, n->norm.inverse, n->scale, n->bias, n->expected);
    layer_close(l, "training", dnn_download(d, layer_tensor(shape), y), n->expected, shape, layer_nmse_limit(LAYER_NORM_TRAINED, d->kind.type));
    close_channels(l, "mean", mean, n->norm.mean, statistics);
    close_channels(l, "inverse", inverse, n->norm.inverse, statistics);
    compare_running(l, n, run_mean, run_variance);
    if (!layer_try(l, "cudnnBatchNormalizationBackward",
                   CALL(c, cudnn, cudnnBatchNormalizationBackward(d->handle, CUDNN_BATCHNORM_SPATIAL, &dnn_one, &dnn_zero, &dnn_one, &dnn_zero,
                                                                  t, px, t, pdy, t, dnn_at(dx), bn, scale, dscale, dbias, EPSILON, mean, inverse))))
        return false;
    device_wait(c);
    norm_backward(shape, n->x, n->dy, &n->norm, n->scale, n->expected, n->dscale, n->dbias);
    layer_close(l, "gradient", dnn_download(d, layer_tensor(shape), dx), n->expected, shape, layer_nmse_limit(LAYER_NORM_GRADIENT, d->kind.type));
    close_channels(l, "gradient_scale", dscale, n->dscale, gradients);
    close_channels(l, "gradient_bias", dbias, n->dbias, gradients);
    return true;
}

static bool each(struct layer *l)
{
    struct child *c = l->c;
    cudnnTensorDescriptor_t t = dnn_tensor(&l->dnn, layer_tensor(shape)), bn = dnn_tensor(&l->dnn, layer_tensor(channels));
    struct norm_data n;
    const void *px;
    bool inferred, trained;

    make_data(l, &n);
    px = dnn_at(dnn_upload(&l->dnn, layer_tensor(shape), n.x));
    if (!layer_try(l, "cudnnDeriveBNTensorDescriptor", CALL(c, cudnn, cudnnDeriveBNTensorDescriptor(bn, t, CUDNN_BATCHNORM_SPATIAL))))
        return false;
    inferred = infer(l, &n, t, bn, px);
    trained = train(l, &n, t, bn, px);
    dnn_drop(&l->dnn, t);
    dnn_drop(&l->dnn, bn);
    return inferred && trained;
}

static void run(struct child *c)
{
    layer_each(c, each);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_dnn_batchnorm = {
    .name     = "dnn.batchnorm",
    .claim    = "cuDNN's batch normalisation is as close to the reference as each type can be, for inference, for training and for its gradients.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = LAYER_NEEDS,
    .stacks   = ON_ANY_STACK,
    .library  = "cudnn",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .expects  = (const struct expect[]){ LAYER_EXPECTS, { .key = NULL } },
    .run      = run,
};
