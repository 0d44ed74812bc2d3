/* bench.start.* - what a program waits for before its first result: the driver and a context, our own kernels, and
 * of a stack its libraries' opening and their first call. Each in a process of its own, where nothing is ready yet. */
#include "child/dnn/conv.h"

#include "base/clock.h"
#include "base/text.h"
#include "math/compare.h"
#include "math/random.h"

/* From begin to end, in the parts that are told apart: "time.open", ... */
struct start { struct child *c; double began, part; };

static struct start begin(struct child *c)
{
    const double now = clock_ms_fine();

    return (struct start){ .c = c, .began = now, .part = now };
}

static void part(struct start *s, const char *key)
{
    const double now = clock_ms_fine();

    saw_num(s->c, key, "ms", now - s->part);
    s->part = now;
}

static void end(struct start *s)
{
    device_wait(s->c);
    part(s, "time.first_call");
    saw_num(s->c, "time", "ms", s->part - s->began);
}

/* ---- The driver, and our kernels ---- */

/* The count is 1 where the kernel ran once. */
static uint64_t tick_once(struct child *c, CUdeviceptr count)
{
    launch(c, "tick", ((struct grid){ 1, 1, 1 }), ((struct grid){ 32, 1, 1 }), &count);
    return 1;
}

static CUdeviceptr zero(struct child *c)
{
    const uint64_t none = 0;
    CUdeviceptr p = device_buffer(c, sizeof none);

    device_upload(c, p, &none, sizeof none);
    return p;
}

static void see_word(struct child *c, CUdeviceptr p, uint64_t expected)
{
    uint64_t got;

    device_download(c, &got, p, sizeof got);
    saw_num(c, "wrong", "", got != expected);
}

static void run_context(struct child *c)
{
    struct start s = begin(c);
    CUdeviceptr p;

    child_open_driver(c);
    part(&s, "time.driver");
    child_open_context(c);
    part(&s, "time.context");
    p = device_buffer(c, sizeof c->seed);
    device_upload(c, p, &c->seed, sizeof c->seed);
    end(&s);
    see_word(c, p, c->seed);
}

static void run_kernels(struct child *c)
{
    CUdeviceptr count = zero(c);
    struct start s = begin(c);
    uint64_t ran;

    child_load_kernels(c);
    part(&s, "time.load");
    ran = tick_once(c, count);
    end(&s);
    saw_text(c, "time.way", "%s", child_kernels_rung(c));
    see_word(c, count, ran);
}

/* ---- A stack ---- */

enum { SIDE = 64, MOST = 8 };

static float *integers(struct child *c, uint64_t seed)
{
    float *x = host_buffer(c, SIDE * SIDE * sizeof *x);
    struct random r = { seed };

    for (size_t i = 0; i < SIDE * SIDE; i++)
        x[i] = (float)random_integer(&r, -MOST, MOST);
    return x;
}

static CUdeviceptr upload(struct child *c, const float *x)
{
    CUdeviceptr p = device_buffer(c, SIDE * SIDE * sizeof *x);

    device_upload(c, p, x, SIDE * SIDE * sizeof *x);
    return p;
}

/* D = A B in column-major order, which integers as small as these leave exact. */
static void see_product(struct child *c, const float *a, const float *b, CUdeviceptr d)
{
    float *got = host_buffer(c, SIDE * SIDE * sizeof *got);
    double *expected = host_buffer(c, SIDE * SIDE * sizeof *expected);

    device_download(c, got, d, SIDE * SIDE * sizeof *got);
    for (size_t j = 0; j < SIDE; j++)
        for (size_t i = 0; i < SIDE; i++) {
            expected[j * SIDE + i] = 0;
            for (size_t k = 0; k < SIDE; k++)
                expected[j * SIDE + i] += (double)a[k * SIDE + i] * (double)b[j * SIDE + k];
        }
    saw_num(c, "wrong", "", (double)compare_exactly(got, expected, SIDE * SIDE).wrong);
}

static void run_product(struct child *c)
{
    const float one = 1, none = 0, *a = integers(c, c->seed), *b = integers(c, ~c->seed);
    const CUdeviceptr at_a = upload(c, a), at_b = upload(c, b), at_d = device_buffer(c, SIDE * SIDE * sizeof(float));
    const float *pa = (const float *)(uintptr_t)at_a, *pb = (const float *)(uintptr_t)at_b;
    float *pd = (float *)(uintptr_t)at_d;
    struct start s = begin(c);
    cublasHandle_t handle;

    child_open_stack(c);
    child_bind_cublas(c);
    part(&s, "time.open");
    MUST(c, cublas, cublasCreate_v2(&handle));
    part(&s, "time.create");
    MUST(c, cublas, cublasSgemm_v2(handle, CUBLAS_OP_N, CUBLAS_OP_N, SIDE, SIDE, SIDE, &one, pa, SIDE, pb, SIDE, &none, pd, SIDE));
    end(&s);
    see_product(c, a, b, at_d);
    MUST(c, cublas, cublasDestroy_v2(handle));
}

/* The first that cuDNN offers and supports, of those that keep integers exact. */
static void convolve(struct dnn *d, struct dnn_conv *v, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y)
{
    for (size_t i = 0; i < v->n_algos; i++)
        if (dnn_algo_family(CONV_FORWARD, v->algos[i].algo) == CONV_EXACT && dnn_conv_run(d, v, &v->algos[i], x, w, y)) {
            saw_text(d->child, "time.way", "%s", dnn_algo_name(CONV_FORWARD, v->algos[i].algo));
            return;
        }
    stop_unsupported(d->child, "cuDNN offers no fp32 algorithm for this convolution that keeps integers exact");
}

static void run_convolution(struct child *c)
{
    struct conv_data data = { .shape = { .n = 2, .c = 3, .h = 16, .w = 16, .k = 8, .r = 3, .s = 3, .pad = 1, .stride = 1 }, .way = CONV_FORWARD };
    struct dnn_conv v;
    CUdeviceptr x, w, y;
    struct start s;
    struct dnn d;

    conv_fill_shape(&data.shape);
    if (!conv_make_integers(&data, NUMBER_FP32, &c->arena, c->seed, &c->err))
        stop_ours(c, "%s", c->err.text);
    s = begin(c);
    child_open_stack(c);
    child_bind_cudnn(c);
    part(&s, "time.open");
    dnn_begin(&d, c, (struct dnn_kind){ NUMBER_FP32, false });
    part(&s, "time.create");
    dnn_conv_begin(&d, &v, data.shape, CONV_FORWARD);
    x = dnn_upload(&d, dnn_conv_x(&v), data.x);
    w = dnn_upload(&d, dnn_conv_w(&v), data.w);
    y = dnn_output(&d, dnn_conv_y(&v));
    part(&s, "time.describe");
    convolve(&d, &v, x, w, y);
    end(&s);
    saw_num(c, "wrong", "", (double)compare_exactly(dnn_download(&d, dnn_conv_y(&v), y), data.expected, dnn_count(dnn_conv_y(&v))).wrong);
    dnn_conv_end(&d, &v);
    dnn_end(&d);
}

static const struct expect bounds[] = {
    { .key = "wrong", .bound = EQUALS, .number = 0, .sentence = "the first result is wrong in %s elements" },
    { .key = "time", .bound = AT_LEAST, .number = 0, .sentence = "the time is no number above 0: %s ms" },
    { .key = NULL },
};

extern const struct probe probe_cuda_launch, probe_stack_loads;

#define START(id, ready, what) \
    const struct probe probe_bench_start_##id = { \
        .name = "bench.start." #id, .claim = what " in a process that had nothing ready.", .scope = SCOPE_DEVICE, .needs = ready, \
        .rests_on = { &probe_cuda_launch }, .own_process = true, .measures = "time", .expects = bounds, .run = run_##id, \
    }

#define START_STACK(id, family, skips, what) \
    const struct probe probe_bench_start_##id = { \
        .name = "bench.start." #id, .claim = what " in a process that had opened nothing of its stack.", .scope = SCOPE_STACK_DEVICE, \
        .needs = NEEDS_DRIVER | NEEDS_CONTEXT, .stacks = ON_ANY_STACK, .library = family, .rests_on = { &probe_stack_loads, &probe_cuda_launch }, \
        .own_process = true, .may_skip = skips, .measures = "time", .expects = bounds, .run = run_##id, \
    }

START(context, 0, "The GPU keeps a first word");
START(kernels, NEEDS_DRIVER | NEEDS_CONTEXT, "A first kernel of ours runs");
START_STACK(product, "cublas", false, "cuBLAS gives its first product");
START_STACK(convolution, "cudnn", true, "cuDNN gives its first convolution");
