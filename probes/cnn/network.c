#include "network.h"

#include <math.h>

struct shapes { struct dnn_shape maps, pooled, hidden, last; };

static struct shapes shapes_of(const struct network *n)
{
    return (struct shapes){ { n->batch, CNN_K, CNN_P, CNN_P }, { n->batch, CNN_K, CNN_Q, CNN_Q }, { n->batch, CNN_HIDDEN, 1, 1 }, { n->batch, CNN_CLASSES, 1, 1 } };
}

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
    const struct conv_shape shape = { .n = n->batch, .c = CNN_C, .h = CNN_HW, .w = CNN_HW, .k = CNN_K, .r = CNN_R, .s = CNN_R, .stride = 1, .p = CNN_P, .q = CNN_P };
    const struct shapes s = shapes_of(n);

    dnn_conv_begin(&n->dnn, &n->conv, shape, CONV_FORWARD);
    dnn_conv_begin(&n->dnn, &n->conv_filter, shape, CONV_BACKWARD_FILTER);
    n->forward_algo = deterministic(n, &n->conv);
    n->filter_algo = deterministic(n, &n->conv_filter);
    n->maps = dnn_tensor(&n->dnn, s.maps);
    n->pooled = dnn_tensor(&n->dnn, s.pooled);
    n->hidden = dnn_tensor(&n->dnn, s.hidden);
    n->last = dnn_tensor(&n->dnn, s.last);
    n->map_bias = bias_of(n, CNN_K);
    n->hidden_bias = bias_of(n, CNN_HIDDEN);
    n->last_bias = bias_of(n, CNN_CLASSES);
    MUST(c, cudnn, cudnnCreateActivationDescriptor(&n->relu));
    MUST(c, cudnn, cudnnSetActivationDescriptor(n->relu, CUDNN_ACTIVATION_RELU, CUDNN_PROPAGATE_NAN, 0.0));
    MUST(c, cudnn, cudnnCreatePoolingDescriptor(&n->pool));
    MUST(c, cudnn, cudnnSetPooling2dDescriptor(n->pool, CUDNN_POOLING_MAX_DETERMINISTIC, CUDNN_PROPAGATE_NAN, 2, 2, 0, 0, 2, 2));
}

void network_begin(struct network *n, struct child *c, bool tf32, int batch)
{
    const float one = 1;
    struct shapes s;

    *n = (struct network){ .c = c, .tf32 = tf32, .batch = batch, .mode = tf32 ? CUBLAS_TF32_TENSOR_OP_MATH : CUBLAS_PEDANTIC_MATH };
    child_bind_cublas(c);
    dnn_begin(&n->dnn, c, (struct dnn_kind){ tf32 ? NUMBER_TF32 : NUMBER_FP32, false });
    MUST(c, cublas, cublasCreate_v2(&n->blas));
    MUST(c, cublas, cublasSetMathMode(n->blas, n->mode));
    describe(n);
    s = shapes_of(n);
    n->parameters = device_buffer(c, CNN_PARAMETERS * sizeof(float));
    n->gradient = device_buffer(c, CNN_PARAMETERS * sizeof(float));
    n->x = device_buffer(c, (size_t)batch * CNN_C * CNN_HW * CNN_HW * sizeof(float));
    n->y_conv = dnn_output(&n->dnn, s.maps);
    n->y_pool = dnn_output(&n->dnn, s.pooled);
    n->y_hidden = dnn_output(&n->dnn, s.hidden);
    n->y_last = dnn_output(&n->dnn, s.last);
    n->probabilities = dnn_output(&n->dnn, s.last);
    n->d_conv = dnn_output(&n->dnn, s.maps);
    n->d_pool = dnn_output(&n->dnn, s.pooled);
    n->d_hidden = dnn_output(&n->dnn, s.hidden);
    n->d_last = dnn_output(&n->dnn, s.last);
    n->truth = dnn_output(&n->dnn, s.last);
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

float *network_download(struct network *n, CUdeviceptr p, size_t numbers)
{
    float *values = host_buffer(n->c, numbers * sizeof *values);

    device_download(n->c, values, p, numbers * sizeof *values);
    return values;
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

    MUST(c, cublas, cublasSgemm_v2(n->blas, CUBLAS_OP_T, CUBLAS_OP_N, out, n->batch, in, one, w, in, px, in, zero, py, out));
}

/* dw = dy^T x, dx = dy w */
static void linear_back(struct network *n, CUdeviceptr dy, CUdeviceptr x, int weights, int in, int out, CUdeviceptr dx)
{
    struct child *c = n->c;
    const float *w = at(n->parameters, (size_t)weights), *px = at(x, 0), *pdy = at(dy, 0), *one = &dnn_one, *zero = &dnn_zero;
    float *dw = at(n->gradient, (size_t)weights), *pdx = at(dx, 0);

    MUST(c, cublas, cublasSgemm_v2(n->blas, CUBLAS_OP_N, CUBLAS_OP_T, in, out, n->batch, one, px, in, pdy, out, zero, dw, in));
    MUST(c, cublas, cublasSgemm_v2(n->blas, CUBLAS_OP_N, CUBLAS_OP_N, in, n->batch, out, one, w, in, pdy, out, zero, pdx, in));
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
    if (!dnn_conv_queue(&n->dnn, v, algo, n->x, w, y))
        stop_unsupported(n->c, "cuDNN offers %s for the network's convolution, and then does not support it", dnn_algo_name(v->way, algo->algo));
}

void network_forward(struct network *n)
{
    struct child *c = n->c;
    void *conv = dnn_at(n->y_conv), *pool = dnn_at(n->y_pool);

    run_conv(n, &n->conv, n->forward_algo, n->parameters + CNN_AT_W1 * sizeof(float), n->y_conv);
    add_bias(n, n->map_bias, CNN_AT_B1, n->maps, n->y_conv);
    relu(n, n->maps, n->y_conv);
    MUST(c, cudnn, cudnnPoolingForward(n->dnn.handle, n->pool, &dnn_one, n->maps, conv, &dnn_zero, n->pooled, pool));
    linear(n, n->y_pool, CNN_AT_W2, CNN_FEATURES, CNN_HIDDEN, n->y_hidden);
    add_bias(n, n->hidden_bias, CNN_AT_B2, n->hidden, n->y_hidden);
    relu(n, n->hidden, n->y_hidden);
    linear(n, n->y_hidden, CNN_AT_W3, CNN_HIDDEN, CNN_CLASSES, n->y_last);
    add_bias(n, n->last_bias, CNN_AT_B3, n->last, n->y_last);
}

/* Of the loss, which is the mean cross entropy: (probability - truth) / batch. */
static void loss_back(struct network *n)
{
    struct child *c = n->c;
    const float mean = 1.0f / (float)n->batch;
    void *logits = dnn_at(n->y_last), *p = dnn_at(n->probabilities);

    MUST(c, cudnn, cudnnSoftmaxForward(n->dnn.handle, CUDNN_SOFTMAX_ACCURATE, CUDNN_SOFTMAX_MODE_CHANNEL, &dnn_one, n->last, logits, &dnn_zero, n->last, p));
    MUST(c, cuda, cuMemcpyDtoD_v2(n->d_last, n->truth, (size_t)n->batch * CNN_CLASSES * sizeof(float)));
    combine(n, mean, at(n->probabilities, 0), -mean, at(n->d_last, 0), n->batch * CNN_CLASSES);
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

void network_load(struct network *n, const struct cnn_training *t, int number)
{
    const size_t image = (size_t)CNN_C * CNN_HW * CNN_HW, images = (size_t)n->batch, first = (size_t)number * images;
    float truth[CNN_LOGITS] = { 0 };

    for (size_t i = 0; i < images; i++)
        truth[i * CNN_CLASSES + (size_t)t->labels[first + i]] = 1;
    device_upload(n->c, n->x, t->x + first * image, images * image * sizeof(float));
    device_upload(n->c, n->truth, truth, images * CNN_CLASSES * sizeof *truth);
}

void network_train(struct network *n, float rate)
{
    network_forward(n);
    loss_back(n);
    backward(n);
    combine(n, -rate, at(n->gradient, 0), 1, at(n->parameters, 0), CNN_PARAMETERS);
}

static double loss_of(struct network *n, const int *labels)
{
    float probabilities[CNN_LOGITS];
    double loss = 0;

    device_download(n->c, probabilities, n->probabilities, (size_t)n->batch * CNN_CLASSES * sizeof *probabilities);
    for (int i = 0; i < n->batch; i++)
        loss -= log((double)probabilities[i * CNN_CLASSES + labels[i]]) / n->batch;
    return loss;
}

double network_step(struct network *n, const struct cnn_training *t, int number, float rate)
{
    network_load(n, t, number);
    network_train(n, rate);
    device_wait(n->c);
    return loss_of(n, t->labels + (size_t)number * (size_t)n->batch);
}
