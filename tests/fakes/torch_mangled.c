/* The fake libtorch_cpu.so: the mangled C++ names. What fails throws. */
#include "tests/fakes/torch.h"

#include <stdio.h>
#include <stdlib.h>

/* Under its mangled name. */
#define ENTRY(field, ret, params, mangled)      EXPORT ret fake_cpp_##field params __asm__(mangled);
LIBTORCH_MANGLED(ENTRY) LIBTORCH_MORE(ENTRY)

_Noreturn void fake_throw(const char *words);       /* torch_throw.cpp */

typedef const struct at_tensor *X;

static struct at_returned give(T y)
{
    if (y == NULL)
        fake_throw(fake_torch_words);
    return (struct at_returned){ .impl = y };
}

static X done(bool ok, X x)
{
    if (!ok)
        fake_throw(fake_torch_words);
    return x;
}

static T std_in(const struct at_std_tensor *x)
{
    return x->has ? x->impl : NULL;
}

static T c10_in(const struct at_c10_tensor *x)
{
    return x->has ? x->impl : NULL;
}

/* ---- Tensors ---- */

static struct at_returned zeros(struct at_array shape, int type)
{
    T x = fake_new(false, type, (int)shape.n, shape.items);
    float *nothing = x != NULL ? calloc(fake_count(x) + 1, sizeof *nothing) : NULL;

    if (nothing != NULL)
        fake_put(x, nothing);
    free(nothing);
    return give(x);
}

#define ZEROS(field, flag_first) \
    struct at_returned fake_cpp_##field(struct at_array shape, struct at_small type, struct at_small layout, struct at_small_device device, struct at_small pinned) \
    { \
        (void)layout, (void)device, (void)pinned; \
        return zeros(shape, flag_first ? type.b : type.a); \
    }
ZEROS(zeros_c10_sym, true)
ZEROS(zeros_c10, true)
ZEROS(zeros_1_8, true)
ZEROS(zeros_std_sym, false)

#define TO(field) \
    struct at_returned fake_cpp_##field(X x, struct at_device device, int8_t type, bool non_blocking, bool copy, struct at_small format) \
    { \
        (void)non_blocking, (void)copy, (void)format; \
        return give(fake_to(x->impl, device.type == FAKE_CUDA, type)); \
    }
TO(to_device_c10)
TO(to_device_1_8)
TO(to_device_std)

float *fake_cpp_data_ptr(X x)
{
    return ((T)x->impl)->storage->data;
}

float *fake_cpp_data_ptr_1_8(X x)
{
    return ((T)x->impl)->storage->data;
}

static char context;

void *fake_cpp_global_context(void)
{
    return &context;
}

void fake_cpp_allow_tf32_cudnn(void *of, bool allowed)
{
    (void)of, (void)allowed;
}

void fake_cpp_allow_tf32_cublas(void *of, bool allowed)
{
    (void)of, (void)allowed;
}

static struct std_string config(void)
{
    static char text[128];

    snprintf(text, sizeof text, "PyTorch built with:\n  - SIMULATED\n  - Build settings: TORCH_VERSION=%s, USE_CUDA=1, \n", fake_torch_version());
    return (struct std_string){ .text = text, .n = sizeof text };
}

struct std_string fake_cpp_show_config(void)
{
    return config();
}

struct std_string fake_cpp_show_config_old(void)
{
    return config();
}

/* ---- A convolutional network's ---- */

#define OF_X(field, op)     struct at_returned fake_cpp_##field(X x) { return give(op(x->impl)); }
OF_X(relu, fake_relu)
OF_X(relu_1_8, fake_relu)
OF_X(sqrt, fake_sqrt)
OF_X(sqrt_1_8, fake_sqrt)

static struct at_returned flatten(T x)
{
    return give(fake_view(x, 2, (const int64_t[]){ x->sizes[0], (int64_t)fake_count(x) / x->sizes[0] }, NULL));
}

struct at_returned fake_cpp_flatten(X x, int64_t from, int64_t to)
{
    (void)from, (void)to;
    return flatten(x->impl);
}

struct at_returned fake_cpp_flatten_1_8(X x, int64_t from, int64_t to)
{
    (void)from, (void)to;
    return flatten(x->impl);
}

#define POOL(field) \
    struct at_returned fake_cpp_##field(X x, struct at_array size, struct at_array stride, struct at_array pad, struct at_array dilation, bool ceil_mode) \
    { \
        (void)size, (void)stride, (void)pad, (void)dilation, (void)ceil_mode; \
        return give(fake_max_pool2d(x->impl)); \
    }
POOL(max_pool2d)
POOL(max_pool2d_1_8)

#define LINEAR(field, kind) \
    struct at_returned fake_cpp_##field(X x, X w, const struct at_##kind##_tensor *b) { return give(fake_linear(x->impl, w->impl, kind##_in(b))); }
LINEAR(linear_std, std)
LINEAR(linear_c10, c10)
LINEAR(linear_1_8, c10)

#define CONV(field, kind, integer) \
    struct at_returned fake_cpp_##field(X x, X w, const struct at_##kind##_tensor *b, struct at_array stride, struct at_array pad, struct at_array dilation, integer groups) \
    { \
        (void)stride, (void)pad, (void)dilation, (void)groups; \
        return give(fake_conv2d(x->impl, w->impl, kind##_in(b))); \
    }
CONV(conv2d_std_sym, std, const int64_t *)
CONV(conv2d_std, std, int64_t)
CONV(conv2d_c10_sym, c10, const int64_t *)
CONV(conv2d_c10_pad_sym, c10, int64_t)
CONV(conv2d_c10, c10, int64_t)
CONV(conv2d_1_8, c10, int64_t)

/* ---- A transformer's ---- */

#define NORM(field, kind) \
    struct at_returned fake_cpp_##field(X x, struct at_array shape, const struct at_##kind##_tensor *scale, const struct at_##kind##_tensor *bias, double epsilon, bool cudnn) \
    { \
        (void)shape, (void)cudnn; \
        return give(fake_layer_norm(x->impl, kind##_in(scale), kind##_in(bias), epsilon)); \
    }
NORM(layer_norm_std_sym, std)
NORM(layer_norm_c10_sym, c10)
NORM(layer_norm_c10, c10)
NORM(layer_norm_1_8, c10)

#define EMBEDDING(field, integer) \
    struct at_returned fake_cpp_##field(X w, X index, integer padding, bool by_frequency, bool sparse) \
    { \
        (void)padding, (void)by_frequency, (void)sparse; \
        return give(fake_embedding(w->impl, index->impl)); \
    }
EMBEDDING(embedding_sym, const int64_t *)
EMBEDDING(embedding, int64_t)
EMBEDDING(embedding_1_8, int64_t)

struct at_returned fake_cpp_scatter_sym(X dy, X index, const int64_t *rows, const int64_t *padding, bool by_frequency)
{
    (void)by_frequency;
    return give(fake_scatter(dy->impl, index->impl, *rows, *padding));
}

struct at_returned fake_cpp_scatter_rows_sym(X dy, X index, const int64_t *rows, int64_t padding, bool by_frequency)
{
    (void)by_frequency;
    return give(fake_scatter(dy->impl, index->impl, *rows, padding));
}

struct at_returned fake_cpp_scatter(X dy, X index, int64_t rows, int64_t padding, bool by_frequency)
{
    (void)by_frequency;
    return give(fake_scatter(dy->impl, index->impl, rows, padding));
}

struct at_returned fake_cpp_scatter_1_8(X dy, X index, int64_t rows, int64_t padding, bool by_frequency)
{
    return fake_cpp_scatter(dy, index, rows, padding, by_frequency);
}

#define BMM(field)          struct at_returned fake_cpp_##field(X a, X b) { return give(fake_bmm(a->impl, b->impl)); }
BMM(bmm)
BMM(bmm_1_8)

#define SOFTMAX(field) \
    struct at_returned fake_cpp_##field(X x, int64_t dim, struct at_small type) \
    { \
        (void)dim, (void)type; \
        return give(fake_softmax(x->impl)); \
    }
SOFTMAX(softmax_std)
SOFTMAX(softmax_c10)
SOFTMAX(softmax_1_8)

static struct at_returned attend(X q, X k, X v, bool causal, bool scaled)
{
    return give(scaled ? FAKE_REFUSE("the fake scales by 1 / sqrt(width) alone") : fake_attention(q->impl, k->impl, v->impl, causal));
}

struct at_returned fake_cpp_attention_std_gqa(X q, X k, X v, const struct at_std_tensor *mask, double dropout, bool causal, struct at_std_double scale, bool gqa)
{
    (void)dropout, (void)gqa;
    return attend(q, k, v, causal, scale.has || mask->has);
}

struct at_returned fake_cpp_attention_std(X q, X k, X v, const struct at_std_tensor *mask, double dropout, bool causal, struct at_std_double scale)
{
    (void)dropout;
    return attend(q, k, v, causal, scale.has || mask->has);
}

struct at_returned fake_cpp_attention_c10(X q, X k, X v, const struct at_c10_tensor *mask, double dropout, bool causal, struct at_c10_double scale)
{
    (void)dropout;
    return attend(q, k, v, causal, scale.has || mask->has);
}

struct at_returned fake_cpp_attention_2_0(X q, X k, X v, const struct at_c10_tensor *mask, double dropout, bool causal)
{
    (void)dropout;
    return attend(q, k, v, causal, mask->has);
}

/* ---- In place ---- */

#define MUL(field, scalar, number)          X fake_cpp_##field(X x, scalar s) { return done(fake_mul_(x->impl, number), x); }
MUL(mul_, const struct at_scalar *, s->number)
MUL(mul_1_9, const struct at_scalar *, s->number)
MUL(mul_1_8, struct at_scalar, s.number)

#define ADD(field, scalar, number)          X fake_cpp_##field(X x, X y, scalar s) { return done(fake_add_(x->impl, y->impl, number), x); }
ADD(add_, const struct at_scalar *, s->number)
ADD(add_1_9, const struct at_scalar *, s->number)
ADD(add_1_8, struct at_scalar, s.number)

#define ADD_NUMBER(field, scalar, number) \
    X fake_cpp_##field(X x, scalar s, scalar times) \
    { \
        (void)times; \
        return done(fake_add_number_(x->impl, number), x); \
    }
ADD_NUMBER(add_scalar_, const struct at_scalar *, s->number)
ADD_NUMBER(add_scalar_1_9, const struct at_scalar *, s->number)
ADD_NUMBER(add_scalar_1_8, struct at_scalar, s.number)

#define ADDC(field, op, scalar, number)     X fake_cpp_##field(X x, X a, X b, scalar s) { return done(op(x->impl, a->impl, b->impl, number), x); }
ADDC(addcmul_, fake_addcmul_, const struct at_scalar *, s->number)
ADDC(addcmul_1_9, fake_addcmul_, const struct at_scalar *, s->number)
ADDC(addcmul_1_8, fake_addcmul_, struct at_scalar, s.number)
ADDC(addcdiv_, fake_addcdiv_, const struct at_scalar *, s->number)
ADDC(addcdiv_1_9, fake_addcdiv_, const struct at_scalar *, s->number)
ADDC(addcdiv_1_8, fake_addcdiv_, struct at_scalar, s.number)

#define ADAMW(field, kind) \
    void fake_cpp_##field(struct at_tensors x, struct at_tensors dx, struct at_tensors mean, struct at_tensors square, struct at_tensors most, struct at_tensors step, \
                          double lr, double beta1, double beta2, double decay, double epsilon, bool amsgrad, bool maximize, \
                          const struct at_##kind##_tensor *scale, const struct at_##kind##_tensor *found) \
    { \
        (void)most, (void)amsgrad, (void)maximize, (void)scale, (void)found; \
        done(fake_fused_adamw_(x.items->impl, dx.items->impl, mean.items->impl, square.items->impl, step.items->impl, lr, beta1, beta2, decay, epsilon), NULL); \
    }
ADAMW(fused_adamw_std, std)
ADAMW(fused_adamw_c10, c10)

void fake_cpp_fused_sgd_std(struct at_tensors x, struct at_tensors dx, struct at_tensors momentum, double decay, double times, double lr, double dampening,
                            bool nesterov, bool maximize, bool first, const struct at_std_tensor *scale, const struct at_std_tensor *found)
{
    (void)dampening, (void)nesterov, (void)maximize, (void)first, (void)scale, (void)found;
    done(fake_fused_sgd_(x.items->impl, dx.items->impl, momentum.items->impl, decay, times, lr), NULL);
}
