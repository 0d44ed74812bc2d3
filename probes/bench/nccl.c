/* bench.nccl.* - how fast NCCL sums, gathers and scatters over all GPUs together, in bytes a second on each GPU's way to the
 * others ("bus bandwidth", as nccl-tests reckon it: github.com/NVIDIA/nccl-tests, doc/PERFORMANCE.md). */
#include "child/pace/pace.h"

#include <math.h>

#include "base/text.h"
#include "child/ranks.h"
#include "child/together.h"
#include "kernels/integers.h"
#include "math/number.h"

enum {
    TILE       = 128 * 128,         /* elements: as many as kernels/tilecheck.cu sums up at a time */
    STEP       = 8,                 /* from one size to the next */
    LONGEST_MS = 60,                /* of a call: what takes longer is no faster */
    SHOTS      = 3,
    UNIT_MS    = 10,                /* calls that are made at a time, so that waiting for each other's beginning and end is no part of it */
    LARGEST_MIB = 2048,
};

struct work {
    struct ranks             ranks;
    const struct collective *k;
    size_t                   count;             /* NCCL's; of fp32 */
    unsigned                 calls;
    CUdeviceptr              from[GPU_SET_MAX], to[GPU_SET_MAX];
    CUevent                  began, ended[GPU_SET_MAX];
};

/* The sum of a tile's elements, times weights, and how many of them are no whole numbers. */
struct tile { uint64_t sum, bad; };

/* Of each rank's parts one after the other. */
struct sums { struct tile *sent, *received; };

/* How many parts of `count` elements a rank gives and gets. */
static size_t given(const struct work *w)
{
    return w->k->sends_all ? w->ranks.n : 1;
}

static size_t got(const struct work *w)
{
    return w->k->receives_all ? w->ranks.n : 1;
}

static double bytes_of(const struct work *w)
{
    return (double)w->count * sizeof(float) * (double)(given(w) > got(w) ? given(w) : got(w));
}

/* What crosses a GPU's way to the others in one call, each way: (n - 1) / n of all; of a sum that all get, twice. */
static double on_the_bus(const struct work *w)
{
    const double n = (double)w->ranks.n;

    return bytes_of(w) * (n - 1) / n * (given(w) == got(w) ? 2 : 1);
}

/* ---- Calls ---- */

/* Between two events of the first GPU's default stream: every rank begins after the first, and the second waits for the slowest. */
static void pass(struct child *c, void *arg)
{
    struct work *w = arg;

    child_use_gpu(c, 0);
    MUST(c, cuda, cuEventRecord(w->began, NULL));
    for (size_t i = 0; i < w->ranks.n; i++) {
        child_use_gpu(c, i);
        MUST(c, cuda, cuStreamWaitEvent(w->ranks.streams[i], w->began, 0));
    }
    for (unsigned i = 0; i < w->calls; i++)
        ranks_call(c, &w->ranks, w->k, &(struct collected){ w->from, w->to, w->count, ncclFloat32, 0 });
    for (size_t i = 0; i < w->ranks.n; i++) {
        child_use_gpu(c, i);
        MUST(c, cuda, cuEventRecord(w->ended[i], w->ranks.streams[i]));
    }
    child_use_gpu(c, 0);
    for (size_t i = 0; i < w->ranks.n; i++)
        MUST(c, cuda, cuStreamWaitEvent(NULL, w->ended[i], 0));
}

static double look(struct child *c, struct work *w)
{
    double one;

    child_use_gpu(c, 0);            /* it is its events that count */
    w->calls = 1;
    pass(c, w);
    one = pace_shortest(c, pass, w, 1);
    w->calls = (unsigned)fmin(ceil(UNIT_MS / fmax(one, 1e-3)), 1000);
    return pace_shortest(c, pass, w, SHOTS) / w->calls;
}

/* ---- Data ---- */

/* Whole numbers whose sum over all ranks is exact in fp32, whatever the order. */
static struct integers range_of(const struct work *w)
{
    return (struct integers){ (1u << 24) / (unsigned)w->ranks.n - 1, 1, 0, 65536 };
}

static void give(struct child *c, struct work *w)
{
    for (size_t i = 0; i < w->ranks.n; i++) {
        unsigned format = NUMBER_FP32, rows = 1, columns = (unsigned)(w->count * given(w));
        uint64_t row_stride = columns, column_stride = 1, seed = c->seed + i;
        struct integers range = range_of(w);

        child_use_gpu(c, i);
        w->from[i] = device_buffer(c, w->count * given(w) * sizeof(float));
        w->to[i] = device_buffer(c, w->count * got(w) * sizeof(float));
        launch(c, "fill_integers", blocks_for(columns), ((struct grid){ BLOCK, 1, 1 }),
               &w->from[i], &format, &rows, &columns, &row_stride, &column_stride, &seed, &range);
        device_wait(c);
    }
}

static bool fits(struct child *c, const struct work *w)
{
    for (size_t i = 0; i < w->ranks.n; i++) {
        child_use_gpu(c, i);
        if (2 * (double)w->count * sizeof(float) * (double)(given(w) + got(w)) > (double)device_room(c))
            return false;
    }
    return true;
}

/* ---- Whether the work was done ---- */

/* Of `parts` parts, tile after tile. The sums are linear: those of a sum are the sum of those of its terms, modulo 2^64. */
static void sum_up(struct child *c, const struct work *w, CUdeviceptr at, size_t parts, CUdeviceptr sums, unsigned char poison, struct tile *out)
{
    const size_t tiles = w->count / TILE, bytes = tiles * sizeof(uint64_t);
    CUdeviceptr bad = sums + bytes;
    uint64_t ld = 128, *both = host_buffer(c, 2 * bytes);
    unsigned rows = (unsigned)(w->count / 128), columns = 128, wm = (unsigned)c->seed ^ 0x4D4D4D4Du, wn = (unsigned)(c->seed >> 32) ^ 0x4E4E4E4Eu;

    for (size_t part = 0; part < parts; part++) {
        CUdeviceptr from = at + part * w->count * sizeof(float);

        MUST(c, cuda, cuMemsetD8_v2(sums, poison, bytes));
        MUST(c, cuda, cuMemsetD8_v2(bad, 0, bytes));
        launch(c, "found_fp32", ((struct grid){ 1, (unsigned)tiles, 1 }), ((struct grid){ BLOCK, 1, 1 }),
               &from, &ld, &rows, &columns, &wn, &wm, &sums, &bad);
        device_wait(c);
        device_download(c, both, sums, 2 * bytes);
        for (size_t i = 0; i < tiles; i++)
            out[part * tiles + i] = (struct tile){ both[i], both[tiles + i] };
    }
}

/* What rank should have as the tile of that part. */
static struct tile expected(const struct work *w, const struct sums *s, size_t rank, size_t part, size_t tile)
{
    const size_t tiles = w->count / TILE, each = given(w) * tiles;
    struct tile all = { 0, 0 };

    if (w->k->receives_all)
        return s->sent[part * each + tile];
    for (size_t i = 0; i < w->ranks.n; i++) {
        const struct tile *one = &s->sent[i * each + (w->k->sends_all ? rank : 0) * tiles + tile];

        all.sum += one->sum;
        all.bad += one->bad;
    }
    return all;
}

static void compare(struct child *c, const struct work *w, const struct sums *s)
{
    const size_t tiles = w->count / TILE, each = got(w) * tiles;
    const char *first = NULL;
    uint64_t wrong = 0;

    for (size_t rank = 0; rank < w->ranks.n; rank++)
        for (size_t i = 0; i < each; i++) {
            const struct tile *is = &s->received[rank * each + i], should_be = expected(w, s, rank, i / tiles, i % tiles);

            if (is->sum == should_be.sum && is->bad == 0 && should_be.bad == 0)
                continue;
            wrong++;
            if (first == NULL)
                first = text_make(&c->arena, "the first on %s, of the %d elements from %zu on", together_name(c, rank), TILE, i * TILE);
        }
    saw_num(c, "work.compared", "", (double)(w->ranks.n * each) * TILE);
    saw_num(c, "work.wrong", "tiles", (double)wrong);
    if (wrong > 0)
        saw_text(c, "work.first", "%s", first);
    child_verified(c, (unsigned)w->ranks.n);
}

/* Of one more call, into memory that holds NaN. What the sums hold before differs, so that a check that does nothing agrees with nothing. */
static void verify(struct child *c, struct work *w)
{
    const size_t tiles = w->count / TILE, sent = given(w) * tiles, received = got(w) * tiles;
    struct sums s = { host_buffer(c, w->ranks.n * sent * sizeof(struct tile)), host_buffer(c, w->ranks.n * received * sizeof(struct tile)) };

    for (size_t i = 0; i < w->ranks.n; i++) {
        child_use_gpu(c, i);
        MUST(c, cuda, cuMemsetD8_v2(w->to[i], 0xFF, w->count * got(w) * sizeof(float)));
        device_wait(c);
    }
    w->calls = 1;
    pass(c, w);
    device_wait(c);
    for (size_t i = 0; i < w->ranks.n; i++) {
        CUdeviceptr sums;

        ranks_look_for_late_error(c, &w->ranks, w->k, i);
        child_use_gpu(c, i);
        sums = device_buffer(c, 2 * tiles * sizeof(uint64_t));
        sum_up(c, w, w->from[i], given(w), sums, 0x33, s.sent + i * sent);
        sum_up(c, w, w->to[i], got(w), sums, 0x55, s.received + i * received);
    }
    compare(c, w, &s);
}

/* ---- The trial ---- */

static void open_all(struct child *c, struct work *w)
{
    w->ranks.n = c->n_gpus;
    ranks_open(c, &w->ranks);
    child_use_gpu(c, 0);
    MUST(c, cuda, cuEventCreate(&w->began, CU_EVENT_DISABLE_TIMING));
    for (size_t i = 0; i < w->ranks.n; i++) {
        child_use_gpu(c, i);
        MUST(c, cuda, cuEventCreate(&w->ended[i], CU_EVENT_DISABLE_TIMING));
    }
}

static void close_all(struct child *c, struct work *w)
{
    MUST(c, cuda, cuEventDestroy_v2(w->began));
    for (size_t i = 0; i < w->ranks.n; i++)
        MUST(c, cuda, cuEventDestroy_v2(w->ended[i]));
    ranks_close(c, &w->ranks);
}

/* The size with the highest rate, from small to large. */
static struct work *climb(struct child *c, struct work *w)
{
    struct work *best = host_buffer(c, sizeof *best);
    double took = 0, highest = 0;

    for (w->count = TILE; bytes_of(w) <= LARGEST_MIB * 1048576.0 && took * STEP <= LONGEST_MS && fits(c, w); w->count *= STEP) {
        double rate;

        give(c, w);
        took = look(c, w);
        rate = on_the_bus(w) / took / 1e6;
        saw_num(c, text_make(&c->arena, "rate.%.0f", bytes_of(w)), "GB/s", rate);
        if (rate > highest) {
            highest = rate;
            *best = *w;
        }
    }
    if (highest <= 0)
        stop_unsupported(c, "there is too little device memory to measure with");
    return best;
}

/* NCCL does not say which algorithm and protocol it takes: only what was asked of it is known. */
static void tell_of_choice(struct child *c)
{
    struct text t = { .arena = &c->arena };

    for (char *const *v = c->env; *v != NULL; v++)
        if (text_starts(*v, "NCCL_") && !text_starts(*v, "NCCL_DEBUG"))
            text_add(&t, "%s%s", t.n > 0 ? ", " : "", *v);
    saw_text(c, "rate.algorithm", "%s%s%s", child_env(c, "NCCL_ALGO") != NULL ? "set by the environment" : "chosen by NCCL",
             t.n > 0 ? ": " : "", t.n > 0 ? t.s : "");
}

static void run(struct child *c, const struct collective *k)
{
    struct work *w = host_buffer(c, sizeof *w), *best;
    struct pace p;

    w->k = k;
    open_all(c, w);
    best = climb(c, w);
    child_use_gpu(c, 0);
    p = pace_measure(c, pass, best);
    saw_rate(c, &p, on_the_bus(best) * best->calls, "GB/s");
    saw_num(c, "rate.algbw", "GB/s", bytes_of(best) * best->calls / p.took_ms / 1e6);       /* nccl-tests' word: of the data, however they travel */
    saw_num(c, "rate.bytes", "B", bytes_of(best));
    saw_text(c, "rate.way", "fp32, %.0f bytes over %zu GPUs, bus bandwidth", bytes_of(best), best->ranks.n);
    tell_of_choice(c);
    verify(c, best);
    close_all(c, w);
}

static const struct expect bounds[] = {
    { .key = "work.wrong", .bound = EQUALS, .number = 0, .sentence = "what was measured did not do its work: %s tiles of its result are wrong", .detail = "work.first" },
    { .key = "rate", .bound = AT_LEAST, .number = 0, .sentence = "the rate is no number above 0: %s" },
    { .key = NULL },
};

#define COLLECTIVE(id, sentence) \
    static void run_##id(struct child *c) { run(c, &collective_##id); } \
    extern const struct probe probe_nccl_##id; \
    const struct probe probe_bench_nccl_##id = { \
        .name = "bench.nccl." #id, .claim = sentence, .scope = SCOPE_STACK_DEVICES, \
        .needs = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS, .stacks = ON_ANY_STACK, .library = "nccl", \
        .rests_on = { &probe_nccl_##id }, .may_skip = true, .once = true, .alone = true, .measures = "rate", .expects = bounds, .run = run_##id, \
        .limit_s = 120,         /* as the collectives themselves */ \
    };

COLLECTIVE(all_reduce,     "NCCL sums over all GPUs as fast as they are linked.")
COLLECTIVE(all_gather,     "NCCL gathers what all GPUs have as fast as they are linked.")
COLLECTIVE(reduce_scatter, "NCCL sums over all GPUs and scatters the sum as fast as they are linked.")
