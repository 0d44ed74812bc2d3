/* The fake libcudnn.so.9: convolutions by plain loops, sums in fp32. */
#include "tests/fakes/cudnn.h"

#include <stdlib.h>
#include <string.h>

enum direction { FORWARD, BACKWARD_DATA, BACKWARD_FILTER };

struct operands { const struct cudnnTensorStruct *x, *w, *y; const struct cudnnConvolutionStruct *d; };

static cudnnStatus_t output(const struct operands *o, struct cudnnTensorStruct *y)
{
    const struct cudnnConvolutionStruct *d = o->d;

    if (o->x->c != o->w->c)
        return BAD_PARAM;
    y->n = o->x->n;
    y->c = o->w->n;
    y->h = 1 + (o->x->h + 2 * d->pad_h - ((o->w->h - 1) * d->dilation_h + 1)) / d->stride_h;
    y->w = 1 + (o->x->w + 2 * d->pad_w - ((o->w->w - 1) * d->dilation_w + 1)) / d->stride_w;
    return 0;
}

cudnnStatus_t fake_cudnnGetConvolution2dForwardOutputDim(const cudnnConvolutionDescriptor_t d, const cudnnTensorDescriptor_t x,
                                                         const cudnnFilterDescriptor_t f, int *n, int *c, int *h, int *w)
{
    struct cudnnTensorStruct y = { 0, 0, 0, 0, 0, 0 };
    cudnnStatus_t status = output(&(struct operands){ x, &f->t, NULL, d }, &y);

    *n = y.n;
    *c = y.c;
    *h = y.h;
    *w = y.w;
    return status;
}

static cudnnStatus_t check(const struct operands *o)
{
    struct cudnnTensorStruct y = *o->y;

    if (output(o, &y) != 0 || !fake_same_shape(&y, o->y) || o->x->type != o->y->type || o->x->type != o->w->type)
        return BAD_PARAM;
    return o->x->format == o->y->format && o->x->format == o->w->format ? 0 : NOT_SUPPORTED;
}

/* ---- What is offered: 1 with a workspace, 0 without, in NCHW a Winograd of fp32 as well; and one that is not supported. ---- */

static const int winograd[] = { CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED, CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED,
                                CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED };

enum { OFFERS = 4 };

static cudnnStatus_t workspace_of(enum direction way, const struct operands *o, int algo, size_t *bytes)
{
    bool fractions = algo == winograd[way] && o->x->format == CUDNN_TENSOR_NCHW && o->x->type == CUDNN_DATA_FLOAT && o->d->math == CUDNN_FMA_MATH;

    *bytes = algo != 0 ? WORKSPACE_BYTES : 0;
    return algo == 0 || algo == 1 || fractions ? 0 : NOT_SUPPORTED;
}

/* The three lists differ in nothing but the names of their types. */
static cudnnStatus_t list(enum direction way, const struct operands *o, int asked, int *n, cudnnConvolutionFwdAlgoPerf_t *out)
{
    const int algos[OFFERS] = { 1, winograd[way], 0, 2 };

    if (asked < 1 || check(o) == BAD_PARAM)
        return BAD_PARAM;
    *n = asked < OFFERS ? asked : OFFERS;
    for (int i = 0; i < *n; i++) {
        out[i] = (cudnnConvolutionFwdAlgoPerf_t){ .algo = algos[i], .time = -1, .mathType = o->d->math };
        out[i].status = workspace_of(way, o, algos[i], &out[i].memory);
        out[i].determinism = way == FORWARD || algos[i] != 0 || fake_number("FAKE_PROMISES", 0) != 0;
    }
    return 0;
}

static cudnnStatus_t count(int *n)
{
    *n = OFFERS;
    return 0;
}

/* ---- The sums ---- */

/* One row of outputs: `n` products of x, which `step` lies apart, with y. */
static void one_row(enum direction way, float *x, int step, float *w, float *y, int n)
{
    float sum = 0;

    for (int i = 0; i < n; i++)
        switch (way) {
        case FORWARD:         y[i] += *w * x[i * step]; break;
        case BACKWARD_DATA:   x[i * step] += *w * y[i]; break;
        case BACKWARD_FILTER: sum += x[i * step] * y[i]; break;
        }
    if (way == BACKWARD_FILTER)
        *w += sum;
}

/* One filter's element [r][s] between one plane of x and one of y. */
static void one_plane(enum direction way, const struct operands *o, float *x, float *w, float *y, int r, int s)
{
    const struct cudnnConvolutionStruct *d = o->d;
    int left = s * d->dilation_w - d->pad_w, first = left < 0 ? (-left + d->stride_w - 1) / d->stride_w : 0, n = 0;

    while (first + n < o->y->w && (first + n) * d->stride_w + left < o->x->w)
        n++;
    for (int p = 0; p < o->y->h; p++) {
        int h = p * d->stride_h + r * d->dilation_h - d->pad_h;

        if (h >= 0 && h < o->x->h)
            one_row(way, x + h * o->x->w + first * d->stride_w + left, d->stride_w, w, y + p * o->y->w + first, n);
    }
}

static void sums(enum direction way, const struct operands *o, float *x, float *w, float *y)
{
    for (int n = 0; n < o->x->n; n++)
        for (int k = 0; k < o->w->n; k++)
            for (int c = 0; c < o->x->c; c++)
                for (int i = 0; i < o->w->h * o->w->w; i++)
                    one_plane(way, o, x + (n * o->x->c + c) * o->x->h * o->x->w, w + (k * o->x->c + c) * o->w->h * o->w->w + i,
                              y + (n * o->w->n + k) * o->y->h * o->y->w, i / o->w->w, i % o->w->w);
}

static void scale(float *values, size_t n, float by)
{
    for (size_t i = 0; i < n; i++)
        values[i] *= by;
}

/* By way of thirds, as Winograd's transforms go by fractions: right after rounding alone. */
static void run(enum direction way, const struct operands *o, int algo, float *x, float *w, float *y)
{
    float *in = way == BACKWARD_DATA ? y : x, *out = way == FORWARD ? y : way == BACKWARD_DATA ? x : w;
    size_t n_in = fake_elements(way == BACKWARD_DATA ? o->y : o->x);
    size_t n_out = fake_elements(way == FORWARD ? o->y : way == BACKWARD_DATA ? o->x : o->w);

    if (algo > 1)
        scale(in, n_in, 1.0f / 3);
    sums(way, o, x, w, y);
    if (algo > 1)
        scale(out, n_out, 3);
}

/* fp32 without FMA math runs in TF32 from Ampere on. */
static bool is_tf32(const struct operands *o)
{
    return o->x->type == CUDNN_DATA_FLOAT && ((o->d->math != CUDNN_FMA_MATH && fake_number("FAKE_CC", 90) >= 80) || fake_lie_is(IN_TF32));
}

/* The output begins at 0, the others are what the caller has. */
static float *take(bool is_output, const struct cudnnTensorStruct *t, const void *p)
{
    return is_output ? calloc(fake_elements(t), sizeof(float)) : fake_take(t, p);
}

struct pointers { const void *x, *w, *y; void *out; const void *alpha, *beta, *space; size_t room; };

static cudnnStatus_t convolve_once(enum direction way, struct operands o, int algo, const struct pointers *at)
{
    const struct cudnnTensorStruct *shapes[] = { o.y, o.x, o.w };
    struct cudnnTensorStruct shape = *shapes[way];
    float *x, *w, *y;
    size_t need;
    cudnnStatus_t status = check(&o);

    if (status == 0)
        status = workspace_of(way, &o, algo, &need);
    if (status == 0 && need > 0 && (at->room < need || !fake_driver()->owns(at->space, need)))
        status = BAD_PARAM;
    if (status != 0)
        return status;
    x = take(way == BACKWARD_DATA, o.x, at->x);
    w = take(way == BACKWARD_FILTER, o.w, at->w);
    y = take(way == FORWARD, o.y, at->y);
    if (x != NULL && w != NULL && y != NULL) {
        if (is_tf32(&o)) {
            fake_cut_to_tf32(x, fake_elements(o.x));
            fake_cut_to_tf32(w, fake_elements(o.w));
            fake_cut_to_tf32(y, fake_elements(o.y));
        }
        run(way, &o, algo, x, w, y);
        if (fake_lie_is(OTHER_LAYOUT))
            shape.format = CUDNN_TENSOR_NHWC - shape.format;
        fake_put(&shape, at->out, way == FORWARD ? y : way == BACKWARD_DATA ? x : w, at->alpha, at->beta);
    }
    free(x);
    free(w);
    free(y);
    return 0;
}

/* In TF32 or in another layout: the truth first, beside which it shows whether it is a lie. */
static cudnnStatus_t convolve(enum direction way, struct operands o, int algo, const struct pointers *at)
{
    const struct cudnnTensorStruct *shapes[] = { o.y, o.x, o.w };
    size_t bytes = fake_tensor_bytes(shapes[way]);
    unsigned char *before = NULL;
    enum fake_lie lie;
    cudnnStatus_t status;

    fake_compares();
    if ((fake_lie_is(IN_TF32) || fake_lie_is(OTHER_LAYOUT)) && fake_driver()->owns(at->out, bytes))
        before = malloc(2 * bytes + 1);
    lie = fake_lie_aside(SOUND);
    if (before != NULL) {
        memcpy(before, at->out, bytes);
        convolve_once(way, o, algo, at);
        memcpy(before + bytes, at->out, bytes);
        memcpy(at->out, before, bytes);
    }
    fake_lie_aside(lie);
    status = convolve_once(way, o, algo, at);
    fake_lie_aside(lie);
    if (before != NULL && memcmp(before + bytes, at->out, bytes) != 0)
        fake_told();
    fake_lie_aside(SOUND);
    free(before);
    return status;
}

cudnnStatus_t fake_convolve_to_host(const struct cudnnTensorStruct *xd, const void *x, const struct cudnnFilterStruct *fd, const void *f,
                                    const struct cudnnConvolutionStruct *d, int algo, const void *space, size_t room,
                                    const struct cudnnTensorStruct *yd, float **sums)
{
    struct operands o = { xd, &fd->t, yd, d };
    size_t need;
    float *fx, *fw;

    *sums = NULL;
    if (check(&o) != 0 || workspace_of(FORWARD, &o, algo, &need) != 0)
        return NOT_SUPPORTED;
    if (need > 0 && (room < need || !fake_driver()->owns(space, need)))
        return BAD_PARAM;
    fx = fake_take(xd, x);
    fw = fake_take(&fd->t, f);
    fake_compares();
    if (fx != NULL && fw != NULL) {
        if (fake_lie_is(IN_TF32) && is_tf32(&o))
            fake_told();
        if (is_tf32(&o)) {
            fake_cut_to_tf32(fx, fake_elements(xd));
            fake_cut_to_tf32(fw, fake_elements(&fd->t));
        }
        *sums = calloc(fake_elements(yd), sizeof **sums);
        run(FORWARD, &o, algo, fx, fw, *sums);
    }
    free(fx);
    free(fw);
    return 0;
}

/* ---- The entries ---- */

cudnnStatus_t fake_cudnnGetConvolutionForwardAlgorithmMaxCount(cudnnHandle_t h, int *n)
{
    (void)h;
    return count(n);
}

cudnnStatus_t fake_cudnnGetConvolutionBackwardDataAlgorithmMaxCount(cudnnHandle_t h, int *n)
{
    (void)h;
    return count(n);
}

cudnnStatus_t fake_cudnnGetConvolutionBackwardFilterAlgorithmMaxCount(cudnnHandle_t h, int *n)
{
    (void)h;
    return count(n);
}

cudnnStatus_t fake_cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t h, const cudnnTensorDescriptor_t x, const cudnnFilterDescriptor_t f,
                                                          const cudnnConvolutionDescriptor_t d, const cudnnTensorDescriptor_t y,
                                                          const int asked, int *n, cudnnConvolutionFwdAlgoPerf_t *out)
{
    (void)h;
    return list(FORWARD, &(struct operands){ x, &f->t, y, d }, asked, n, out);
}

cudnnStatus_t fake_cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnnHandle_t h, const cudnnFilterDescriptor_t f, const cudnnTensorDescriptor_t y,
                                                               const cudnnConvolutionDescriptor_t d, const cudnnTensorDescriptor_t x,
                                                               const int asked, int *n, cudnnConvolutionBwdDataAlgoPerf_t *out)
{
    (void)h;
    return list(BACKWARD_DATA, &(struct operands){ x, &f->t, y, d }, asked, n, (cudnnConvolutionFwdAlgoPerf_t *)out);
}

cudnnStatus_t fake_cudnnGetConvolutionBackwardFilterAlgorithm_v7(cudnnHandle_t h, const cudnnTensorDescriptor_t x, const cudnnTensorDescriptor_t y,
                                                                 const cudnnConvolutionDescriptor_t d, const cudnnFilterDescriptor_t f,
                                                                 const int asked, int *n, cudnnConvolutionBwdFilterAlgoPerf_t *out)
{
    (void)h;
    return list(BACKWARD_FILTER, &(struct operands){ x, &f->t, y, d }, asked, n, (cudnnConvolutionFwdAlgoPerf_t *)out);
}

cudnnStatus_t fake_cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t h, const cudnnTensorDescriptor_t x, const cudnnFilterDescriptor_t f,
                                                           const cudnnConvolutionDescriptor_t d, const cudnnTensorDescriptor_t y,
                                                           cudnnConvolutionFwdAlgo_t algo, size_t *bytes)
{
    (void)h;
    return workspace_of(FORWARD, &(struct operands){ x, &f->t, y, d }, algo, bytes);
}

cudnnStatus_t fake_cudnnGetConvolutionBackwardDataWorkspaceSize(cudnnHandle_t h, const cudnnFilterDescriptor_t f, const cudnnTensorDescriptor_t y,
                                                                const cudnnConvolutionDescriptor_t d, const cudnnTensorDescriptor_t x,
                                                                cudnnConvolutionBwdDataAlgo_t algo, size_t *bytes)
{
    (void)h;
    return workspace_of(BACKWARD_DATA, &(struct operands){ x, &f->t, y, d }, algo, bytes);
}

cudnnStatus_t fake_cudnnGetConvolutionBackwardFilterWorkspaceSize(cudnnHandle_t h, const cudnnTensorDescriptor_t x, const cudnnTensorDescriptor_t y,
                                                                  const cudnnConvolutionDescriptor_t d, const cudnnFilterDescriptor_t f,
                                                                  cudnnConvolutionBwdFilterAlgo_t algo, size_t *bytes)
{
    (void)h;
    return workspace_of(BACKWARD_FILTER, &(struct operands){ x, &f->t, y, d }, algo, bytes);
}

struct kept {
    cudnnHandle_t h;
    float alpha, beta;
    cudnnTensorDescriptor_t xd, yd;
    cudnnFilterDescriptor_t fd;
    cudnnConvolutionDescriptor_t d;
    const void *x, *f;
    int algo;
    void *space, *y;
    size_t room;
};

static long again(const void *call)
{
    const struct kept *k = call;

    return cudnnConvolutionForward(k->h, &k->alpha, k->xd, k->x, k->fd, k->f, k->d, k->algo, k->space, k->room, &k->beta, k->yd, k->y);
}

cudnnStatus_t fake_cudnnConvolutionForward(cudnnHandle_t h, const void *alpha, const cudnnTensorDescriptor_t xd, const void *x,
                                           const cudnnFilterDescriptor_t fd, const void *f, const cudnnConvolutionDescriptor_t d,
                                           cudnnConvolutionFwdAlgo_t algo, void *space, size_t room,
                                           const void *beta, const cudnnTensorDescriptor_t yd, void *y)
{
    const float a = *(const float *)alpha, b = *(const float *)beta;

    FAKE_KEEP(h->stream, again, (struct kept){ h, a, b, xd, yd, fd, d, x, f, algo, space, y, room });
    return convolve(FORWARD, (struct operands){ xd, &fd->t, yd, d }, algo, &(struct pointers){ x, f, NULL, y, alpha, beta, space, room });
}

cudnnStatus_t fake_cudnnConvolutionBackwardData(cudnnHandle_t h, const void *alpha, const cudnnFilterDescriptor_t fd, const void *f,
                                                const cudnnTensorDescriptor_t yd, const void *y, const cudnnConvolutionDescriptor_t d,
                                                cudnnConvolutionBwdDataAlgo_t algo, void *space, size_t room,
                                                const void *beta, const cudnnTensorDescriptor_t xd, void *x)
{
    (void)h;
    return convolve(BACKWARD_DATA, (struct operands){ xd, &fd->t, yd, d }, algo, &(struct pointers){ NULL, f, y, x, alpha, beta, space, room });
}

cudnnStatus_t fake_cudnnConvolutionBackwardFilter(cudnnHandle_t h, const void *alpha, const cudnnTensorDescriptor_t xd, const void *x,
                                                  const cudnnTensorDescriptor_t yd, const void *y, const cudnnConvolutionDescriptor_t d,
                                                  cudnnConvolutionBwdFilterAlgo_t algo, void *space, size_t room,
                                                  const void *beta, const cudnnFilterDescriptor_t fd, void *f)
{
    (void)h;
    return convolve(BACKWARD_FILTER, (struct operands){ xd, &fd->t, yd, d }, algo, &(struct pointers){ x, NULL, y, f, alpha, beta, space, room });
}
