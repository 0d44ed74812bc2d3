#include "child/dnn/conv.h"

#include "base/text.h"

enum { OFFERS_MAX = 64 };

/* ---- Names ---- */

static const struct known { const char *name; enum conv_family family; } known[][8] = {
    [CONV_FORWARD] = {
        [CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM]         = { "IMPLICIT_GEMM", CONV_EXACT },
        [CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM] = { "IMPLICIT_PRECOMP_GEMM", CONV_EXACT },
        [CUDNN_CONVOLUTION_FWD_ALGO_GEMM]                  = { "GEMM", CONV_EXACT },
        [CUDNN_CONVOLUTION_FWD_ALGO_DIRECT]                = { "DIRECT", CONV_EXACT },
        [CUDNN_CONVOLUTION_FWD_ALGO_FFT]                   = { "FFT", CONV_FRACTIONS },
        [CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING]            = { "FFT_TILING", CONV_FRACTIONS },
        [CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD]              = { "WINOGRAD", CONV_FRACTIONS },
        [CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED]     = { "WINOGRAD_NONFUSED", CONV_FRACTIONS },
    },
    [CONV_BACKWARD_DATA] = {
        [CUDNN_CONVOLUTION_BWD_DATA_ALGO_0]                 = { "ALGO_0", CONV_EXACT },
        [CUDNN_CONVOLUTION_BWD_DATA_ALGO_1]                 = { "ALGO_1", CONV_EXACT },
        [CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT]               = { "FFT", CONV_FRACTIONS },
        [CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT_TILING]        = { "FFT_TILING", CONV_FRACTIONS },
        [CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD]          = { "WINOGRAD", CONV_FRACTIONS },
        [CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED] = { "WINOGRAD_NONFUSED", CONV_FRACTIONS },
    },
    [CONV_BACKWARD_FILTER] = {
        [CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0]                 = { "ALGO_0", CONV_EXACT },
        [CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1]                 = { "ALGO_1", CONV_EXACT },
        [CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT]               = { "FFT", CONV_FRACTIONS },
        [CUDNN_CONVOLUTION_BWD_FILTER_ALGO_3]                 = { "ALGO_3", CONV_EXACT },
        [CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD]          = { "WINOGRAD", CONV_FRACTIONS },
        [CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED] = { "WINOGRAD_NONFUSED", CONV_FRACTIONS },
        [CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT_TILING]        = { "FFT_TILING", CONV_FRACTIONS },
    },
};

/* One that is new is asked to keep integers exact until somebody knows better. */
static struct known known_as(enum conv_way way, int algo)
{
    if (algo >= 0 && algo < (int)COUNT_OF(known[way]) && known[way][algo].name != NULL)
        return known[way][algo];
    return (struct known){ "UNKNOWN", CONV_EXACT };
}

const char *dnn_algo_name(enum conv_way way, int algo)
{
    return known_as(way, algo).name;
}

enum conv_family dnn_algo_family(enum conv_way way, int algo)
{
    return known_as(way, algo).family;
}

const char *dnn_algo_key(struct child *c, enum conv_way way, const struct dnn_algo *algo)
{
    static const char *const maths[] = { "default", "tensor", "conversion", "fma" };

    return text_make(&c->arena, "%s.%s", dnn_algo_name(way, algo->algo),
                     algo->math >= 0 && algo->math < (int)COUNT_OF(maths) ? maths[algo->math] : "other");
}

/* ---- What is offered ---- */

struct offer { int algo, status, determinism; cudnnMathType_t math; };

/* The three lists have the same fields under three types. */
#define TAKE_OFFERS(perf, found, offers) \
    for (int i = 0; i < (found); i++) \
        (offers)[i] = (struct offer){ (perf)[i].algo, (perf)[i].status, (perf)[i].determinism, (perf)[i].mathType }

/* None where cuDNN does not support a layout or a type at all: the others are still to be looked at. */
static int offered(struct dnn *d, const char *call, long code, int found)
{
    if (code != 0 && !dnn_is_not_supported(code))
        child_call_failed(d->child, call, &d->child->cudnn.dl, code);
    return code == 0 ? found : 0;
}

static int offers_forward(struct dnn *d, const struct dnn_conv *v, struct offer *offers)
{
    struct child *c = d->child;
    cudnnConvolutionFwdAlgoPerf_t perf[OFFERS_MAX];
    int most = 0, found = 0;
    long code;

    MUST(c, cudnn, cudnnGetConvolutionForwardAlgorithmMaxCount(d->handle, &most));
    most = most < OFFERS_MAX ? most : OFFERS_MAX;
    code = CALL(c, cudnn, cudnnGetConvolutionForwardAlgorithm_v7(d->handle, v->x, v->w, v->desc, v->y, most, &found, perf));
    found = offered(d, "cudnnGetConvolutionForwardAlgorithm_v7", code, found);
    TAKE_OFFERS(perf, found, offers);
    return found;
}

static int offers_backward_data(struct dnn *d, const struct dnn_conv *v, struct offer *offers)
{
    struct child *c = d->child;
    cudnnConvolutionBwdDataAlgoPerf_t perf[OFFERS_MAX];
    int most = 0, found = 0;
    long code;

    MUST(c, cudnn, cudnnGetConvolutionBackwardDataAlgorithmMaxCount(d->handle, &most));
    most = most < OFFERS_MAX ? most : OFFERS_MAX;
    code = CALL(c, cudnn, cudnnGetConvolutionBackwardDataAlgorithm_v7(d->handle, v->w, v->y, v->desc, v->x, most, &found, perf));
    found = offered(d, "cudnnGetConvolutionBackwardDataAlgorithm_v7", code, found);
    TAKE_OFFERS(perf, found, offers);
    return found;
}

static int offers_backward_filter(struct dnn *d, const struct dnn_conv *v, struct offer *offers)
{
    struct child *c = d->child;
    cudnnConvolutionBwdFilterAlgoPerf_t perf[OFFERS_MAX];
    int most = 0, found = 0;
    long code;

    MUST(c, cudnn, cudnnGetConvolutionBackwardFilterAlgorithmMaxCount(d->handle, &most));
    most = most < OFFERS_MAX ? most : OFFERS_MAX;
    code = CALL(c, cudnn, cudnnGetConvolutionBackwardFilterAlgorithm_v7(d->handle, v->x, v->y, v->desc, v->w, most, &found, perf));
    found = offered(d, "cudnnGetConvolutionBackwardFilterAlgorithm_v7", code, found);
    TAKE_OFFERS(perf, found, offers);
    return found;
}

static long workspace_of(struct dnn *d, const struct dnn_conv *v, int algo, size_t *bytes)
{
    struct child *c = d->child;

    switch (v->way) {
    case CONV_FORWARD:
        return CALL(c, cudnn, cudnnGetConvolutionForwardWorkspaceSize(d->handle, v->x, v->w, v->desc, v->y, algo, bytes));
    case CONV_BACKWARD_DATA:
        return CALL(c, cudnn, cudnnGetConvolutionBackwardDataWorkspaceSize(d->handle, v->w, v->y, v->desc, v->x, algo, bytes));
    case CONV_BACKWARD_FILTER:
        return CALL(c, cudnn, cudnnGetConvolutionBackwardFilterWorkspaceSize(d->handle, v->x, v->y, v->desc, v->w, algo, bytes));
    }
    return -1;
}

static bool is_listed(const struct dnn_conv *v, const struct dnn_algo *a)
{
    for (size_t i = 0; i < v->n_algos; i++)
        if (v->algos[i].algo == a->algo && v->algos[i].math == a->math)
            return true;
    return false;
}

/* The math type that an offer is run with. fp32 is never run with another than FMA,
 * whatever the list says: what cannot do without TF32 is refused by the question
 * for the workspace. TF32 may not fall back on FMA. */
static bool choose_math(enum number type, cudnnMathType_t offered, cudnnMathType_t *math)
{
    *math = type == NUMBER_FP32 ? CUDNN_FMA_MATH : offered;
    return type != NUMBER_TF32 || (offered != CUDNN_FMA_MATH && offered != CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION);
}

/* Three gradients are documented to add in no order, and yet lists have called such ones deterministic (apache/mxnet 13142). */
static bool is_deterministic(enum conv_way way, const struct offer *o)
{
    bool scatters = (way == CONV_BACKWARD_DATA && o->algo == CUDNN_CONVOLUTION_BWD_DATA_ALGO_0)
                 || (way == CONV_BACKWARD_FILTER && (o->algo == CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0 || o->algo == CUDNN_CONVOLUTION_BWD_FILTER_ALGO_3));

    return o->determinism == CUDNN_DETERMINISTIC && !scatters;
}

static void list_algorithms(struct dnn *d, struct dnn_conv *v)
{
    struct child *c = d->child;
    struct offer offers[OFFERS_MAX];
    struct text refused = { .arena = &c->arena };
    int found = v->way == CONV_FORWARD ? offers_forward(d, v, offers)
              : v->way == CONV_BACKWARD_DATA ? offers_backward_data(d, v, offers) : offers_backward_filter(d, v, offers);

    for (int i = 0; i < found && v->n_algos < COUNT_OF(v->algos); i++) {
        struct dnn_algo a = { .algo = offers[i].algo, .deterministic = is_deterministic(v->way, &offers[i]) };

        if (!choose_math(d->kind.type, offers[i].math, &a.math) || is_listed(v, &a))
            continue;
        if (offers[i].status == 0) {
            MUST(c, cudnn, cudnnSetConvolutionMathType(v->desc, a.math));
            if (workspace_of(d, v, a.algo, &a.workspace) != 0)
                a.workspace = 0;
            else if (a.workspace <= d->room) {
                v->algos[v->n_algos++] = a;
                continue;
            }
        }
        text_add(&refused, "%s%s", refused.n > 0 ? ", " : "", dnn_algo_key(c, v->way, &a));
        if (a.workspace > d->room)
            text_add(&refused, " (for its %zu MiB of workspace)", a.workspace >> 20);
    }
    if (found == 0)
        text_add(&refused, "all");
    v->refused = refused.n > 0 ? refused.s : "";
}

/* ---- The convolution ---- */

struct dnn_shape dnn_conv_x(const struct dnn_conv *v)
{
    return (struct dnn_shape){ v->shape.n, v->shape.c, v->shape.h, v->shape.w };
}

struct dnn_shape dnn_conv_y(const struct dnn_conv *v)
{
    return (struct dnn_shape){ v->shape.n, v->shape.k, v->shape.p, v->shape.q };
}

struct dnn_shape dnn_conv_w(const struct dnn_conv *v)
{
    return (struct dnn_shape){ v->shape.k, v->shape.c, v->shape.r, v->shape.s };
}

struct dnn_shape dnn_conv_output(const struct dnn_conv *v)
{
    return v->way == CONV_FORWARD ? dnn_conv_y(v) : v->way == CONV_BACKWARD_DATA ? dnn_conv_x(v) : dnn_conv_w(v);
}

/* What the library computes for the output's shape must be what is computed here. */
static void check_shape(struct dnn *d, const struct dnn_conv *v)
{
    struct child *c = d->child;
    int n, k, p, q;

    MUST(c, cudnn, cudnnGetConvolution2dForwardOutputDim(v->desc, v->x, v->w, &n, &k, &p, &q));
    if (n != v->shape.n || k != v->shape.k || p != v->shape.p || q != v->shape.q)
        stop_load(c, "cudnnGetConvolution2dForwardOutputDim says %dx%dx%dx%d where %dx%dx%dx%d is right",
                  n, k, p, q, v->shape.n, v->shape.k, v->shape.p, v->shape.q);
}

void dnn_conv_begin(struct dnn *d, struct dnn_conv *v, struct conv_shape shape, enum conv_way way)
{
    struct child *c = d->child;
    const struct conv_shape *s = &v->shape;
    cudnnDataType_t type = dnn_type(d->kind);
    cudnnTensorFormat_t format = dnn_format(d->kind);
    cudnnMathType_t math = d->kind.type == NUMBER_FP32 ? CUDNN_FMA_MATH : d->kind.type == NUMBER_TF32 ? CUDNN_DEFAULT_MATH : CUDNN_TENSOR_OP_MATH;

    *v = (struct dnn_conv){ .shape = shape, .way = way };
    v->x = dnn_tensor(d, dnn_conv_x(v));
    v->y = dnn_tensor(d, dnn_conv_y(v));
    MUST(c, cudnn, cudnnCreateFilterDescriptor(&v->w));
    dnn_demand(d, "cudnnSetFilter4dDescriptor", CALL(c, cudnn, cudnnSetFilter4dDescriptor(v->w, type, format, s->k, s->c, s->r, s->s)));
    MUST(c, cudnn, cudnnCreateConvolutionDescriptor(&v->desc));
    MUST(c, cudnn, cudnnSetConvolution2dDescriptor(v->desc, s->pad, s->pad, s->stride, s->stride, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
    MUST(c, cudnn, cudnnSetConvolutionMathType(v->desc, math));
    check_shape(d, v);
    list_algorithms(d, v);
}

void dnn_conv_end(struct dnn *d, struct dnn_conv *v)
{
    struct child *c = d->child;

    dnn_drop(d, v->x);
    dnn_drop(d, v->y);
    MUST(c, cudnn, cudnnDestroyFilterDescriptor(v->w));
    MUST(c, cudnn, cudnnDestroyConvolutionDescriptor(v->desc));
}

bool dnn_conv_queue(struct dnn *d, struct dnn_conv *v, const struct dnn_algo *algo, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y)
{
    static const char *const calls[] = { "cudnnConvolutionForward", "cudnnConvolutionBackwardData", "cudnnConvolutionBackwardFilter" };
    struct child *c = d->child;
    const float *one = &dnn_one, *zero = &dnn_zero;
    void *px = dnn_at(x), *pw = dnn_at(w), *py = dnn_at(y), *space = dnn_at(d->workspace);
    size_t room = algo->workspace;
    long code = -1;

    MUST(c, cudnn, cudnnSetConvolutionMathType(v->desc, algo->math));
    switch (v->way) {
    case CONV_FORWARD:
        code = CALL(c, cudnn, cudnnConvolutionForward(d->handle, one, v->x, px, v->w, pw, v->desc, algo->algo, space, room, zero, v->y, py));
        break;
    case CONV_BACKWARD_DATA:
        code = CALL(c, cudnn, cudnnConvolutionBackwardData(d->handle, one, v->w, pw, v->y, py, v->desc, algo->algo, space, room, zero, v->x, px));
        break;
    case CONV_BACKWARD_FILTER:
        code = CALL(c, cudnn, cudnnConvolutionBackwardFilter(d->handle, one, v->x, px, v->y, py, v->desc, algo->algo, space, room, zero, v->w, pw));
        break;
    }
    if (dnn_is_not_supported(code))
        return false;
    if (code != 0)
        child_call_failed(c, text_make(&c->arena, "%s(%s)", calls[v->way], dnn_algo_name(v->way, algo->algo)), &c->cudnn.dl, code);
    return true;
}

bool dnn_conv_run(struct dnn *d, struct dnn_conv *v, const struct dnn_algo *algo, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y)
{
    if (!dnn_conv_queue(d, v, algo, x, w, y))
        return false;
    device_wait(d->child);
    return true;
}
