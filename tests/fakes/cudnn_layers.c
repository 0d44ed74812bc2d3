/* The fake libcudnn.so.9: bias, activation, pooling, softmax. As the real one, it
 * opens a part of its own by name, late: ReLU is libcudnn_ops.so's. */
#include "tests/fakes/cudnn.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const float one = 1, zero = 0;

/* A call of a layer that a graph makes: from x to y, or x + y. */
struct kept {
    cudnnHandle_t h;
    float alpha, beta;
    const cudnnTensorDescriptor_t xd, yd;
    cudnnActivationDescriptor_t activation;
    cudnnPoolingDescriptor_t pooling;
    const void *x;
    void *y;
};

static float number(const void *p)
{
    return *(const float *)p;
}

/* NULL if the part is missing. */
static void *part(const char *symbol)
{
    static const char name[] = "libcudnn_ops.so";
    static void *handle;
    char file[64];

    snprintf(file, sizeof file, "%s.9", name);
    if (handle == NULL)
        handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        fake_set_last_error(dlerror());
    return handle != NULL ? dlsym(handle, symbol) : NULL;
}

/* ---- Bias ---- */

static long add_again(const void *call)
{
    const struct kept *k = call;

    return cudnnAddTensor(k->h, &k->alpha, k->xd, k->x, &k->beta, k->yd, k->y);
}

/* y = alpha * a + beta * y, with a's extents of 1 repeated. */
cudnnStatus_t fake_cudnnAddTensor(cudnnHandle_t handle, const void *alpha, const cudnnTensorDescriptor_t ad, const void *a,
                                  const void *beta, const cudnnTensorDescriptor_t yd, void *y)
{
    float *from, *out;
    size_t at = 0;

    FAKE_KEEP(handle->stream, add_again, (struct kept){ handle, number(alpha), number(beta), ad, yd, NULL, NULL, a, y });
    if ((ad->n != 1 && ad->n != yd->n) || (ad->c != 1 && ad->c != yd->c) || (ad->h != 1 && ad->h != yd->h) || (ad->w != 1 && ad->w != yd->w))
        return BAD_PARAM;
    from = fake_take(ad, a);
    out = malloc(fake_elements(yd) * sizeof *out);
    for (int n = 0; n < yd->n && from != NULL; n++)
        for (int c = 0; c < yd->c; c++)
            for (int h = 0; h < yd->h; h++)
                for (int w = 0; w < yd->w; w++)
                    out[at++] = from[((n % ad->n * ad->c + c % ad->c) * ad->h + h % ad->h) * ad->w + w % ad->w];
    if (from != NULL)
        fake_put(yd, y, out, alpha, beta);
    free(from);
    free(out);
    return 0;
}

cudnnStatus_t fake_cudnnConvolutionBackwardBias(cudnnHandle_t handle, const void *alpha, const cudnnTensorDescriptor_t yd, const void *dy,
                                                const void *beta, const cudnnTensorDescriptor_t bd, void *db)
{
    float *in, *out;
    size_t plane = (size_t)yd->h * (size_t)yd->w;

    (void)handle;
    if (bd->c != yd->c || fake_elements(bd) != (size_t)yd->c)
        return BAD_PARAM;
    in = fake_take(yd, dy);
    out = calloc((size_t)yd->c, sizeof *out);
    for (size_t i = 0; in != NULL && i < fake_elements(yd); i++)
        out[i / plane % (size_t)yd->c] += in[i];
    if (in != NULL)
        fake_put(bd, db, out, alpha, beta);
    free(in);
    free(out);
    return 0;
}

/* ---- Activation ---- */

cudnnStatus_t fake_cudnnSetActivationDescriptor(cudnnActivationDescriptor_t d, cudnnActivationMode_t mode, cudnnNanPropagation_t nan, double coefficient)
{
    *d = (struct cudnnActivationStruct){ mode, nan, coefficient };
    return mode == CUDNN_ACTIVATION_RELU ? 0 : NOT_SUPPORTED;
}

static cudnnStatus_t relu(float *values, size_t n)
{
    void (*ops)(const float *x, float *y, size_t n, float alpha, float beta);
    void *address = part("cudnn_ops_relu");

    if (address == NULL)
        return PART_NOT_LOADED;
    memcpy(&ops, &address, sizeof ops);
    ops(values, values, n, 1, 0);
    return 0;
}

static long activate_again(const void *call)
{
    const struct kept *k = call;

    return cudnnActivationForward(k->h, k->activation, &k->alpha, k->xd, k->x, &k->beta, k->yd, k->y);
}

cudnnStatus_t fake_cudnnActivationForward(cudnnHandle_t handle, cudnnActivationDescriptor_t d, const void *alpha,
                                          const cudnnTensorDescriptor_t xd, const void *x, const void *beta,
                                          const cudnnTensorDescriptor_t yd, void *y)
{
    cudnnStatus_t status;
    float *values;

    FAKE_KEEP(handle->stream, activate_again, (struct kept){ handle, number(alpha), number(beta), xd, yd, d, NULL, x, y });
    if (!fake_same_shape(xd, yd))
        return BAD_PARAM;
    values = fake_take(xd, x);
    status = values != NULL ? relu(values, fake_elements(xd)) : 0;
    if (values != NULL && status == 0)
        fake_put(yd, y, values, alpha, beta);
    free(values);
    return status;
}

cudnnStatus_t fake_cudnnActivationBackward(cudnnHandle_t handle, cudnnActivationDescriptor_t d, const void *alpha,
                                           const cudnnTensorDescriptor_t yd, const void *y, const cudnnTensorDescriptor_t dyd, const void *dy,
                                           const cudnnTensorDescriptor_t xd, const void *x, const void *beta,
                                           const cudnnTensorDescriptor_t dxd, void *dx)
{
    float *in, *grad;

    (void)handle;
    (void)d;
    (void)y;
    if (!fake_same_shape(xd, yd) || !fake_same_shape(xd, dyd) || !fake_same_shape(xd, dxd))
        return BAD_PARAM;
    in = fake_take(xd, x);
    grad = fake_take(dyd, dy);
    if (in != NULL && grad != NULL) {
        for (size_t i = 0; i < fake_elements(xd); i++)
            grad[i] = in[i] > 0 ? grad[i] : 0;
        fake_put(dxd, dx, grad, alpha, beta);
    }
    free(in);
    free(grad);
    return 0;
}

/* y = relu(alpha1 * convolution + alpha2 * z + bias), each rounded once: the sums are kept in an fp32 tensor of the
 * host's. z is read even where alpha2 is 0, for it is not documented that it is not. A ReLU that passes NaN on is
 * documented as not supported here. */
cudnnStatus_t fake_cudnnConvolutionBiasActivationForward(cudnnHandle_t handle, const void *alpha1, const cudnnTensorDescriptor_t xd, const void *x,
                                                         const cudnnFilterDescriptor_t fd, const void *f, const cudnnConvolutionDescriptor_t d,
                                                         cudnnConvolutionFwdAlgo_t algo, void *space, size_t room, const void *alpha2,
                                                         const cudnnTensorDescriptor_t zd, const void *z, const cudnnTensorDescriptor_t bd,
                                                         const void *bias, const cudnnActivationDescriptor_t ad, const cudnnTensorDescriptor_t yd, void *y)
{
    cudnnStatus_t status;
    float *sums, *b, *addend;
    size_t plane = (size_t)yd->h * (size_t)yd->w;

    (void)handle;
    if (algo != 1 || *(const float *)alpha2 != 0 || ad->nan != CUDNN_NOT_PROPAGATE_NAN)
        return NOT_SUPPORTED;
    if (z == NULL || !fake_same_shape(zd, yd) || bd->c != yd->c || ad->mode != CUDNN_ACTIVATION_RELU)
        return BAD_PARAM;
    status = fake_convolve_to_host(xd, x, fd, f, d, algo, space, room, yd, &sums);
    if (status != 0 || sums == NULL)
        return status;
    b = fake_take(bd, bias);
    addend = fake_take(zd, z);
    for (size_t i = 0; b != NULL && addend != NULL && i < fake_elements(yd); i++)
        sums[i] = *(const float *)alpha1 * sums[i] + *(const float *)alpha2 * addend[i] + b[i / plane % (size_t)yd->c];
    status = b != NULL ? relu(sums, fake_elements(yd)) : 0;
    if (b != NULL && status == 0)
        fake_put(yd, y, sums, &one, &zero);
    free(sums);
    free(b);
    free(addend);
    return status;
}

/* ---- Pooling ---- */

cudnnStatus_t fake_cudnnSetPooling2dDescriptor(cudnnPoolingDescriptor_t d, cudnnPoolingMode_t mode, cudnnNanPropagation_t nan, int h, int w,
                                               int pad_h, int pad_w, int stride_h, int stride_w)
{
    (void)nan;
    if (h < 1 || w < 1 || pad_h < 0 || pad_w < 0 || pad_h >= h || pad_w >= w || stride_h < 1 || stride_w < 1 || mode < 0 || mode > 3)
        return BAD_PARAM;
    *d = (struct cudnnPoolingStruct){ mode, h, w, pad_h, pad_w, stride_h, stride_w };
    return 0;
}

cudnnStatus_t fake_cudnnGetPooling2dForwardOutputDim(const cudnnPoolingDescriptor_t d, const cudnnTensorDescriptor_t x, int *n, int *c, int *h, int *w)
{
    *n = x->n;
    *c = x->c;
    *h = 1 + (x->h + 2 * d->pad_h - d->h) / d->stride_h;
    *w = 1 + (x->w + 2 * d->pad_w - d->w) / d->stride_w;
    return 0;
}

struct window { int top, bottom, left, right, whole; };

static struct window window(const struct cudnnPoolingStruct *d, const struct cudnnTensorStruct *x, int p, int q)
{
    int h = p * d->stride_h - d->pad_h, w = q * d->stride_w - d->pad_w;

    return (struct window){ h > 0 ? h : 0, h + d->h < x->h ? h + d->h : x->h, w > 0 ? w : 0, w + d->w < x->w ? w + d->w : x->w, d->h * d->w };
}

static bool is_average(const struct cudnnPoolingStruct *d)
{
    return d->mode == CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING || d->mode == CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING;
}

static float divisor(const struct cudnnPoolingStruct *d, const struct window *v)
{
    return (float)(d->mode == CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING ? v->whole : (v->bottom - v->top) * (v->right - v->left));
}

/* NaN is the largest. */
static float pooled(const struct cudnnPoolingStruct *d, const float *x, int width, const struct window *v)
{
    float most = -INFINITY, sum = 0;

    for (int h = v->top; h < v->bottom; h++)
        for (int w = v->left; w < v->right; w++) {
            sum += x[h * width + w];
            if (!(x[h * width + w] <= most))
                most = x[h * width + w];
        }
    return is_average(d) ? sum / divisor(d, v) : isnan(sum) ? sum : most;
}

static void spread(const struct cudnnPoolingStruct *d, const float *x, float *dx, int width, const struct window *v, float y, float dy)
{
    for (int h = v->top; h < v->bottom; h++)
        for (int w = v->left; w < v->right; w++)
            if (is_average(d))
                dx[h * width + w] += dy / divisor(d, v);
            else if (x[h * width + w] == y) {
                dx[h * width + w] += dy;
                return;
            }
}

static bool fits(const struct cudnnPoolingStruct *d, const struct cudnnTensorStruct *x, const struct cudnnTensorStruct *y)
{
    struct cudnnTensorStruct t;

    fake_cudnnGetPooling2dForwardOutputDim((cudnnPoolingDescriptor_t)(uintptr_t)d, (cudnnTensorDescriptor_t)(uintptr_t)x, &t.n, &t.c, &t.h, &t.w);
    return fake_same_shape(&t, y);
}

static long pool_again(const void *call)
{
    const struct kept *k = call;

    return cudnnPoolingForward(k->h, k->pooling, &k->alpha, k->xd, k->x, &k->beta, k->yd, k->y);
}

cudnnStatus_t fake_cudnnPoolingForward(cudnnHandle_t handle, const cudnnPoolingDescriptor_t d, const void *alpha,
                                       const cudnnTensorDescriptor_t xd, const void *x, const void *beta,
                                       const cudnnTensorDescriptor_t yd, void *y)
{
    float *in, *out;

    FAKE_KEEP(handle->stream, pool_again, (struct kept){ handle, number(alpha), number(beta), xd, yd, NULL, d, x, y });
    if (!fits(d, xd, yd))
        return BAD_PARAM;
    in = fake_take(xd, x);
    out = malloc(fake_elements(yd) * sizeof *out);
    for (int i = 0; in != NULL && i < (int)fake_elements(yd); i++) {
        struct window v = window(d, xd, i / yd->w % yd->h, i % yd->w);

        out[i] = pooled(d, in + i / (yd->h * yd->w) * xd->h * xd->w, xd->w, &v);
    }
    if (in != NULL)
        fake_put(yd, y, out, alpha, beta);
    free(in);
    free(out);
    return 0;
}

cudnnStatus_t fake_cudnnPoolingBackward(cudnnHandle_t handle, const cudnnPoolingDescriptor_t d, const void *alpha,
                                        const cudnnTensorDescriptor_t yd, const void *y, const cudnnTensorDescriptor_t dyd, const void *dy,
                                        const cudnnTensorDescriptor_t xd, const void *x, const void *beta,
                                        const cudnnTensorDescriptor_t dxd, void *dx)
{
    float *in, *out, *grad, *result = calloc(fake_elements(xd), sizeof *result);

    (void)handle;
    if (!fits(d, xd, yd) || !fake_same_shape(yd, dyd) || !fake_same_shape(xd, dxd)) {
        free(result);
        return BAD_PARAM;
    }
    in = fake_take(xd, x);
    out = fake_take(yd, y);
    grad = fake_take(dyd, dy);
    if (in != NULL && out != NULL && grad != NULL) {
        for (int i = 0; i < (int)fake_elements(yd); i++) {
            struct window v = window(d, xd, i / yd->w % yd->h, i % yd->w);
            int plane = i / (yd->h * yd->w) * xd->h * xd->w;

            spread(d, in + plane, result + plane, xd->w, &v, out[i], grad[i]);
        }
        fake_put(dxd, dx, result, alpha, beta);
    }
    free(in);
    free(out);
    free(grad);
    free(result);
    return 0;
}

/* ---- Softmax over the channels ---- */

/* Element c of the column of channels that begins at `column`. */
static float *of_column(float *values, const struct cudnnTensorStruct *t, int column, int c)
{
    int plane = t->h * t->w;

    return &values[(column / plane * t->c + c) * plane + column % plane];
}

cudnnStatus_t fake_cudnnSoftmaxForward(cudnnHandle_t handle, cudnnSoftmaxAlgorithm_t algo, cudnnSoftmaxMode_t mode, const void *alpha,
                                       const cudnnTensorDescriptor_t xd, const void *x, const void *beta, const cudnnTensorDescriptor_t yd, void *y)
{
    float *v;

    (void)handle;
    if (algo != CUDNN_SOFTMAX_ACCURATE || mode != CUDNN_SOFTMAX_MODE_CHANNEL)
        return NOT_SUPPORTED;
    if (!fake_same_shape(xd, yd))
        return BAD_PARAM;
    v = fake_take(xd, x);
    for (int i = 0; v != NULL && i < xd->n * xd->h * xd->w; i++) {
        float most = -INFINITY, sum = 0;

        for (int c = 0; c < xd->c; c++)
            most = fmaxf(most, *of_column(v, xd, i, c));
        for (int c = 0; c < xd->c; c++)
            sum += *of_column(v, xd, i, c) = expf(*of_column(v, xd, i, c) - most);
        for (int c = 0; c < xd->c; c++)
            *of_column(v, xd, i, c) /= sum;
    }
    if (v != NULL)
        fake_put(yd, y, v, alpha, beta);
    free(v);
    return 0;
}

cudnnStatus_t fake_cudnnSoftmaxBackward(cudnnHandle_t handle, cudnnSoftmaxAlgorithm_t algo, cudnnSoftmaxMode_t mode, const void *alpha,
                                        const cudnnTensorDescriptor_t yd, const void *y, const cudnnTensorDescriptor_t dyd, const void *dy,
                                        const void *beta, const cudnnTensorDescriptor_t dxd, void *dx)
{
    float *v, *g;

    (void)handle;
    if (algo != CUDNN_SOFTMAX_ACCURATE || mode != CUDNN_SOFTMAX_MODE_CHANNEL)
        return NOT_SUPPORTED;
    if (!fake_same_shape(yd, dyd) || !fake_same_shape(yd, dxd))
        return BAD_PARAM;
    v = fake_take(yd, y);
    g = fake_take(dyd, dy);
    for (int i = 0; v != NULL && g != NULL && i < yd->n * yd->h * yd->w; i++) {
        float dot = 0;

        for (int c = 0; c < yd->c; c++)
            dot += *of_column(v, yd, i, c) * *of_column(g, yd, i, c);
        for (int c = 0; c < yd->c; c++)
            *of_column(g, yd, i, c) = *of_column(v, yd, i, c) * (*of_column(g, yd, i, c) - dot);
    }
    if (v != NULL && g != NULL)
        fake_put(dxd, dx, g, alpha, beta);
    free(v);
    free(g);
    return 0;
}
