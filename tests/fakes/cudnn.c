/* The fake libcudnn.so.9: its handle and descriptors, and tensors in and out of device memory. */
#include "tests/fakes/cudnn.h"
#include "tests/fakes/number.h"

#include <stdio.h>
#include <stdlib.h>

CUDNN_SYMS(FAKE_ENTRY)

const long fake_failure = 4000;         /* CUDNN_STATUS_INTERNAL_ERROR */

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

void fake_set_last_error(const char *text)
{
    snprintf(last_error, sizeof last_error, "%s", text);
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

cudnnStatus_t fake_cudnnSetStream(cudnnHandle_t h, CUstream s)
{
    h->stream = s;
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

static size_t bytes_of(cudnnDataType_t type)
{
    return type == CUDNN_DATA_FLOAT ? 4 : 2;
}

static bool is_known(cudnnTensorFormat_t format, cudnnDataType_t type)
{
    return (format == CUDNN_TENSOR_NCHW || format == CUDNN_TENSOR_NHWC)
        && (type == CUDNN_DATA_FLOAT || type == CUDNN_DATA_HALF || type == CUDNN_DATA_BFLOAT16);
}

cudnnStatus_t fake_cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t d, cudnnTensorFormat_t format, cudnnDataType_t type, int n, int c, int h, int w)
{
    if (n < 1 || c < 1 || h < 1 || w < 1)
        return BAD_PARAM;
    *d = (struct cudnnTensorStruct){ type, format, n, c, h, w };
    return is_known(format, type) ? 0 : NOT_SUPPORTED;
}

cudnnStatus_t fake_cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t d, cudnnDataType_t type, cudnnTensorFormat_t format, int k, int c, int h, int w)
{
    return fake_cudnnSetTensor4dDescriptor(&d->t, format, type, k, c, h, w);
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

/* ---- Tensors ---- */

size_t fake_elements(const struct cudnnTensorStruct *t)
{
    return (size_t)t->n * (size_t)t->c * (size_t)t->h * (size_t)t->w;
}

size_t fake_tensor_bytes(const struct cudnnTensorStruct *t)
{
    return fake_elements(t) * bytes_of(t->type);
}

bool fake_same_shape(const struct cudnnTensorStruct *a, const struct cudnnTensorStruct *b)
{
    return a->n == b->n && a->c == b->c && a->h == b->h && a->w == b->w;
}

static float load(const void *p, cudnnDataType_t type, size_t i)
{
    switch (type) {
    case CUDNN_DATA_HALF:     return fake_from_fp16(((const uint16_t *)p)[i]);
    case CUDNN_DATA_BFLOAT16: return fake_from_bf16(((const uint16_t *)p)[i]);
    }
    return ((const float *)p)[i];
}

static void store(void *p, cudnnDataType_t type, size_t i, float v)
{
    switch (type) {
    case CUDNN_DATA_HALF:     ((uint16_t *)p)[i] = fake_to_fp16(v); break;
    case CUDNN_DATA_BFLOAT16: ((uint16_t *)p)[i] = fake_to_bf16(v); break;
    default:                  ((float *)p)[i] = v;
    }
}

/* Where element i of the order n, c, h, w lies. */
static size_t place(const struct cudnnTensorStruct *t, size_t i)
{
    size_t plane = (size_t)t->h * (size_t)t->w, c = i / plane % (size_t)t->c, n = i / plane / (size_t)t->c;

    return t->format == CUDNN_TENSOR_NCHW ? i : (n * plane + i % plane) * (size_t)t->c + c;
}

static bool is_there(const struct cudnnTensorStruct *t, const void *p)
{
    if (fake_driver()->owns(p, fake_elements(t) * bytes_of(t->type)))
        return true;
    fake_driver()->late(700);
    return false;
}

float *fake_take(const struct cudnnTensorStruct *t, const void *p)
{
    size_t n = fake_elements(t);
    float *values;

    if (!is_there(t, p))
        return NULL;
    values = malloc(n * sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = load(p, t->type, place(t, i));
    return values;
}

static void store_all(const struct cudnnTensorStruct *t, void *p, const float *values, float a, float b)
{
    for (size_t i = 0; i < fake_elements(t); i++)
        store(p, t->type, place(t, i), b == 0 ? a * values[i] : a * values[i] + b * load(p, t->type, place(t, i)));
}

/* With a lie, the truth first, beside which it shows whether it is one. */
void fake_put(const struct cudnnTensorStruct *t, void *p, float *values, const void *alpha, const void *beta)
{
    const float a = *(const float *)alpha, b = *(const float *)beta;
    size_t n = fake_elements(t), bytes = fake_tensor_bytes(t);
    unsigned char *before = NULL;

    fake_compares();
    if (!is_there(t, p))
        return;
    if (fake_spoil_is_ordered()) {
        before = malloc(2 * bytes + 1);
        memcpy(before, p, bytes);
        store_all(t, p, values, a, b);
        memcpy(before + bytes, p, bytes);
        memcpy(p, before, bytes);
    }
    fake_spoil_quietly(values, n);
    if (!fake_lie_is(STALE_RESULT))
        store_all(t, p, values, a, b);
    if (before != NULL && memcmp(before + bytes, p, bytes) != 0)
        fake_told();
    free(before);
    fake_lie_aside(SOUND);
}

void fake_cut_to_tf32(float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] = fake_rounded(values[i], 13);
}
