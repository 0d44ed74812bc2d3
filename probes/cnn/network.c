#include "network.h"

#include <math.h>

static const struct dnn_shape maps = { CNN_BATCH, CNN_K, CNN_P, CNN_P }, pooled = { CNN_BATCH, CNN_K, CNN_Q, CNN_Q };
static const struct dnn_shape hidden = { CNN_BATCH, CNN_HIDDEN, 1, 1 }, last = { CNN_BATCH, CNN_CLASSES, 1, 1 };

static const struct dnn_algo *deterministic(struct network *n, const struct dnn_conv *v)
{
    for (size_t i = 0; i < v->n_algos; i++)
        if (v->algos[i].deterministic && dnn_algo_family(v->way, v->algos[i].algo) == CONV_EXACT)
            return &v->algos[i];
    stop_unsupported(n->c, "cuDNN offers no deterministic algorithm for the network's convolution (%s)", conv_way_name(v->way));
}

static cudnnTensorDescriptor_t bias_of(struct network *n, int channels)
{
    return dnn_tensor(&n->dnn, (struct dnn_shape){ 1, channels, 1, 1 });
}

static void describe(struct network *n)
{
    struct child *c = n->c;
    const struct conv_shape shape = { .n = CNN_BATCH, .c = CNN_C, .h = CNN_HW, .w = CNN_HW, .k = CNN_K, .r = CNN_R, .s = CNN_R, .stride = 1, .p = CNN_P, .q = CNN_P };

    dnn_conv_begin(&n->dnn, &n->conv, shape, CONV_FORWARD);
    dnn_conv_begin(&n->dnn, &n->conv_filter, shape, CONV_BACKWARD_FILTER);
    n->forward_algo = deterministic(n, &n->conv);
    n->filter_algo = deterministic(n, &n->conv_filter);
    n->maps = dnn_tensor(&n->dnn, maps);
    n->pooled = dnn_tensor(&n->dnn, pooled);
    n->hidden = dnn_tensor(&n->dnn, hidden);
    n->last = dnn_tensor(&n->dnn, last);
    n->map_bias = bias_of(n, CNN_K);
    n->hidden_bias = bias_of(n, CNN_HIDDEN);
    n->last_bias = bias_of(n, CNN_CLASSES);
    MUST(c, cudnn, cudnnCreateActivationDescriptor(&n->relu));
    MUST(c, cudnn, cudnnSetActivationDescriptor(n->relu, CUDNN_ACTIVATION_RELU, CUDNN_PROPAGATE_NAN, 0.0));
    MUST(c, cudnn, cudnnCreatePoolingDescriptor(&n->pool));
    MUST(c, cudnn, cudnnSetPooling2dDescriptor(n->pool, CUDNN_POOLING_MAX_DETERMINISTIC, CUDNN_PROPAGATE_NAN, 2, 2, 0, 0, 2, 2));
}

void network_begin(struct network *n, struct child *c, bool tf32)
{
    const float one = 1;

    *n = (struct network){ .c = c, .mode = tf32 ? CUBLAS_TF32_TENSOR_OP_MATH : CUBLAS_PEDANTIC_MATH };
    child_bind_cublas(c);
    dnn_begin(&n->dnn, c, (struct dnn_kind){ tf32 ? NUMBER_TF32 : NUMBER_FP32, false });
    MUST(c, cublas, cublasCreate_v2(&n->blas));
    MUST(c, cublas, cublasSetMathMode(n->blas, n->mode));
    describe(n);
    n->parameters = device_buffer(c, CNN_PARAMETERS * sizeof(float));
    n->gradient = device_buffer(c, CNN_PARAMETERS * sizeof(float));
    n->x = device_buffer(c, (size_t)CNN_BATCH * CNN_C * CNN_HW * CNN_HW * sizeof(float));
    n->y_conv = dnn_output(&n->dnn, maps);
    n->y_pool = dnn_output(&n->dnn, pooled);
    n->y_hidden = dnn_output(&n->dnn, hidden);
    n->y_last = dnn_output(&n->dnn, last);
    n->probabilities = dnn_output(&n->dnn, last);
    n->d_conv = dnn_output(&n->dnn, maps);
    n->d_pool = dnn_output(&n->dnn, pooled);
    n->d_hidden = dnn_output(&n->dnn, hidden);
    n->d_last = dnn_output(&n->dnn, last);
    n->one = device_buffer(c, sizeof one);
    device_upload(c, n->one, &one, sizeof one);
}

void network_end(struct network *n)
{
    struct child *c = n->c;

    device_wait(c);
    dnn_conv_end(&n->dnn, &n->conv);
    dnn_conv_end(&n->dnn, &n->conv_filter);
    MUST(c, cudnn, cudnnDestroyActivationDescriptor(n->relu));
    MUST(c, cudnn, cudnnDestroyPoolingDescriptor(n->pool));
    MUST(c, cublas, cublasDestroy_v2(n->blas));
    dnn_end(&n->dnn);
}

void network_reset(struct network *n, const struct cnn_training *t)
{
    device_upload(n->c, n->parameters, t->parameters, CNN_PARAMETERS * sizeof(float));
    /* The padding between the gradients is never written, and must not count. */
    device_upload(n->c, n->gradient, host_buffer(n->c, CNN_PARAMETERS * sizeof(float)), CNN_PARAMETERS * sizeof(float));
}

/* ---- Layers ---- */

static float *at(CUdeviceptr base, size_t index)
{
    return (float *)(uintptr_t)(base + index * sizeof(float));
}

/* Row-major matrices are the transposes of cuBLAS' column-major ones. y = x w^T */
static void linear(struct network *n, CUdeviceptr x, int weights, int in, int out, CUdeviceptr y)
{
    struct child *c = n->c;
    const float *w = at(n->parameters, (size_t)weights), *px = at(x, 0), *one = &dnn_one, *zero = &dnn_zero;
    float *py = at(y, 0);

    MUST(c, cublas, cublasSgemm_v2(n->blas, CUBLAS_OP_T, CUBLAS_OP_N, out, CNN_BATCH, in, one, w, in, px, in, zero, py, out));
}

/* dw = dy^T x, dx = dy w */
static void linear_back(struct network *n, CUdeviceptr dy, CUdeviceptr x, int weights, int in, int out, CUdeviceptr dx)
{
    struct child *c = n->c;
    const float *w = at(n->parameters, (size_t)weights), *px = at(x, 0), *pdy = at(dy, 0), *one = &dnn_one, *zero = &dnn_zero;
    float *dw = at(n->gradient, (size_t)weights), *pdx = at(dx, 0);

    MUST(c, cublas, cublasSgemm_v2(n->blas, CUBLAS_OP_N, CUBLAS_OP_T, in, out, CNN_BATCH, one, px, in, pdy, out, zero, dw, in));
    MUST(c, cublas, cublasSgemm_v2(n->blas, CUBLAS_OP_N, CUBLAS_OP_N, in, CNN_BATCH, out, one, w, in, pdy, out, zero, pdx, in));
}

/* y = alpha x + beta y: a product with the 1x1 matrix of 1. In fp32, whatever the layers
 * are in: frameworks keep losses and weights so. */
static void combine(struct network *n, float alpha, const float *x, float beta, float *y, int count)
{
    struct child *c = n->c;

    MUST(c, cublas, cublasSetMathMode(n->blas, CUBLAS_PEDANTIC_MATH));
    MUST(c, cublas, cublasSgemm_v2(n->blas, CUBLAS_OP_N, CUBLAS_OP_N, count, 1, 1, &alpha, x, count, at(n->one, 0), 1, &beta, y, count));
    MUST(c, cublas, cublasSetMathMode(n->blas, n->mode));
}

static void add_bias(struct network *n, cudnnTensorDescriptor_t bias, int index, cudnnTensorDescriptor_t t, CUdeviceptr y)
{
    struct child *c = n->c;
    const void *b = at(n->parameters, (size_t)index);

    MUST(c, cudnn, cudnnAddTensor(n->dnn.handle, &dnn_one, bias, b, &dnn_one, t, dnn_at(y)));
}

static void bias_back(struct network *n, cudnnTensorDescriptor_t t, CUdeviceptr dy, cudnnTensorDescriptor_t bias, int index)
{
    struct child *c = n->c;
    void *db = at(n->gradient, (size_t)index);

    MUST(c, cudnn, cudnnConvolutionBackwardBias(n->dnn.handle, &dnn_one, t, dnn_at(dy), &dnn_zero, bias, db));
}

static void relu(struct network *n, cudnnTensorDescriptor_t t, CUdeviceptr y)
{
    struct child *c = n->c;
    void *p = dnn_at(y);

    MUST(c, cudnn, cudnnActivationForward(n->dnn.handle, n->relu, &dnn_one, t, p, &dnn_zero, t, p));
}

/* Behind ReLU y is positive where x is: it stands for both. */
static void relu_back(struct network *n, cudnnTensorDescriptor_t t, CUdeviceptr y, CUdeviceptr dy)
{
    struct child *c = n->c;
    void *p = dnn_at(y), *d = dnn_at(dy);

    MUST(c, cudnn, cudnnActivationBackward(n->dnn.handle, n->relu, &dnn_one, t, p, t, d, t, p, &dnn_zero, t, d));
}

static void run_conv(struct network *n, struct dnn_conv *v, const struct dnn_algo *algo, CUdeviceptr w, CUdeviceptr y)
{
    if (!dnn_conv_run(&n->dnn, v, algo, n->x, w, y))
        stop_unsupported(n->c, "cuDNN offers %s for the network's convolution, and then does not support it", dnn_algo_name(v->way, algo->algo));
}

static void forward(struct network *n)
{
    struct child *c = n->c;
    void *conv = dnn_at(n->y_conv), *pool = dnn_at(n->y_pool), *logits = dnn_at(n->y_last), *p = dnn_at(n->probabilities);

    run_conv(n, &n->conv, n->forward_algo, n->parameters + CNN_AT_W1 * sizeof(float), n->y_conv);
    add_bias(n, n->map_bias, CNN_AT_B1, n->maps, n->y_conv);
    relu(n, n->maps, n->y_conv);
    MUST(c, cudnn, cudnnPoolingForward(n->dnn.handle, n->pool, &dnn_one, n->maps, conv, &dnn_zero, n->pooled, pool));
    linear(n, n->y_pool, CNN_AT_W2, CNN_FEATURES, CNN_HIDDEN, n->y_hidden);
    add_bias(n, n->hidden_bias, CNN_AT_B2, n->hidden, n->y_hidden);
    relu(n, n->hidden, n->y_hidden);
    linear(n, n->y_hidden, CNN_AT_W3, CNN_HIDDEN, CNN_CLASSES, n->y_last);
    add_bias(n, n->last_bias, CNN_AT_B3, n->last, n->y_last);
    MUST(c, cudnn, cudnnSoftmaxForward(n->dnn.handle, CUDNN_SOFTMAX_ACCURATE, CUDNN_SOFTMAX_MODE_CHANNEL, &dnn_one, n->last, logits, &dnn_zero, n->last, p));
}

static void backward(struct network *n)
{
    struct child *c = n->c;
    void *y_conv = dnn_at(n->y_conv), *y_pool = dnn_at(n->y_pool), *d_pool = dnn_at(n->d_pool), *d_conv = dnn_at(n->d_conv);

    bias_back(n, n->last, n->d_last, n->last_bias, CNN_AT_B3);
    linear_back(n, n->d_last, n->y_hidden, CNN_AT_W3, CNN_HIDDEN, CNN_CLASSES, n->d_hidden);
    relu_back(n, n->hidden, n->y_hidden, n->d_hidden);
    bias_back(n, n->hidden, n->d_hidden, n->hidden_bias, CNN_AT_B2);
    linear_back(n, n->d_hidden, n->y_pool, CNN_AT_W2, CNN_FEATURES, CNN_HIDDEN, n->d_pool);
    MUST(c, cudnn, cudnnPoolingBackward(n->dnn.handle, n->pool, &dnn_one, n->pooled, y_pool, n->pooled, d_pool, n->maps, y_conv, &dnn_zero, n->maps, d_conv));
    relu_back(n, n->maps, n->y_conv, n->d_conv);
    bias_back(n, n->maps, n->d_conv, n->map_bias, CNN_AT_B1);
    run_conv(n, &n->conv_filter, n->filter_algo, n->gradient + CNN_AT_W1 * sizeof(float), n->d_conv);
}

/* The mean cross entropy, and where it belongs what the softmax's gradient subtracts: (probability - truth) / batch. */
static double loss_of(struct network *n, const int *labels)
{
    float probabilities[CNN_BATCH * CNN_CLASSES], truth[CNN_BATCH * CNN_CLASSES] = { 0 };
    double loss = 0;

    device_wait(n->c);
    device_download(n->c, probabilities, n->probabilities, sizeof probabilities);
    for (int i = 0; i < CNN_BATCH; i++) {
        truth[i * CNN_CLASSES + labels[i]] = 1;
        loss -= log((double)probabilities[i * CNN_CLASSES + labels[i]]) / CNN_BATCH;
    }
    device_upload(n->c, n->d_last, truth, sizeof truth);
    combine(n, 1.0f / CNN_BATCH, at(n->probabilities, 0), -1.0f / CNN_BATCH, at(n->d_last, 0), CNN_BATCH * CNN_CLASSES);
    return loss;
}

double network_step(struct network *n, const struct cnn_training *t, int batch, float rate)
{
    size_t image = (size_t)CNN_C * CNN_HW * CNN_HW, first = (size_t)batch * CNN_BATCH;
    double loss;

    device_upload(n->c, n->x, t->x + first * image, CNN_BATCH * image * sizeof(float));
    forward(n);
    loss = loss_of(n, t->labels + first);
    backward(n);
    combine(n, -rate, at(n->gradient, 0), 1, at(n->parameters, 0), CNN_PARAMETERS);
    device_wait(n->c);
    return loss;
}
