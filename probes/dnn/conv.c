/* dnn.conv.TYPE, dnn.conv.TYPE.backward_data, dnn.conv.TYPE.backward_filter - cuDNN's
 * convolutions and their gradients by every algorithm that it offers, in both layouts,
 * each told by "LAYOUT.ALGORITHM.MATH": on integers, where every element is known; on
 * random data, where the error is bounded (math/conv.h); and twice, where cuDNN
 * promises equal bits. fp32's integers are wrong in TF32. */
#include "child/child.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "child/dnn/sums.h"
#include "math/compare.h"

/* Channels for tensor cores, extents that all differ; a stride, a large filter and odd channels. */
static const struct conv_shape shapes[] = {
    { .n = 2, .c = 16, .h = 9, .w = 7, .k = 24, .r = 3, .s = 3, .pad = 1, .stride = 1 },
    { .n = 3, .c = 5, .h = 13, .w = 11, .k = 6, .r = 5, .s = 5, .pad = 2, .stride = 2 },
};

/* One algorithm on one set of data. */
struct turn {
    struct child           *c;
    struct dnn             *dnn;
    struct dnn_conv        *conv;
    const struct dnn_algo  *algo;
    const struct conv_data *data;
    const char             *key;        /* "nchw.0.IMPLICIT_GEMM.fma": layout, shape, algorithm, math */
    CUdeviceptr             at[3];      /* x, w, y */
};

static CUdeviceptr output_of(const struct turn *t)
{
    return t->at[t->conv->way == CONV_FORWARD ? 2 : t->conv->way == CONV_BACKWARD_DATA ? 0 : 1];
}

/* NULL if it is not supported after all. */
static float *compute(const struct turn *t)
{
    dnn_poison(t->dnn, output_of(t), dnn_conv_output(t->conv));
    if (!dnn_conv_run(t->dnn, t->conv, t->algo, t->at[0], t->at[1], t->at[2]))
        return NULL;
    return dnn_download(t->dnn, dnn_conv_output(t->conv), output_of(t));
}

static const int *dims_of(const struct turn *t)
{
    struct dnn_shape s = dnn_conv_output(t->conv);
    int *dims = host_buffer(t->c, 5 * sizeof *dims);

    dims[0] = s.n;
    dims[1] = s.c;
    dims[2] = s.h;
    dims[3] = s.w;
    return dims;
}

static void saw_element(const struct turn *t, const char *what, const float *got, size_t i)
{
    char index[96];

    compare_index_text(index, sizeof index, i, dims_of(t));
    saw_text(t->c, what, "%s: %s is %.9g, expected %.9g", t->key, index, (double)got[i], t->data->expected[i]);
}

/* By fractions fp32 comes within half of the integer; 16 bits and TF32 do not, and are judged by random data alone. */
static void compare_integers(const struct turn *t, float *got, size_t n)
{
    bool fractions = dnn_algo_family(t->conv->way, t->algo->algo) == CONV_FRACTIONS;
    double largest = 0;
    struct exactness e;

    if (fractions && t->dnn->kind.type != NUMBER_FP32)
        return;
    for (size_t i = 0; i < n && fractions; i++) {
        largest = fmax(largest, fabs((double)got[i] - t->data->expected[i]));
        got[i] = rintf(got[i]);
    }
    e = compare_exactly(got, t->data->expected, n);
    if (e.wrong > 0)
        saw_element(t, "first", got, e.first);
    if (fractions)
        saw_num(t->c, text_make(&t->c->arena, "fraction.%s", t->key), "", largest);
    saw_num(t->c, text_make(&t->c->arena, "wrong.%s", t->key), "", (double)e.wrong);
}

static void compare_random(const struct turn *t, const float *got, size_t n)
{
    enum conv_family family = dnn_algo_family(t->conv->way, t->algo->algo);
    double limit = conv_nmse_limit(t->dnn->kind.type, family, conv_terms(&t->conv->shape, t->conv->way), !t->algo->deterministic);
    struct closeness e = compare_closely(got, t->data->expected, n);

    if (!(e.nmse <= limit))
        saw_element(t, "worst", got, e.worst);
    saw_num(t->c, text_make(&t->c->arena, "nmse.%s", t->key), "", e.nmse);
    saw_num(t->c, text_make(&t->c->arena, "nmse_ratio.%s", t->key), "", e.nmse / limit);
}

static void compare_again(const struct turn *t, const float *got, size_t n)
{
    const float *again = compute(t);
    size_t differ = 0;

    for (size_t i = 0; i < n; i++)
        differ += again == NULL || memcmp(&got[i], &again[i], sizeof *got) != 0;
    saw_num(t->c, text_make(&t->c->arena, "unequal.%s", t->key), "", (double)differ);
}

static void upload(struct turn *t)
{
    const float *const host[] = { t->data->x, t->data->w, t->data->y };
    const struct dnn_shape shape[] = { dnn_conv_x(t->conv), dnn_conv_w(t->conv), dnn_conv_y(t->conv) };

    for (int i = 0; i < 3; i++)
        t->at[i] = dnn_upload(t->dnn, shape[i], host[i]);
}

struct tally { int ran; size_t compared; };

/* All algorithms in one layout. */
static void run_layout(struct child *c, struct dnn *dnn, const struct conv_data *integers, const struct conv_data *random, int number, struct tally *tally)
{
    struct dnn_conv v;
    struct turn exact = { .c = c, .dnn = dnn, .conv = &v, .data = integers }, close = { .c = c, .dnn = dnn, .conv = &v, .data = random };

    dnn_conv_begin(dnn, &v, integers->shape, integers->way);
    upload(&exact);
    upload(&close);
    for (size_t i = 0; i < v.n_algos; i++) {
        size_t n = dnn_count(dnn_conv_output(&v));
        float *got;

        exact.algo = close.algo = &v.algos[i];
        exact.key = close.key = text_make(&c->arena, "%s.%d.%s", dnn_layout_name(dnn->kind), number, dnn_algo_key(c, v.way, &v.algos[i]));
        got = compute(&exact);
        if (got == NULL) {
            saw_text(c, "not_supported", "%s", exact.key);
            continue;
        }
        compare_integers(&exact, got, n);
        got = compute(&close);
        if (got == NULL)
            stop_load(c, "%s: cuDNN supports the algorithm once, and then no more", close.key);
        compare_random(&close, got, n);
        if (v.algos[i].deterministic)
            compare_again(&close, got, n);
        tally->ran++;
        tally->compared += 2 * n;
        child_verified(c, 2);
    }
    if (*v.refused != '\0')
        saw_text(c, "not_supported", "%s.%d: %s", dnn_layout_name(dnn->kind), number, v.refused);
    dnn_conv_end(dnn, &v);
}

/* ---- A convolution that fills the GPU: an image for each multiprocessor ---- */

static void run_filling(struct child *c, struct dnn *dnn, const struct conv_data *data, struct tally *tally)
{
    struct dnn_conv v;
    struct dnn_sums sums;
    struct turn t = { .c = c, .dnn = dnn, .conv = &v, .data = data };

    dnn_conv_begin(dnn, &v, data->shape, data->way);
    upload(&t);
    dnn_sums_expect(dnn, &v, data, t.at[0], t.at[2], &sums);
    for (size_t i = 0; i < v.n_algos; i++) {
        t.algo = &v.algos[i];
        t.key = text_make(&c->arena, "%s.filling.%s", dnn_layout_name(dnn->kind), dnn_algo_key(c, v.way, t.algo));
        if (dnn_algo_family(v.way, t.algo->algo) != CONV_EXACT)
            continue;
        dnn_poison(dnn, output_of(&t), dnn_conv_output(&v));
        if (dnn_conv_run(dnn, &v, t.algo, t.at[0], t.at[1], t.at[2])) {
            dnn_sums_tell(dnn, &v, &sums, output_of(&t), t.key);
            tally->compared += dnn_count(dnn_conv_output(&v));
            child_verified(c, 1);
        }
    }
    dnn_conv_end(dnn, &v);
}

static struct conv_shape filling_shape(struct child *c)
{
    struct conv_shape s = { .c = 32, .h = 15, .w = 13, .k = 64, .r = 3, .s = 3, .pad = 1, .stride = 1 };

    MUST(c, cuda, cuDeviceGetAttribute(&s.n, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, c->device));
    conv_fill_shape(&s);
    return s;
}

/* Our own kernel on the same integers: whether the GPU itself is right. */
static void run_ourselves(struct child *c, struct dnn *dnn, const struct conv_data *d)
{
    const struct conv_shape *s = &d->shape;
    unsigned n = (unsigned)s->n, ch = (unsigned)s->c, h = (unsigned)s->h, wd = (unsigned)s->w, k = (unsigned)s->k;
    unsigned r = (unsigned)s->r, rs = (unsigned)s->s, pad = (unsigned)s->pad, stride = (unsigned)s->stride;
    struct dnn_shape x_shape = { s->n, s->c, s->h, s->w }, w_shape = { s->k, s->c, s->r, s->s }, y_shape = { s->n, s->k, s->p, s->q };
    CUdeviceptr x = dnn_upload(dnn, x_shape, d->x), w = dnn_upload(dnn, w_shape, d->w), y = dnn_output(dnn, y_shape), bias = 0;
    const int dims[] = { s->n, s->k, s->p, s->q, 0 };

    launch(c, "conv_f32", blocks_for(conv_count_y(s)), ((struct grid){ BLOCK, 1, 1 }), &x, &w, &bias, &y, &n, &ch, &h, &wd, &k, &r, &rs, &pad, &stride);
    device_wait(c);
    compare_exact(c, "own", dnn_download(dnn, y_shape, y), d->expected, dims);
}

static void run(struct child *c, enum conv_way way, enum number type)
{
    struct conv_data filling = { .way = way };
    struct tally tally = { 0, 0 };
    struct dnn dnn;

    if ((type == NUMBER_TF32 || type == NUMBER_BF16) && c->cc < 80)
        stop_unsupported(c, "%s needs compute capability 8.0; this GPU has %d.%d", type == NUMBER_TF32 ? "TF32" : "cuDNN's bf16", c->cc / 10, c->cc % 10);
    dnn_begin(&dnn, c, (struct dnn_kind){ type, false });
    for (int i = 0; i < (int)COUNT_OF(shapes); i++) {
        struct conv_data integers = { .shape = shapes[i], .way = way }, random = { .shape = shapes[i], .way = way };

        conv_fill_shape(&integers.shape);
        conv_fill_shape(&random.shape);
        if (!conv_make_integers(&integers, type, &c->arena, c->seed + (uint64_t)i, &c->err))
            stop_ours(c, "%s", c->err.text);
        conv_make_random(&random, type, &c->arena, c->seed + (uint64_t)i);
        for (int nhwc = 0; nhwc < 2; nhwc++) {
            dnn.kind.nhwc = nhwc;
            run_layout(c, &dnn, &integers, &random, i, &tally);
        }
        dnn.kind.nhwc = false;
        if (type == NUMBER_FP32 && way == CONV_FORWARD && i == 0)
            run_ourselves(c, &dnn, &integers);
    }
    filling.shape = filling_shape(c);
    if (!conv_fill_integers(&filling, type, &c->arena, c->seed, &c->err))
        stop_ours(c, "%s", c->err.text);
    for (int nhwc = 0; nhwc < 2; nhwc++) {
        dnn.kind.nhwc = nhwc;
        run_filling(c, &dnn, &filling, &tally);
    }
    saw_num(c, "seed", "", (double)c->seed);
    dnn_end(&dnn);
    if (tally.ran == 0 && type != NUMBER_FP32)
        stop_unsupported(c, "cuDNN offers no %s convolution on this GPU", number_name(type));
    saw_num(c, "algorithms", "", tally.ran);
    saw_num(c, "all.compared", "", (double)tally.compared);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

static const struct expect expects[] = {
    { .key = "own.wrong", .bound = EQUALS, .number = 0, .optional = true, .sentence = "the GPU itself is wrong: %s elements of our own convolution differ", .detail = "own.first" },
    { .key = "algorithms", .bound = AT_LEAST, .number = 1, .sentence = "cuDNN offers no algorithm for a plain convolution" },
    { .key = "wrong.*", .bound = EQUALS, .number = 0, .optional = true, .sentence = "%s elements differ from the exact result", .detail = "first" },
    DNN_SUMS_BOUND,
    { .key = "nmse_ratio.*", .bound = AT_MOST, .number = 1, .sentence = "the error on random data is %s times what the type may show", .detail = "worst", .source = "math/conv.h" },
    { .key = "unequal.*", .bound = EQUALS, .number = 0, .optional = true, .sentence = "%s elements differ when an algorithm that is promised to be deterministic runs again" },
    { .key = NULL },
};

/* CONV(fp32, FP32, , FORWARD, ...): the suffixes of the identifier and of the name are empty for the forward pass. */
#define CONV(type, TYPE, id, suffix, WAY, what) \
    static void run_##type##id(struct child *c) { run(c, CONV_##WAY, NUMBER_##TYPE); } \
    const struct probe probe_dnn_conv_##type##id = { \
        .name     = "dnn.conv." #type suffix, \
        .claim    = "Every " #type " algorithm that cuDNN offers for " what " computes the right result.", \
        .scope    = SCOPE_STACK_DEVICE, \
        .needs    = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS, \
        .stacks   = ON_ANY_STACK, \
        .library  = "cudnn", \
        .rests_on = { &probe_stack_loads, &probe_cuda_launch }, \
        .may_skip = NUMBER_##TYPE != NUMBER_FP32, \
        .expects  = expects, \
        .diagnoses = NUMBER_##TYPE == NUMBER_FP32 && CONV_##WAY == CONV_FORWARD, \
        .run      = run_##type##id, \
    };

#define CONVS(type, TYPE) \
    CONV(type, TYPE, , "", FORWARD, "a convolution") \
    CONV(type, TYPE, _backward_data, ".backward_data", BACKWARD_DATA, "a convolution's gradient of the image") \
    CONV(type, TYPE, _backward_filter, ".backward_filter", BACKWARD_FILTER, "a convolution's gradient of the filters")

CONVS(fp32, FP32)
CONVS(tf32, TF32)
CONVS(fp16, FP16)
CONVS(bf16, BF16)
