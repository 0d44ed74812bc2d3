/* The fake libcudnn.so.9: fp32 NCHW by plain loops. As the real one, it opens a
 * part of its own by name, late: pointwise work is libcudnn_ops.so's. */
#include "load/cudnn.h"
#include "tests/fakes/gate.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FAKE_LIBRARY(CUDNN_SYMS)

enum { BAD_PARAM = 2000, NOT_SUPPORTED = 3000, PART_NOT_LOADED = 1008, NO_DEVICE = 1001, WORKSPACE_BYTES = 4096 };

const long fake_failure = 4000;         /* CUDNN_STATUS_INTERNAL_ERROR */

struct cudnnContext { int unused; };
struct cudnnTensorStruct { int n, c, h, w; };
struct cudnnFilterStruct { int k, c, h, w; };
struct cudnnConvolutionStruct { int pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w; cudnnMathType_t math; };
struct cudnnActivationStruct { cudnnActivationMode_t mode; double coefficient; };
struct cudnnPoolingStruct { int h, w, pad_h, pad_w, stride_h, stride_w; };

static char last_error[256];

size_t fake_cudnnGetVersion(void)
{
    return 91900;
}

size_t fake_cudnnGetCudartVersion(void)
{
    return 13000;
}

const char *fake_cudnnGetErrorString(cudnnStatus_t code)
{
    switch (code) {
    case 0:               return "CUDNN_STATUS_SUCCESS";
    case NO_DEVICE:       return "CUDNN_STATUS_NOT_INITIALIZED";
    case PART_NOT_LOADED: return "CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED";
    case BAD_PARAM:       return "CUDNN_STATUS_BAD_PARAM";
    case NOT_SUPPORTED:   return "CUDNN_STATUS_NOT_SUPPORTED";
    case 4000:            return "CUDNN_STATUS_INTERNAL_ERROR";
    }
    return "CUDNN_UNKNOWN_STATUS";
}

void fake_cudnnGetLastErrorString(char *out, size_t size)
{
    snprintf(out, size, "%s", last_error);
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
        snprintf(last_error, sizeof last_error, "%s", dlerror());
    return handle != NULL ? dlsym(handle, symbol) : NULL;
}

cudnnStatus_t fake_cudnnCreate(cudnnHandle_t *h)
{
    if (!fake_driver_serves())
        return NO_DEVICE;
    *h = calloc(1, sizeof **h);
    return 0;
}

cudnnStatus_t fake_cudnnDestroy(cudnnHandle_t h)
{
    free(h);
    return 0;
}

#define DESCRIPTOR(what) \
    cudnnStatus_t fake_cudnnCreate##what##Descriptor(cudnn##what##Descriptor_t *d) \
    { \
        *d = calloc(1, sizeof **d); \
        return 0; \
    } \
    cudnnStatus_t fake_cudnnDestroy##what##Descriptor(cudnn##what##Descriptor_t d) \
    { \
        free(d); \
        return 0; \
    }

DESCRIPTOR(Tensor)
DESCRIPTOR(Filter)
DESCRIPTOR(Convolution)
DESCRIPTOR(Activation)
DESCRIPTOR(Pooling)

cudnnStatus_t fake_cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t d, cudnnTensorFormat_t format, cudnnDataType_t type, int n, int c, int h, int w)
{
    if (n < 1 || c < 1 || h < 1 || w < 1)
        return BAD_PARAM;
    *d = (struct cudnnTensorStruct){ n, c, h, w };
    return format == CUDNN_TENSOR_NCHW && type == CUDNN_DATA_FLOAT ? 0 : NOT_SUPPORTED;
}

cudnnStatus_t fake_cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t d, cudnnDataType_t type, cudnnTensorFormat_t format, int k, int c, int h, int w)
{
    if (k < 1 || c < 1 || h < 1 || w < 1)
        return BAD_PARAM;
    *d = (struct cudnnFilterStruct){ k, c, h, w };
    return format == CUDNN_TENSOR_NCHW && type == CUDNN_DATA_FLOAT ? 0 : NOT_SUPPORTED;
}

cudnnStatus_t fake_cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t d, int pad_h, int pad_w, int stride_h, int stride_w,
                                                   int dilation_h, int dilation_w, cudnnConvolutionMode_t mode, cudnnDataType_t type)
{
    if (pad_h < 0 || pad_w < 0 || stride_h < 1 || stride_w < 1 || dilation_h < 1 || dilation_w < 1)
        return BAD_PARAM;
    *d = (struct cudnnConvolutionStruct){ pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w, 0 };
    return mode == CUDNN_CROSS_CORRELATION && type == CUDNN_DATA_FLOAT ? 0 : NOT_SUPPORTED;
}

cudnnStatus_t fake_cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t d, cudnnMathType_t math)
{
    d->math = math;
    return 0;
}

cudnnStatus_t fake_cudnnGetConvolution2dForwardOutputDim(const cudnnConvolutionDescriptor_t d, const cudnnTensorDescriptor_t x,
                                                         const cudnnFilterDescriptor_t f, int *n, int *c, int *h, int *w)
{
    if (x->c != f->c)
        return BAD_PARAM;
    *n = x->n;
    *c = f->k;
    *h = 1 + (x->h + 2 * d->pad_h - ((f->h - 1) * d->dilation_h + 1)) / d->stride_h;
    *w = 1 + (x->w + 2 * d->pad_w - ((f->w - 1) * d->dilation_w + 1)) / d->stride_w;
    return 0;
}

cudnnStatus_t fake_cudnnGetConvolutionForwardAlgorithmMaxCount(cudnnHandle_t h, int *n)
{
    (void)h;
    *n = 2;
    return 0;
}

/* IMPLICIT_PRECOMP_GEMM with a workspace, IMPLICIT_GEMM without. */
cudnnStatus_t fake_cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t h, const cudnnTensorDescriptor_t x, const cudnnFilterDescriptor_t f,
                                                          const cudnnConvolutionDescriptor_t d, const cudnnTensorDescriptor_t y,
                                                          const int asked, int *n, cudnnConvolutionFwdAlgoPerf_t *out)
{
    (void)h;
    (void)y;
    if (x->c != f->c || asked < 1)
        return BAD_PARAM;
    *n = asked < 2 ? asked : 2;
    for (int i = 0; i < *n; i++)
        out[i] = (cudnnConvolutionFwdAlgoPerf_t){
            .algo = 1 - i, .time = -1, .memory = i == 0 ? WORKSPACE_BYTES : 0, .determinism = 1, .mathType = d->math };
    return 0;
}

cudnnStatus_t fake_cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t h, const cudnnTensorDescriptor_t x, const cudnnFilterDescriptor_t f,
                                                           const cudnnConvolutionDescriptor_t d, const cudnnTensorDescriptor_t y,
                                                           cudnnConvolutionFwdAlgo_t algo, size_t *bytes)
{
    (void)h;
    (void)x;
    (void)f;
    (void)d;
    (void)y;
    *bytes = algo == 1 ? WORKSPACE_BYTES : 0;
    return algo == 0 || algo == 1 ? 0 : NOT_SUPPORTED;
}

static size_t elements(const struct cudnnTensorStruct *t)
{
    return (size_t)t->n * (size_t)t->c * (size_t)t->h * (size_t)t->w;
}

/* Memory that is not all the device's is a fault that shows later, as on a GPU. */
static bool is_there(const void *p, size_t n)
{
    if (fake_driver()->owns(p, n * sizeof(float)))
        return true;
    fake_driver()->late(700);
    return false;
}

static void blend(float *out, float alpha, float value, float beta)
{
    *out = beta == 0 ? alpha * value : alpha * value + beta * *out;     /* 0 does not read what is there */
}

static const float *at4(const float *p, int c, int h, int w, int in, int ic, int ih, int iw)
{
    return p + (((size_t)in * (size_t)c + (size_t)ic) * (size_t)h + (size_t)ih) * (size_t)w + (size_t)iw;
}

static float convolve_one(const float *x, const struct cudnnTensorStruct *xd, const float *f, const struct cudnnFilterStruct *fd,
                          const struct cudnnConvolutionStruct *d, int n, int k, int oh, int ow)
{
    float sum = 0;

    for (int c = 0; c < fd->c; c++)
        for (int i = 0; i < fd->h; i++)
            for (int j = 0; j < fd->w; j++) {
                int h = oh * d->stride_h - d->pad_h + i * d->dilation_h, w = ow * d->stride_w - d->pad_w + j * d->dilation_w;

                if (h >= 0 && h < xd->h && w >= 0 && w < xd->w)
                    sum += *at4(x, xd->c, xd->h, xd->w, n, c, h, w) * *at4(f, fd->c, fd->h, fd->w, k, c, i, j);
            }
    return sum;
}

cudnnStatus_t fake_cudnnConvolutionForward(cudnnHandle_t handle, const void *alpha, const cudnnTensorDescriptor_t xd, const void *x,
                                           const cudnnFilterDescriptor_t fd, const void *f, const cudnnConvolutionDescriptor_t d,
                                           cudnnConvolutionFwdAlgo_t algo, void *workspace, size_t bytes,
                                           const void *beta, const cudnnTensorDescriptor_t yd, void *y)
{
    int n, k, h, w;
    float *out = y;

    (void)handle;
    if (fake_cudnnGetConvolution2dForwardOutputDim(d, xd, fd, &n, &k, &h, &w) != 0
        || n != yd->n || k != yd->c || h != yd->h || w != yd->w)
        return BAD_PARAM;
    if (algo != 0 && (algo != 1 || bytes < WORKSPACE_BYTES || workspace == NULL))
        return algo == 1 ? BAD_PARAM : NOT_SUPPORTED;
    if (!is_there(x, elements(xd)) || !is_there(f, (size_t)fd->k * (size_t)fd->c * (size_t)fd->h * (size_t)fd->w) || !is_there(y, elements(yd)))
        return 0;
    for (int in = 0; in < n; in++)
        for (int ik = 0; ik < k; ik++)
            for (int oh = 0; oh < h; oh++)
                for (int ow = 0; ow < w; ow++)
                    blend(out++, *(const float *)alpha, convolve_one(x, xd, f, fd, d, in, ik, oh, ow), *(const float *)beta);
    fake_spoil(y, elements(yd));
    return 0;
}

/* y = alpha * a + beta * y, with a's extents of 1 repeated. */
cudnnStatus_t fake_cudnnAddTensor(cudnnHandle_t handle, const void *alpha, const cudnnTensorDescriptor_t ad, const void *a,
                                  const void *beta, const cudnnTensorDescriptor_t yd, void *y)
{
    float *out = y;

    (void)handle;
    if ((ad->n != 1 && ad->n != yd->n) || (ad->c != 1 && ad->c != yd->c) || (ad->h != 1 && ad->h != yd->h) || (ad->w != 1 && ad->w != yd->w))
        return BAD_PARAM;
    if (!is_there(a, elements(ad)) || !is_there(y, elements(yd)))
        return 0;
    for (int n = 0; n < yd->n; n++)
        for (int c = 0; c < yd->c; c++)
            for (int h = 0; h < yd->h; h++)
                for (int w = 0; w < yd->w; w++)
                    blend(out++, *(const float *)alpha,
                          *at4(a, ad->c, ad->h, ad->w, n % ad->n, c % ad->c, h % ad->h, w % ad->w), *(const float *)beta);
    fake_spoil(y, elements(yd));
    return 0;
}

cudnnStatus_t fake_cudnnSetActivationDescriptor(cudnnActivationDescriptor_t d, cudnnActivationMode_t mode, cudnnNanPropagation_t nan, double coefficient)
{
    (void)nan;
    *d = (struct cudnnActivationStruct){ mode, coefficient };
    return mode == CUDNN_ACTIVATION_RELU ? 0 : NOT_SUPPORTED;
}

cudnnStatus_t fake_cudnnActivationForward(cudnnHandle_t handle, cudnnActivationDescriptor_t d, const void *alpha,
                                          const cudnnTensorDescriptor_t xd, const void *x, const void *beta,
                                          const cudnnTensorDescriptor_t yd, void *y)
{
    void (*relu)(const float *x, float *y, size_t n, float alpha, float beta);
    void *address = part("cudnn_ops_relu");

    (void)handle;
    (void)d;
    if (address == NULL)
        return PART_NOT_LOADED;
    if (elements(xd) != elements(yd))
        return BAD_PARAM;
    memcpy(&relu, &address, sizeof relu);
    if (is_there(x, elements(xd)) && is_there(y, elements(yd))) {
        relu(x, y, elements(xd), *(const float *)alpha, *(const float *)beta);
        fake_spoil(y, elements(yd));
    }
    return 0;
}

cudnnStatus_t fake_cudnnSetPooling2dDescriptor(cudnnPoolingDescriptor_t d, cudnnPoolingMode_t mode, cudnnNanPropagation_t nan, int h, int w,
                                               int pad_h, int pad_w, int stride_h, int stride_w)
{
    (void)nan;
    if (h < 1 || w < 1 || pad_h < 0 || pad_w < 0 || pad_h >= h || pad_w >= w || stride_h < 1 || stride_w < 1)
        return BAD_PARAM;
    *d = (struct cudnnPoolingStruct){ h, w, pad_h, pad_w, stride_h, stride_w };
    return mode == CUDNN_POOLING_MAX ? 0 : NOT_SUPPORTED;
}

static float largest(const float *x, const struct cudnnTensorStruct *xd, const struct cudnnPoolingStruct *d, int n, int c, int oh, int ow)
{
    float most = -INFINITY;

    for (int i = 0; i < d->h; i++)
        for (int j = 0; j < d->w; j++) {
            int h = oh * d->stride_h - d->pad_h + i, w = ow * d->stride_w - d->pad_w + j;
            float v;

            if (h < 0 || h >= xd->h || w < 0 || w >= xd->w)
                continue;
            v = *at4(x, xd->c, xd->h, xd->w, n, c, h, w);
            if (v > most || isnan(v))
                most = v;
            if (isnan(v))
                return v;
        }
    return most;
}

cudnnStatus_t fake_cudnnPoolingForward(cudnnHandle_t handle, const cudnnPoolingDescriptor_t d, const void *alpha,
                                       const cudnnTensorDescriptor_t xd, const void *x, const void *beta,
                                       const cudnnTensorDescriptor_t yd, void *y)
{
    float *out = y;

    (void)handle;
    if (yd->n != xd->n || yd->c != xd->c || yd->h != 1 + (xd->h + 2 * d->pad_h - d->h) / d->stride_h
        || yd->w != 1 + (xd->w + 2 * d->pad_w - d->w) / d->stride_w)
        return BAD_PARAM;
    if (!is_there(x, elements(xd)) || !is_there(y, elements(yd)))
        return 0;
    for (int n = 0; n < yd->n; n++)
        for (int c = 0; c < yd->c; c++)
            for (int h = 0; h < yd->h; h++)
                for (int w = 0; w < yd->w; w++)
                    blend(out++, *(const float *)alpha, largest(x, xd, d, n, c, h, w), *(const float *)beta);
    fake_spoil(y, elements(yd));
    return 0;
}
