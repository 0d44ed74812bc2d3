#include "child/dnn.h"

#include "base/text.h"

enum { WORKSPACE = 16 << 20, OFFERS_MAX = 64 };

static const float one = 1, zero = 0;

static void *at(CUdeviceptr p)
{
    return (void *)(uintptr_t)p;
}

/* cuDNN 9: 91900 is 9.19.0; cuDNN 8: 8907 is 8.9.7. */
const char *child_cudnn_version(struct child *c)
{
    size_t v, major_unit;

    child_bind_cudnn(c);
    v = VALUE(c, cudnn, cudnnGetVersion());
    major_unit = v >= 90000 ? 10000 : 1000;
    return text_make(&c->arena, "%zu.%zu.%zu", v / major_unit, v % major_unit / 100, v % 100);
}

void dnn_begin(struct dnn *d, struct child *c)
{
    *d = (struct dnn){ .child = c, .room = WORKSPACE };
    child_bind_cudnn(c);
    MUST(c, cudnn, cudnnCreate(&d->handle));
    d->workspace = device_buffer(c, WORKSPACE);
}

void dnn_end(struct dnn *d)
{
    struct child *c = d->child;

    device_wait(c);
    MUST(c, cudnn, cudnnDestroy(d->handle));
}

static cudnnTensorDescriptor_t tensor(struct dnn *d, struct dnn_shape s)
{
    struct child *c = d->child;
    cudnnTensorDescriptor_t t;

    MUST(c, cudnn, cudnnCreateTensorDescriptor(&t));
    MUST(c, cudnn, cudnnSetTensor4dDescriptor(t, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, s.n, s.c, s.h, s.w));
    return t;
}

static void drop(struct dnn *d, cudnnTensorDescriptor_t t)
{
    struct child *c = d->child;

    MUST(c, cudnn, cudnnDestroyTensorDescriptor(t));
}

static bool is_listed(const struct dnn_conv *v, cudnnConvolutionFwdAlgo_t algo)
{
    for (size_t i = 0; i < v->n_algos; i++)
        if (v->algos[i].algo == algo)
            return true;
    return false;
}

/* An offer is an algorithm and a math type. The descriptor keeps FMA math, so
 * that none of them may use TF32; what cannot do without is refused by the
 * question for the workspace. */
static void list_algorithms(struct dnn *d, struct dnn_conv *v)
{
    struct child *c = d->child;
    cudnnConvolutionFwdAlgoPerf_t offers[OFFERS_MAX];
    int most = 0, found = 0;

    MUST(c, cudnn, cudnnGetConvolutionForwardAlgorithmMaxCount(d->handle, &most));
    if (most > OFFERS_MAX)
        most = OFFERS_MAX;
    MUST(c, cudnn, cudnnGetConvolutionForwardAlgorithm_v7(d->handle, v->x_desc, v->w_desc, v->desc, v->y_desc, most, &found, offers));
    for (int i = 0; i < found && v->n_algos < COUNT_OF(v->algos); i++) {
        struct dnn_algo a = { offers[i].algo, 0 };

        if (offers[i].status != 0 || is_listed(v, a.algo))
            continue;
        if (CALL(c, cudnn, cudnnGetConvolutionForwardWorkspaceSize(d->handle, v->x_desc, v->w_desc, v->desc, v->y_desc, a.algo, &a.workspace)) == 0
            && a.workspace <= d->room)
            v->algos[v->n_algos++] = a;
    }
}

void dnn_conv_begin(struct dnn *d, struct dnn_conv *v, struct dnn_shape x, int k, int r)
{
    struct child *c = d->child;

    *v = (struct dnn_conv){ .x = x, .k = k, .r = r };
    v->x_desc = tensor(d, x);
    MUST(c, cudnn, cudnnCreateFilterDescriptor(&v->w_desc));
    MUST(c, cudnn, cudnnSetFilter4dDescriptor(v->w_desc, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, k, x.c, r, r));
    MUST(c, cudnn, cudnnCreateConvolutionDescriptor(&v->desc));
    MUST(c, cudnn, cudnnSetConvolution2dDescriptor(v->desc, 0, 0, 1, 1, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
    MUST(c, cudnn, cudnnSetConvolutionMathType(v->desc, CUDNN_FMA_MATH));
    MUST(c, cudnn, cudnnGetConvolution2dForwardOutputDim(v->desc, v->x_desc, v->w_desc, &v->y.n, &v->y.c, &v->y.h, &v->y.w));
    v->y_desc = tensor(d, v->y);
    list_algorithms(d, v);
}

/* cuDNN 9 has a family of codes for "not supported", cuDNN 8 one. */
static bool is_not_supported(long code)
{
    return code == 9 || (code >= 3000 && code < 4000);
}

bool dnn_conv_forward(struct dnn *d, struct dnn_conv *v, const struct dnn_algo *algo, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y)
{
    struct child *c = d->child;
    long code = CALL(c, cudnn, cudnnConvolutionForward(d->handle, &one, v->x_desc, at(x), v->w_desc, at(w), v->desc, algo->algo,
                                                       at(d->workspace), algo->workspace, &zero, v->y_desc, at(y)));

    if (is_not_supported(code))
        return false;
    if (code != 0)
        child_call_failed(c, text_make(&c->arena, "cudnnConvolutionForward(%s)", dnn_algo_name(algo->algo)), &c->cudnn.dl, code);
    device_wait(c);
    return true;
}

void dnn_conv_end(struct dnn *d, struct dnn_conv *v)
{
    struct child *c = d->child;

    drop(d, v->x_desc);
    drop(d, v->y_desc);
    MUST(c, cudnn, cudnnDestroyFilterDescriptor(v->w_desc));
    MUST(c, cudnn, cudnnDestroyConvolutionDescriptor(v->desc));
}

void dnn_add_bias(struct dnn *d, struct dnn_shape shape, CUdeviceptr bias, CUdeviceptr y)
{
    struct child *c = d->child;
    cudnnTensorDescriptor_t b = tensor(d, (struct dnn_shape){ 1, shape.c, 1, 1 }), t = tensor(d, shape);

    MUST(c, cudnn, cudnnAddTensor(d->handle, &one, b, at(bias), &one, t, at(y)));
    drop(d, b);
    drop(d, t);
}

void dnn_relu(struct dnn *d, struct dnn_shape shape, CUdeviceptr y)
{
    struct child *c = d->child;
    cudnnTensorDescriptor_t t = tensor(d, shape);
    cudnnActivationDescriptor_t a;

    MUST(c, cudnn, cudnnCreateActivationDescriptor(&a));
    MUST(c, cudnn, cudnnSetActivationDescriptor(a, CUDNN_ACTIVATION_RELU, CUDNN_PROPAGATE_NAN, 0.0));
    MUST(c, cudnn, cudnnActivationForward(d->handle, a, &one, t, at(y), &zero, t, at(y)));
    MUST(c, cudnn, cudnnDestroyActivationDescriptor(a));
    drop(d, t);
}

void dnn_max_pool(struct dnn *d, struct dnn_shape x, CUdeviceptr from, CUdeviceptr to)
{
    struct child *c = d->child;
    cudnnTensorDescriptor_t t = tensor(d, x), u = tensor(d, (struct dnn_shape){ x.n, x.c, x.h / 2, x.w / 2 });
    cudnnPoolingDescriptor_t p;

    MUST(c, cudnn, cudnnCreatePoolingDescriptor(&p));
    MUST(c, cudnn, cudnnSetPooling2dDescriptor(p, CUDNN_POOLING_MAX, CUDNN_PROPAGATE_NAN, 2, 2, 0, 0, 2, 2));
    MUST(c, cudnn, cudnnPoolingForward(d->handle, p, &one, t, at(from), &zero, u, at(to)));
    MUST(c, cudnn, cudnnDestroyPoolingDescriptor(p));
    drop(d, t);
    drop(d, u);
}

const char *dnn_algo_name(cudnnConvolutionFwdAlgo_t algo)
{
    static const char *const names[] = {
        "IMPLICIT_GEMM", "IMPLICIT_PRECOMP_GEMM", "GEMM", "DIRECT", "FFT", "FFT_TILING", "WINOGRAD", "WINOGRAD_NONFUSED",
    };

    return algo >= 0 && (size_t)algo < COUNT_OF(names) ? names[algo] : "unknown";
}

/* Winograd and FFT go through fractions. */
bool dnn_algo_keeps_integers(cudnnConvolutionFwdAlgo_t algo)
{
    return algo >= 0 && algo < CUDNN_CONVOLUTION_FWD_ALGO_FFT;
}
