/* bench.blas.* - how fast cuBLASLt multiplies: the fastest shape of a ladder, by the fastest of the algorithms that the
 * library offers for it. On data like those of networks: zeros are faster, since they draw less power. */
#include "child/pace/pace.h"

#include <math.h>

#include "base/clock.h"
#include "base/text.h"
#include "kernels/pattern.h"
#include "probes/blas/lt.h"

/* What draws most, and is asked for most: more would take too long. */
#define wants_energy(type) ((type) == NUMBER_BF16 || (type) == NUMBER_E4M3)

enum {
    SMALLEST     = 128,         /* a side, for one multiprocessor */
    LARGEST      = 16384,
    LONGEST_MS   = 30,          /* of a product: what takes longer is no faster */
    LOOK_MS      = 100,         /* at the algorithms for one shape, once the library's own choice was looked at; */
    QUICK_LOOK_MS = 50,         /* ... at level quick */
    SLOW_MS      = 5,           /* of a call: one more is enough then */
    ALGORITHMS   = 8,
    SHOTS        = 3,
    ZEROS_MS     = 50,          /* of each of these shots */
    PERIOD       = 262147,      /* numbers that are not like one another; a prime, so that no two rows are alike */
};

struct shape { int m, n, k; };

/* One product, and how often it is called at a time. */
struct work { struct lt *lt; struct product p; struct lt_call call; unsigned calls; bool works; };

/* What is looked at, and the best so far. */
struct ladder { struct lt *lt; enum number in; const struct scaled *like; unsigned char *numbers[2]; struct work best; double best_rate; };

static enum number out_of(enum number in)
{
    switch (in) {
    case NUMBER_FP16: return NUMBER_FP16;
    case NUMBER_BF16:
    case NUMBER_E2M1:
    case NUMBER_E4M3: return NUMBER_BF16;
    case NUMBER_INT8: return NUMBER_INT32;
    case NUMBER_FP64: return NUMBER_FP64;
    default:          return NUMBER_FP32;
    }
}

static const char *unit_of(enum number in)
{
    return in == NUMBER_INT8 ? "TOP/s" : "TFLOP/s";
}

static double operations(const struct product *p)
{
    return 2.0 * p->m * p->n * p->k;
}

static double rate(const struct product *p, double ms)
{
    return operations(p) / ms / 1e9;
}

/* ---- Data ---- */

/* Like N(0, 1), by the method of Box and Muller; of int8 all numbers alike. */
static double number_at(const struct child *c, enum number type, uint64_t i)
{
    const double u = (pattern_word(c->seed, 2 * i) + 0.5) / 0x1p32, v = pattern_word(c->seed, 2 * i + 1) / 0x1p32;

    return type == NUMBER_INT8 ? floor(v * 256) - 128 : sqrt(-2 * log(u)) * cos(2 * 3.14159265358979 * v);
}

static unsigned char *numbers_from(struct child *c, enum number type, uint64_t first)
{
    unsigned char *all = host_buffer(c, number_room(type, PERIOD));

    for (uint64_t i = 0; i < PERIOD; i++)
        number_set(type, all, i, number_at(c, type, first + i));
    return all;
}

static void fill(struct child *c, enum number type, const unsigned char *numbers, CUdeviceptr at, uint64_t elements)
{
    product_repeat_bytes(c, at, number_room(type, elements), numbers, number_room(type, PERIOD));
}

/* Every block's scale factor: 1. */
static CUdeviceptr ones(struct child *c, const struct scaled *like, int rows, int k)
{
    const struct scaled of = { .element = like->element, .scale = like->scale, .block = like->block, .across = like->across, .rows = rows, .k = k };
    const CUdeviceptr at = device_buffer(c, scale_bytes(&of));

    MUST(c, cuda, cuMemsetD8_v2(at, (unsigned char)number_bits(like->scale, 1), scale_bytes(&of)));
    return at;
}

static struct product product_of(struct child *c, const struct ladder *l, struct shape s)
{
    const enum number in = l->in, out = out_of(in);
    const uint64_t a = (uint64_t)s.m * (uint64_t)s.k, b = (uint64_t)s.n * (uint64_t)s.k, d = (uint64_t)s.m * (uint64_t)s.n;
    struct product p = { .a_type = in, .b_type = in, .out = out, .ta = true, .m = s.m, .n = s.n, .k = s.k,
                         .lda = s.k, .ldb = s.k, .ldd = s.m, .alpha = 1, .any_reduction = true };

    p.a = device_buffer(c, number_room(in, a));
    p.b = device_buffer(c, number_room(in, b));
    p.d = device_buffer(c, number_room(out, d));
    fill(c, in, l->numbers[0], p.a, a);
    fill(c, in, l->numbers[1], p.b, b);
    if (l->like != NULL) {
        p.a_like = p.b_like = l->like;
        p.a_scales = ones(c, l->like, s.m, s.k);
        p.b_scales = ones(c, l->like, s.n, s.k);
    }
    return p;
}

/* With scale factors and the sums by which its result is looked at, and as much again: of every shape, a buffer is kept. */
static bool fits(struct child *c, enum number in, struct shape s)
{
    const double mk = (double)s.m * s.k, nk = (double)s.n * s.k, mn = (double)s.m * s.n;
    const double bytes = (mk + nk) * ((double)number_bytes(in) + 1.0 / 16 + 8.0 / SMALLEST) + mn * ((double)number_bytes(out_of(in)) + 1);

    return 2 * bytes < (double)device_room(c);
}

/* ---- Algorithms ---- */

/* fp8 and fp4 may be offered and then refused (lt_multiply.c). */
static void queue(struct child *c, struct work *w)
{
    const long code = lt_queue(c, w->lt, &w->p, &w->call, NULL);

    if (code == CUBLAS_STATUS_NOT_SUPPORTED && (lt_is_fp8(w->p.a_type) || w->p.a_type == NUMBER_E2M1) && !w->works)
        stop_unsupported(c, "cuBLASLt offers an algorithm for %s, and refuses to run that on this GPU", number_name(w->p.a_type));
    if (code != 0)
        child_call_failed(c, "cublasLtMatmul", &c->cublaslt.dl, code);
    w->works = true;
}

static void pass(struct child *c, void *arg)
{
    struct work *w = arg;

    for (unsigned i = 0; i < w->calls; i++)
        queue(c, w);
}

/* One call in ms: of so many that they take a millisecond, which events can tell apart. */
static double look(struct child *c, struct work *w, double at_least_ms)
{
    double one, several;

    w->calls = 1;
    pass(c, w);
    one = pace_shortest(c, pass, w, 1);
    w->calls = (unsigned)fmin(ceil(at_least_ms / fmax(one, 1e-3)), 1000);
    several = pace_shortest(c, pass, w, one < SLOW_MS ? SHOTS : 1) / w->calls;
    w->calls = 1;
    return fmin(one, several);
}

static const char *name_of(struct child *c, const struct product *p)
{
    return p->m == p->n && p->n == p->k ? text_make(&c->arena, "%d", p->m) : text_make(&c->arena, "%dx%dx%d", p->m, p->n, p->k);
}

static void take_if_best(struct child *c, struct ladder *l, struct work *w, double ms)
{
    if (l->best.lt != NULL && rate(&w->p, ms) <= l->best_rate) {
        lt_forget(c, &w->call.x);
        return;
    }
    if (l->best.lt != NULL)
        lt_forget(c, &l->best.call.x);
    l->best = *w;
    l->best_rate = rate(&w->p, ms);
}

/* The shortest time by an algorithm that is offered; 0 if there is none. */
static double look_at_shape(struct child *c, struct ladder *l, struct shape s)
{
    struct work w = { .lt = l->lt, .p = product_of(c, l, s) };
    const double began = clock_ms_fine(), look_ms = c->level == LEVEL_QUICK ? QUICK_LOOK_MS : LOOK_MS;
    const char *name = name_of(c, &w.p), *way = NULL;
    double shortest = 0;

    for (int i = 0, offered = 1; i < offered && i < ALGORITHMS && (i == 0 || clock_ms_fine() - began < look_ms); i++) {
        double ms;

        if (!lt_prepare(c, l->lt, &w.p, i, &w.call))
            return 0;
        offered = w.call.choices;
        ms = look(c, &w, 1);
        if (shortest == 0 || ms < shortest) {
            shortest = ms;
            way = lt_words(c, &w.call.algo);
        }
        take_if_best(c, l, &w, ms);
    }
    saw_num(c, text_make(&c->arena, "rate.%s", name), unit_of(l->in), rate(&w.p, shortest));
    saw_text(c, text_make(&c->arena, "rate.%s.way", name), "%s", way);
    return shortest;
}

/* ---- Shapes ---- */

/* Cubes; and about the largest of them once more, cut so that every multiprocessor has as many tiles of 256 x 128 as another. */
static struct shape waves(int sms, int side)
{
    int across = 1, m, n;

    for (int i = 1; i * i <= sms; i++)
        across = sms % i == 0 ? i : across;
    m = across * 256;
    n = sms / across * 128;
    return (struct shape){ m * (side > m ? (side + m / 2) / m : 1), n * (side > n ? (side + n / 2) / n : 1), side };
}

static void climb(struct child *c, struct ladder *l)
{
    struct shape s = { SMALLEST, SMALLEST, SMALLEST }, last = s;
    const int sms = device_attribute(c, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    double took = 0;

    while (s.m / SMALLEST * 2 * (s.m / SMALLEST * 2) <= sms)
        s.m *= 2;
    for (s.n = s.k = s.m; s.m <= LARGEST && took * 8 <= LONGEST_MS && fits(c, l->in, s); s.n = s.k = s.m *= 2) {
        took = look_at_shape(c, l, s);
        if (took == 0)
            break;
        last = s;
    }
    s = waves(sms, last.m);
    if (l->best.lt != NULL && (s.m != last.m || s.n != last.n) && s.m <= 2 * last.m && s.n <= 2 * last.n && fits(c, l->in, s))
        look_at_shape(c, l, s);
}

/* ---- The trial ---- */

/* Of the same algorithm, on numbers whose product is known. */
static void multiply(struct multiplier *by, const struct product *p)
{
    struct work w = *(const struct work *)by->library;

    w.p = *p;
    queue(by->child, &w);
}

static void tell(struct child *c, const struct ladder *l)
{
    const struct work *best = &l->best;

    saw_text(c, "rate.way", "%d x %d x %d in %s%s, D in %s, %s%s", best->p.m, best->p.n, best->p.k, number_name(l->in),
             l->like != NULL ? text_make(&c->arena, ", a scale factor for each %d", l->like->block) : "", number_name(best->p.out), lt_words(c, &best->call.algo), l->lt->fast ? ", fast accumulation: sums need not be kept in fp32" : "");
    saw_text(c, "rate.data", "%s", l->in == NUMBER_INT8 ? "every number as often as another" : "N(0, 1)");
}

static void look_at_zeros(struct child *c, struct ladder *l)
{
    struct work *best = &l->best;
    const struct product *p = &best->p;

    MUST(c, cuda, cuMemsetD8_v2(p->a, 0, number_room(l->in, (size_t)p->m * (size_t)p->k)));
    MUST(c, cuda, cuMemsetD8_v2(p->b, 0, number_room(l->in, (size_t)p->n * (size_t)p->k)));
    saw_num(c, "rate.zeros", unit_of(l->in), rate(p, look(c, best, ZEROS_MS)));
}

static size_t workspace(struct child *c)
{
    const size_t most = (size_t)(c->cc >= 90 ? 64 : 32) << 20, room = (size_t)(device_room(c) / 8) & ~(size_t)0xFF;

    return most < room ? most : room;
}

static void run(struct child *c, enum number in, const struct scaled *like)
{
    const enum number out = out_of(in);
    struct lt lt = { .compute = lt_compute(in), .scale = number_bytes(out) == 2 ? NUMBER_FP32 : out, .fast = lt_is_fp8(in) && like == NULL };
    struct ladder l = { .lt = &lt, .in = in, .like = like };
    struct multiplier by = { .child = c, .multiply = multiply, .library = &l.best, .a_type = in, .b_type = in, .out = out };
    const char *why;
    struct pace p;

    lt_open(c, &lt, workspace(c));
    if (!lt_may_have(c, &lt, in, &why))
        stop_unsupported(c, "%s", why);
    if (like != NULL && lt.version < CUBLAS_12_8)
        stop_unsupported(c, "cuBLASLt before 12.8 has no such block-scaled products");
    l.numbers[0] = numbers_from(c, in, 0);
    l.numbers[1] = numbers_from(c, in, PERIOD);
    climb(c, &l);
    if (l.best.lt == NULL)
        stop_unsupported(c, "cuBLASLt has no algorithm for %s%s matrices on compute capability %d.%d, or %llu MiB of memory are too few for them",
                         like != NULL ? "block-scaled " : "", number_name(in), c->cc / 10, c->cc % 10, (unsigned long long)(device_room(c) >> 20));
    p = pace_measure_as(c, pass, &l.best, &(struct pace_how){ .energy = wants_energy(in) });
    saw_rate(c, &p, operations(&l.best.p), unit_of(in));
    tell(c, &l);
    look_at_zeros(c, &l);
    by.said = lt_words(c, &l.best.call.algo);
    (in == NUMBER_E2M1 ? product_again : product_shape)(&by, "work", &l.best.p);
    lt_forget(c, &l.best.call.x);
    lt_end(c, &lt);
}

static const struct expect bounds[] = {
    { .key = "work.wrong", .bound = EQUALS, .number = 0, .sentence = "what was measured did not do its work: %s tiles of its product are wrong", .detail = "work.first" },
    { .key = "work.operands", .bound = EQUALS, .number = 0, .sentence = "%s elements of the factors changed in memory" },
    { .key = "rate", .bound = AT_LEAST, .number = 0, .sentence = "the rate is no number above 0: %s" },
    { .key = NULL },
};

/* like: block-scaled, and how; besides: product_again's sums are the host's. */
#define PRODUCT(id, sentence, type, like, from, limit, from_level, besides) \
    static void run_##id(struct child *c) { run(c, type, like); } \
    extern const struct probe probe_blas_lt_##id; \
    const struct probe probe_bench_blas_##id = { \
        .name = "bench.blas." #id, .claim = "cuBLASLt multiplies " sentence " matrices as fast as the GPU's model does.", \
        .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS, .stacks = ON_ANY_STACK, \
        .library = "cublasLt", .rests_on = { &probe_blas_lt_##id }, .may_skip = true, .once = true, .cc_from = from, \
        .level = from_level, .measures = "rate", .peak = limit, .besides_ms = besides, \
        .more_paces = wants_energy(type), .expects = bounds, .run = run_##id, \
    };

#define GEMM(id, sentence, type, from, limit, from_level) PRODUCT(id, sentence, type, NULL, from, limit, from_level, 1200)

GEMM(fp64,     "fp64",       NUMBER_FP64, 0, PEAK_FP64, LEVEL_FULL)
GEMM(fp32,     "fp32",       NUMBER_FP32, 0, PEAK_FP32, LEVEL_QUICK)
GEMM(tf32,     "tf32",       NUMBER_TF32, 80, PEAK_TF32, LEVEL_FULL)
GEMM(fp16,     "fp16",       NUMBER_FP16, 0, PEAK_FP16, LEVEL_QUICK)
GEMM(bf16,     "bf16",       NUMBER_BF16, 80, PEAK_BF16, LEVEL_QUICK)
GEMM(fp8_e4m3, "fp8 (e4m3)", NUMBER_E4M3, 89, PEAK_FP8, LEVEL_QUICK)
GEMM(int8,     "int8",       NUMBER_INT8, 0, PEAK_INT8, LEVEL_FULL)

static const struct scaled mxfp8 = { .element = NUMBER_E4M3, .scale = NUMBER_UE8M0, .block = 32, .across = 1 };
static const struct scaled nvfp4 = { .element = NUMBER_E2M1, .scale = NUMBER_UE4M3, .block = 16, .across = 1 };

PRODUCT(mxfp8, "block-scaled fp8 (mxfp8)", NUMBER_E4M3, &mxfp8, 100, PEAK_FP8, LEVEL_FULL, 1200)
PRODUCT(nvfp4, "block-scaled fp4 (nvfp4)", NUMBER_E2M1, &nvfp4, 100, PEAK_FP4, LEVEL_FULL, 3000)
