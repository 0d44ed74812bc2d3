#include "child/dnn/dnn.h"

#include "base/text.h"

enum { WORKSPACE = 16 << 20 };

#define POISON_HALVES 0x7FFF7FFFu       /* NaN in fp32, and each half of it in fp16 and bf16 */

const float dnn_one = 1, dnn_zero = 0;

/* cuDNN 9: 91900 is 9.19.0; cuDNN 8: 8907 is 8.9.7. */
const char *child_cudnn_version(struct child *c)
{
    size_t v, major_unit;

    child_bind_cudnn(c);
    v = VALUE(c, cudnn, cudnnGetVersion());
    major_unit = v >= 90000 ? 10000 : 1000;
    return text_make(&c->arena, "%zu.%zu.%zu", v / major_unit, v % major_unit / 100, v % 100);
}

void dnn_begin(struct dnn *d, struct child *c, struct dnn_kind kind)
{
    *d = (struct dnn){ .child = c, .kind = kind, .room = WORKSPACE };
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

cudnnDataType_t dnn_type(struct dnn_kind kind)
{
    return kind.type == NUMBER_FP16 ? CUDNN_DATA_HALF : kind.type == NUMBER_BF16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
}

cudnnTensorFormat_t dnn_format(struct dnn_kind kind)
{
    return kind.nhwc ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW;
}

const char *dnn_layout_name(struct dnn_kind kind)
{
    return kind.nhwc ? "nhwc" : "nchw";
}

/* cuDNN 9 has a family of codes, cuDNN 8 one for what the library and one for what the GPU lacks. */
bool dnn_is_not_supported(long code)
{
    return code == 9 || code == 6 || (code >= 3000 && code < 4000);
}

void dnn_demand(struct dnn *d, const char *what, long code)
{
    struct child *c = d->child;

    if (dnn_is_not_supported(code))
        stop_unsupported(c, "cuDNN has no %s for %s on this GPU (%ld)", what, number_name(d->kind.type), code);
    if (code != 0)
        child_call_failed(c, what, &c->cudnn.dl, code);
}

/* ---- Tensors ---- */

size_t dnn_count(struct dnn_shape s)
{
    return (size_t)s.n * (size_t)s.c * (size_t)s.h * (size_t)s.w;
}

size_t dnn_bytes(struct dnn_kind kind, struct dnn_shape s)
{
    return dnn_count(s) * number_bytes(kind.type);
}

cudnnTensorDescriptor_t dnn_tensor(struct dnn *d, struct dnn_shape s)
{
    struct child *c = d->child;
    cudnnTensorFormat_t format = dnn_format(d->kind);
    cudnnDataType_t type = dnn_type(d->kind);
    cudnnTensorDescriptor_t t;

    MUST(c, cudnn, cudnnCreateTensorDescriptor(&t));
    dnn_demand(d, "cudnnSetTensor4dDescriptor", CALL(c, cudnn, cudnnSetTensor4dDescriptor(t, format, type, s.n, s.c, s.h, s.w)));
    return t;
}

void dnn_drop(struct dnn *d, cudnnTensorDescriptor_t t)
{
    struct child *c = d->child;

    MUST(c, cudnn, cudnnDestroyTensorDescriptor(t));
}

void dnn_poison(struct dnn *d, CUdeviceptr p, struct dnn_shape s)
{
    struct child *c = d->child;
    size_t words = (dnn_bytes(d->kind, s) + 3) / 4;     /* a buffer's length is a multiple of four bytes */

    MUST(c, cuda, cuMemsetD32_v2(p, POISON_HALVES, words));
}

CUdeviceptr dnn_output(struct dnn *d, struct dnn_shape s)
{
    CUdeviceptr p = device_buffer(d->child, dnn_bytes(d->kind, s));

    dnn_poison(d, p, s);
    return p;
}

/* By their bits, for millions of them (tests/unit/test_number.c holds these against the definition). */
static void put(enum number type, void *array, size_t at, float v)
{
    switch (type) {
    case NUMBER_FP16: ((uint16_t *)array)[at] = (uint16_t)fp16_of_float(v); break;
    case NUMBER_BF16: ((uint16_t *)array)[at] = (uint16_t)bf16_of_float(v); break;
    case NUMBER_TF32: ((float *)array)[at] = tf32_of_float(v); break;
    default:          ((float *)array)[at] = v; break;
    }
}

/* What lies there as fp32 is taken as fp32: a result has more bits than TF32. */
static float get(enum number type, const void *array, size_t at)
{
    switch (type) {
    case NUMBER_FP16: return float_of_fp16(((const uint16_t *)array)[at]);
    case NUMBER_BF16: return float_of_bf16(((const uint16_t *)array)[at]);
    default:          return ((const float *)array)[at];
    }
}

/* Where element i in the order n, c, h, w lies. */
static size_t place(struct dnn_kind kind, struct dnn_shape s, size_t i)
{
    size_t plane = (size_t)s.h * (size_t)s.w, c = i / plane % (size_t)s.c, n = i / plane / (size_t)s.c;

    return kind.nhwc ? (n * plane + i % plane) * (size_t)s.c + c : i;
}

CUdeviceptr dnn_upload(struct dnn *d, struct dnn_shape s, const float *values)
{
    size_t bytes = dnn_bytes(d->kind, s);
    CUdeviceptr p = device_buffer(d->child, bytes);
    void *packed = host_buffer(d->child, bytes);

    for (size_t i = 0; i < dnn_count(s); i++)
        put(d->kind.type, packed, place(d->kind, s, i), values[i]);
    device_upload(d->child, p, packed, bytes);
    return p;
}

float *dnn_download(struct dnn *d, struct dnn_shape s, CUdeviceptr p)
{
    size_t bytes = dnn_bytes(d->kind, s);
    float *values = host_buffer(d->child, dnn_count(s) * sizeof *values);
    void *packed = host_buffer(d->child, bytes);

    device_download(d->child, packed, p, bytes);
    for (size_t i = 0; i < dnn_count(s); i++)
        values[i] = get(d->kind.type, packed, place(d->kind, s, i));
    return values;
}

/* ---- Layers ---- */

void dnn_add_bias(struct dnn *d, struct dnn_shape shape, CUdeviceptr bias, CUdeviceptr y)
{
    struct child *c = d->child;
    cudnnTensorDescriptor_t b = dnn_tensor(d, (struct dnn_shape){ 1, shape.c, 1, 1 }), t = dnn_tensor(d, shape);

    MUST(c, cudnn, cudnnAddTensor(d->handle, &dnn_one, b, dnn_at(bias), &dnn_one, t, dnn_at(y)));
    dnn_drop(d, b);
    dnn_drop(d, t);
}

void dnn_relu(struct dnn *d, struct dnn_shape shape, CUdeviceptr y)
{
    struct child *c = d->child;
    cudnnTensorDescriptor_t t = dnn_tensor(d, shape);
    cudnnActivationDescriptor_t a;

    MUST(c, cudnn, cudnnCreateActivationDescriptor(&a));
    MUST(c, cudnn, cudnnSetActivationDescriptor(a, CUDNN_ACTIVATION_RELU, CUDNN_PROPAGATE_NAN, 0.0));
    MUST(c, cudnn, cudnnActivationForward(d->handle, a, &dnn_one, t, dnn_at(y), &dnn_zero, t, dnn_at(y)));
    MUST(c, cudnn, cudnnDestroyActivationDescriptor(a));
    dnn_drop(d, t);
}

void dnn_max_pool(struct dnn *d, struct dnn_shape x, CUdeviceptr from, CUdeviceptr to)
{
    struct child *c = d->child;
    cudnnTensorDescriptor_t t = dnn_tensor(d, x), u = dnn_tensor(d, (struct dnn_shape){ x.n, x.c, x.h / 2, x.w / 2 });
    cudnnPoolingDescriptor_t p;

    MUST(c, cudnn, cudnnCreatePoolingDescriptor(&p));
    MUST(c, cudnn, cudnnSetPooling2dDescriptor(p, CUDNN_POOLING_MAX, CUDNN_PROPAGATE_NAN, 2, 2, 0, 0, 2, 2));
    MUST(c, cudnn, cudnnPoolingForward(d->handle, p, &dnn_one, t, dnn_at(from), &dnn_zero, u, dnn_at(to)));
    MUST(c, cudnn, cudnnDestroyPoolingDescriptor(p));
    dnn_drop(d, t);
    dnn_drop(d, u);
}
