/* bench.memory.* - how fast the GPU's memory is read, written, copied, and read twice and
 * written once (triad): bytes that the kernel asks for, in units of 10^9 a second. */
#include "child/pace/pace.h"

#include <inttypes.h>

#include "base/text.h"
#include "child/checked.h"
#include "child/transfer/row.h"
#include "kernels/stream.h"

enum { TILE_WORDS_MAX = 512 * 8 * 2, SHORTEST_OF = 3, CACHES = 32 };

struct words { CUdeviceptr at; struct row row; };

struct stream {
    const char *what;               /* "read": the kernels are stream_read_2, ... */
    uint64_t    words, times;       /* in each row; what the triad multiplies by */
    struct words to, a, b;
    CUdeviceptr sums;

    unsigned    depth, threads, blocks;     /* of the way that is used */
};

static uint64_t tiles_of(const struct stream *s)
{
    return s->words / ((uint64_t)s->threads * s->depth * 2);
}

static void pass(struct child *c, void *arg)
{
    struct stream *s = arg;
    const struct grid blocks = { s->blocks, 1, 1 }, threads = { s->threads, 1, 1 };
    uint64_t tiles = tiles_of(s);
    char name[32];

    text_format(name, sizeof name, "stream_%s_%u", s->what, s->depth);
    if (text_is(s->what, "read"))
        launch(c, name, blocks, threads, &s->a.at, &tiles, &s->sums);
    else if (text_is(s->what, "write"))
        launch(c, name, blocks, threads, &s->to.at, &tiles, &s->to.row.base, &s->to.row.step);
    else if (text_is(s->what, "copy"))
        launch(c, name, blocks, threads, &s->to.at, &s->a.at, &tiles);
    else
        launch(c, name, blocks, threads, &s->to.at, &s->a.at, &s->b.at, &s->times, &tiles);
}

/* Which way is fastest here: accesses in flight, threads, and blocks, as many as there are tiles or as the GPU holds. */
static void choose(struct child *c, struct stream *s)
{
    static const unsigned depths[] = { 2, 4, 8 }, threads[] = { 256, 512 };
    const unsigned held = (unsigned)device_attribute(c, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT) * 2048;
    struct stream best = *s;
    double shortest = 0;

    for (size_t i = 0; i < COUNT_OF(depths) * COUNT_OF(threads) * 2; i++) {
        double took;

        s->depth = depths[i / 4];
        s->threads = threads[i / 2 % 2];
        s->blocks = i % 2 == 0 ? (unsigned)tiles_of(s) : held / s->threads;
        pass(c, s);
        took = pace_shortest(c, pass, s, SHORTEST_OF);
        if (shortest == 0 || took < shortest) {
            shortest = took;
            best = *s;
        }
    }
    *s = best;
}

/* As much as the memory moves in two thousandths of a second at its peak, by the device's own words, and 32 times the
 * second-level cache: three rows of it, where there is room. */
static uint64_t words_of(struct child *c)
{
    const uint64_t khz = (uint64_t)device_attribute(c, CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE), bits = (uint64_t)device_attribute(c, CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH);
    const uint64_t cache = CACHES * (uint64_t)device_attribute(c, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE), peak = khz * 2 * bits / 8 * 2;
    const uint64_t want = peak > cache ? peak : cache, room = device_room(c) / 4;
    const uint64_t words = (want < room ? want : room) / sizeof(uint64_t);

    return words - words % TILE_WORDS_MAX;
}

/* Two transfers a cycle. */
static void saw_peak(struct child *c)
{
    const double khz = device_attribute(c, CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE), bits = device_attribute(c, CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH);

    if (khz > 0 && bits > 0)
        saw_num(c, "peak", "GB/s", khz * 1e3 * 2 * bits / 8 / 1e9);
}

/* Of one more pass, whose result is looked at: of a read its sum. */
static void verify(struct child *c, struct stream *s)
{
    uint64_t sums[STREAM_SLOTS] = { 0 }, sum = 0;

    device_upload(c, s->sums, sums, sizeof sums);
    if (!text_is(s->what, "read")) {
        MUST(c, cuda, cuMemsetD8_v2(s->to.at, 0xFF, s->words * sizeof(uint64_t)));      /* not by a kernel that may be the one to be looked at */
        pass(c, s);
        saw_num(c, "wrong", "", (double)row_wrong(c, s->to.at, s->words, s->to.row, checked_begin(c)));
        return;
    }
    pass(c, s);
    device_download(c, sums, s->sums, sizeof sums);
    for (size_t i = 0; i < COUNT_OF(sums); i++)
        sum += sums[i];
    saw_num(c, "wrong", "", sum != s->words * s->a.row.base + s->a.row.step * (s->words * (s->words - 1) / 2));
}

static void measure(struct child *c, const char *what, unsigned rows)
{
    struct stream s = { .what = what, .words = words_of(c), .times = 3 };
    const size_t bytes = s.words * sizeof(uint64_t);
    const bool triad = text_is(what, "triad");
    struct pace p;

    if (s.words == 0)
        stop_unsupported(c, "there is room for %" PRIu64 " bytes of device memory: too little to measure with", device_room(c));
    s.sums = device_buffer(c, STREAM_SLOTS * sizeof(uint64_t));
    s.a = (struct words){ text_is(what, "write") ? 0 : device_buffer(c, bytes), { c->seed, 3 } };
    s.b = (struct words){ triad ? device_buffer(c, bytes) : 0, { ~c->seed, 5 } };
    s.to = (struct words){ text_is(what, "read") ? 0 : device_buffer(c, bytes), s.a.row };
    if (triad)
        s.to.row = (struct row){ s.a.row.base + s.times * s.b.row.base, s.a.row.step + s.times * s.b.row.step };
    if (s.a.at != 0)
        row_write(c, s.a.at, s.words, s.a.row);
    if (s.b.at != 0)
        row_write(c, s.b.at, s.words, s.b.row);
    choose(c, &s);
    p = pace_measure_as(c, pass, &s, &(struct pace_how){ .launches = 1 });
    saw_rate(c, &p, (double)bytes * rows, "GB/s");
    saw_peak(c);
    saw_num(c, "rate.bytes", "B", (double)bytes * rows);
    saw_text(c, "rate.way", "%u accesses of 16 bytes in flight, %u threads, %u blocks", s.depth, s.threads, s.blocks);
    verify(c, &s);
}

static void run_read(struct child *c)  { measure(c, "read", 1); }
static void run_write(struct child *c) { measure(c, "write", 1); }
static void run_copy(struct child *c)  { measure(c, "copy", 2); }
static void run_triad(struct child *c) { measure(c, "triad", 3); }

static const struct expect bounds[] = {
    { .key = "wrong", .bound = EQUALS, .number = 0, .sentence = "what was measured did not do its work: %s words, or the sum, are wrong" },
    { .key = "rate", .bound = AT_LEAST, .number = 0, .sentence = "the rate is no number above 0: %s" },
    { .key = NULL },
};

extern const struct probe probe_memory_pattern;

#define MEMORY(id) \
    const struct probe probe_bench_memory_##id = { \
        .name = "bench.memory." #id, .claim = "The GPU's memory is as fast as its model's is, by a kernel that " VERB_##id ".", \
        .scope = SCOPE_DEVICE, .needs = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS, .rests_on = { &probe_memory_pattern }, \
        .measures = "rate", .peak = PEAK_MEMORY, .expects = bounds, .run = run_##id, \
    };

#define VERB_read  "reads it"
#define VERB_write "writes it"
#define VERB_copy  "copies it"
#define VERB_triad "reads two rows and writes a third"

MEMORY(read)
MEMORY(write)
MEMORY(copy)
MEMORY(triad)
