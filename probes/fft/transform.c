/* fft.complex.* and fft.real.* - cuFFT's transforms, forward and inverse: every
 * element of each against a spectrum that is known in double precision. */
#include "child/child.h"

#include <math.h>

#include "base/text.h"
#include "math/fft.h"

/* Each way that cuFFT goes: powers of 2, radices 3, 5 and 7, a large prime (Bluestein), more than one pass, two dimensions. */
static const struct way {
    struct fft_shape shape;
    bool             random;        /* small enough for a reference by the definition */
    bool             large;         /* for a real GPU */
} ways[] = {
    { { 16, 0, 64 },        true,  false },
    { { 105, 0, 8 },        true,  false },
    { { 127, 0, 2 },        true,  false },
    { { 24, 36, 2 },        true,  false },
    { { 1024, 0, 16 },      false, false },
    { { 1009, 0, 2 },       false, false },
    { { 6561, 0, 1 },       false, false },
    { { 3125, 0, 1 },       false, false },
    { { 16807, 0, 1 },      false, false },
    { { 96, 160, 1 },       false, false },
    { { 1 << 15, 0, 1 },    false, false },
    { { 1 << 20, 0, 1 },    false, true },
    { { 59049, 0, 4 },      false, true },
    { { 2039, 0, 16 },      false, true },
    { { 320, 384, 1 },      false, true },
};

struct transform {
    struct child   *c;
    enum number     type;
    struct complex *x, *y, *in, *out, *got;         /* each as large as the largest */
    void           *packed;
    double          compared;
    double          worst;                          /* the largest ratio, and where it was */
    const char     *where;
};

/* How many SMs a GPU has on which the large ones take no time. */
enum { SMS_OF_LARGE = 16 };

static bool is_left_out(struct child *c, const struct way *w)
{
    int sms = 0;

    if (!w->large)
        return false;
    MUST(c, cuda, cuDeviceGetAttribute(&sms, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, c->device));
    return sms < SMS_OF_LARGE;
}

static void put(const struct transform *t, size_t at, double v)
{
    if (t->type == NUMBER_FP64)
        ((double *)t->packed)[at] = v;
    else
        ((float *)t->packed)[at] = (float)v;
}

static double get(const struct transform *t, size_t at)
{
    return t->type == NUMBER_FP64 ? ((const double *)t->packed)[at] : (double)((const float *)t->packed)[at];
}

/* Complex numbers as cuFFT has them, or their real parts alone. */
static void pack(const struct transform *t, const struct complex *from, size_t n, bool real)
{
    for (size_t i = 0; i < n; i++) {
        put(t, real ? i : 2 * i, from[i].re);
        if (!real)
            put(t, 2 * i + 1, from[i].im);
    }
}

static void unpack(const struct transform *t, struct complex *to, size_t n, bool real)
{
    for (size_t i = 0; i < n; i++)
        to[i] = real ? (struct complex){ get(t, i), 0 } : (struct complex){ get(t, 2 * i), get(t, 2 * i + 1) };
}

static cufftHandle plan(struct child *c, struct fft_shape s, cufftType type)
{
    int n[2] = { s.n, s.m }, rank = s.m > 0 ? 2 : 1;
    cufftHandle made;

    MUST(c, cufft, cufftPlanMany(&made, rank, n, NULL, 1, 0, NULL, 1, 0, type, s.batch));
    return made;
}

static void execute_fp32(struct child *c, struct fft_shape s, enum fft_kind kind, void *in, void *out)
{
    cufftHandle made = plan(c, s, kind == FFT_REAL_FORWARD ? CUFFT_R2C : kind == FFT_REAL_INVERSE ? CUFFT_C2R : CUFFT_C2C);

    if (kind == FFT_REAL_FORWARD)
        MUST(c, cufft, cufftExecR2C(made, in, out));
    else if (kind == FFT_REAL_INVERSE)
        MUST(c, cufft, cufftExecC2R(made, in, out));
    else
        MUST(c, cufft, cufftExecC2C(made, in, out, kind == FFT_FORWARD ? CUFFT_FORWARD : CUFFT_INVERSE));
    device_wait(c);
    MUST(c, cufft, cufftDestroy(made));
}

static void execute_fp64(struct child *c, struct fft_shape s, enum fft_kind kind, void *in, void *out)
{
    cufftHandle made = plan(c, s, kind == FFT_REAL_FORWARD ? CUFFT_D2Z : kind == FFT_REAL_INVERSE ? CUFFT_Z2D : CUFFT_Z2Z);

    if (kind == FFT_REAL_FORWARD)
        MUST(c, cufft, cufftExecD2Z(made, in, out));
    else if (kind == FFT_REAL_INVERSE)
        MUST(c, cufft, cufftExecZ2D(made, in, out));
    else
        MUST(c, cufft, cufftExecZ2Z(made, in, out, kind == FFT_FORWARD ? CUFFT_FORWARD : CUFFT_INVERSE));
    device_wait(c);
    MUST(c, cufft, cufftDestroy(made));
}

static const char *const words[] = {
    [FFT_FORWARD] = "forward", [FFT_INVERSE] = "inverse", [FFT_REAL_FORWARD] = "real_to_complex", [FFT_REAL_INVERSE] = "complex_to_real",
};

/* "ratio.KEY" and "nmse.KEY". */
static void tell(struct transform *t, struct fft_shape s, enum fft_kind kind, size_t n)
{
    struct child *c = t->c;
    struct fft_error e = fft_compare(t->got, t->out, n, fft_limit(t->type, s));
    const char *size = s.m > 0 ? text_make(&c->arena, "%dx%d", s.n, s.m) : text_make(&c->arena, "%d", s.n);
    struct complex got = t->got[e.worst], expected = t->out[e.worst];
    int digits = t->type == NUMBER_FP64 ? 17 : 9;

    saw_num(c, text_make(&c->arena, "ratio.%s.%s", size, words[kind]), "", e.ratio);
    saw_num(c, text_make(&c->arena, "nmse.%s.%s", size, words[kind]), "", e.nmse);
    t->compared += (double)n;
    if (e.ratio <= t->worst)
        return;
    t->worst = e.ratio;
    t->where = text_make(&c->arena, "%s of %s points, %d at once: element [%zu] of %zu is (%.*g, %.*g), expected (%.*g, %.*g)", words[kind], size, s.batch,
                         e.worst, n, digits, got.re, digits, got.im, digits, expected.re, digits, expected.im);
}

static void transform(struct transform *t, const struct way *w, enum fft_kind kind)
{
    struct child *c = t->c;
    struct fft_shape s = w->shape;
    bool real_in = kind == FFT_REAL_FORWARD, real_out = kind == FFT_REAL_INVERSE;
    size_t batch = (size_t)s.batch, n_in = batch * (real_out ? fft_half(s) : fft_count(s)), n_out = batch * (real_in ? fft_half(s) : fft_count(s));
    size_t bytes_in = n_in * (real_in ? 1 : 2) * number_bytes(t->type), bytes_out = n_out * (real_out ? 1 : 2) * number_bytes(t->type);
    CUdeviceptr in = device_buffer(c, bytes_in), out = device_buffer(c, bytes_out);
    void *at_in = (void *)(uintptr_t)in, *at_out = (void *)(uintptr_t)out;

    fft_problem(s, kind, t->x, t->y, t->in, t->out);
    pack(t, t->in, n_in, real_in);
    device_upload(c, in, t->packed, bytes_in);
    if (t->type == NUMBER_FP64)
        execute_fp64(c, s, kind, at_in, at_out);
    else
        execute_fp32(c, s, kind, at_in, at_out);
    device_download(c, t->packed, out, bytes_out);
    unpack(t, t->got, n_out, real_out);
    tell(t, s, kind, n_out);
}

static void reserve(struct transform *t)
{
    size_t most = 0;

    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        size_t n = fft_count(ways[i].shape) * (size_t)ways[i].shape.batch;

        if (n > most && !is_left_out(t->c, &ways[i]))
            most = n;
    }
    t->x = host_buffer(t->c, most * sizeof *t->x);
    t->y = host_buffer(t->c, most * sizeof *t->y);
    t->in = host_buffer(t->c, most * sizeof *t->in);
    t->out = host_buffer(t->c, most * sizeof *t->out);
    t->got = host_buffer(t->c, most * sizeof *t->got);
    t->packed = host_buffer(t->c, most * 2 * number_bytes(t->type));
}

static void run(struct child *c, enum number type, enum fft_kind forward, enum fft_kind inverse)
{
    struct transform t = { .c = c, .type = type, .worst = -1 };
    int version = 0;

    child_bind_cufft(c);
    MUST(c, cufft, cufftGetVersion(&version));
    saw_num(c, "version", "", version);
    reserve(&t);
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        if (is_left_out(c, &ways[i]))
            continue;
        if (ways[i].random)
            fft_random(ways[i].shape, c->seed + i, t.x, t.y);
        else
            fft_chirps(ways[i].shape, c->seed + i, t.x, t.y);
        transform(&t, &ways[i], forward);
        transform(&t, &ways[i], inverse);
    }
    saw_text(c, "worst", "%s", t.where);
    saw_num(c, "all.compared", "", t.compared);
    saw_num(c, "seed", "", (double)c->seed);
}

static const struct expect bounds[] = {
    { .key = "ratio.*", .bound = AT_MOST, .number = 1, .sentence = "the error of an element is %s times what it may be", .detail = "worst",
      .source = "harness/math/fft.c: Higham, Accuracy and Stability of Numerical Algorithms, theorem 24.2" },
    { .key = NULL },
};

extern const struct probe probe_stack_loads, probe_cuda_launch;

#define FFT(id, label, sentence, type, forward, inverse) \
    static void run_##id(struct child *c) { run(c, type, forward, inverse); } \
    const struct probe probe_fft_##id = { \
        .name = label, .claim = sentence, .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT, \
        .stacks = ON_ANY_STACK, .library = "cufft", .rests_on = { &probe_stack_loads, &probe_cuda_launch }, \
        .expects = bounds, .run = run_##id, \
    };

FFT(complex_fp32, "fft.complex.fp32", "Every element of cuFFT's complex transforms in fp32 is as close to the true spectrum as fp32 can be.",
    NUMBER_FP32, FFT_FORWARD, FFT_INVERSE)
FFT(complex_fp64, "fft.complex.fp64", "Every element of cuFFT's complex transforms in fp64 is as close to the true spectrum as fp64 can be.",
    NUMBER_FP64, FFT_FORWARD, FFT_INVERSE)
FFT(real_fp32, "fft.real.fp32", "Every element of cuFFT's transforms of real data in fp32 is as close to the truth as fp32 can be.",
    NUMBER_FP32, FFT_REAL_FORWARD, FFT_REAL_INVERSE)
FFT(real_fp64, "fft.real.fp64", "Every element of cuFFT's transforms of real data in fp64 is as close to the truth as fp64 can be.",
    NUMBER_FP64, FFT_REAL_FORWARD, FFT_REAL_INVERSE)
