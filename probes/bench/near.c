/* bench.cache.read, bench.shared.read - how fast all of the GPU reads what is near: a row that stays in its second-level cache,
 * and shared memory; in units of 10^9 bytes a second. */
#include "child/pace/pace.h"

#include <inttypes.h>

#include "base/text.h"
#include "child/transfer/row.h"
#include "kernels/caches.h"
#include "kernels/stream.h"

enum { BLOCKS_PER_SM = 4, SHARED_BLOCKS_PER_SM = 8, TIMES_MAX = 1 << 16 };

/* Shorter calls would measure how they are launched. */
static const double call_ms = 1;

struct near {
    bool        shared;         /* memory, or else the cache */
    unsigned    blocks;
    CUdeviceptr at, sums;
    uint64_t    words, times;   /* of the row; how often each block reads all of it in one call */
    struct row  row;
};

static void pass(struct child *c, void *arg)
{
    struct near *n = arg;
    const struct grid blocks = { n->blocks, 1, 1 };
    uint64_t tiles = n->words * sizeof(uint64_t) / CACHE_TILE_BYTES;

    if (n->shared)
        launch(c, "shared_read", blocks, ((struct grid){ SHARED_THREADS, 1, 1 }), &n->row.base, &n->row.step, &n->times, &n->sums);
    else
        launch(c, "cache_read", blocks, ((struct grid){ CACHE_THREADS, 1, 1 }), &n->at, &tiles, &n->times, &n->sums);
}

static void lengthen(struct child *c, struct near *n)
{
    for (n->times = 1; n->times < TIMES_MAX; n->times *= 2) {
        pass(c, n);
        if (pace_shortest(c, pass, n, 1) >= call_ms)
            return;
    }
}

/* The sum of one more call, which must be all blocks' of all their rounds; it wraps around as the kernel's does. */
static void verify(struct child *c, struct near *n)
{
    const uint64_t of_row = n->words * n->row.base + n->row.step * (n->words * (n->words - 1) / 2);
    uint64_t sums[STREAM_SLOTS] = { 0 }, sum = 0;

    device_upload(c, n->sums, sums, sizeof sums);
    pass(c, n);
    device_wait(c);
    device_download(c, sums, n->sums, sizeof sums);
    for (size_t i = 0; i < COUNT_OF(sums); i++)
        sum += sums[i];
    saw_num(c, "wrong", "", sum != of_row * n->blocks * n->times);
}

static void measure(struct child *c, struct near *n)
{
    double bytes;
    struct pace p;

    n->row = (struct row){ c->seed, 3 };
    n->sums = device_buffer(c, STREAM_SLOTS * sizeof(uint64_t));
    if (!n->shared)
        row_write(c, n->at, n->words, n->row);
    lengthen(c, n);
    bytes = (double)n->words * sizeof(uint64_t) * (double)n->times * n->blocks;
    p = pace_measure_as(c, pass, n, &(struct pace_how){ .launches = 1 });
    saw_rate(c, &p, bytes, "GB/s");
    saw_num(c, "rate.bytes", "B", bytes);
    saw_num(c, "rate.set", "B", (double)n->words * sizeof(uint64_t));
    verify(c, n);
}

/* A quarter of the cache: where it is two halves, far from each other, a row of more than half would be read from both. */
static void run_cache_read(struct child *c)
{
    const uint64_t cache = (uint64_t)device_attribute(c, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE), bytes = cache / 4 / CACHE_TILE_BYTES * CACHE_TILE_BYTES;
    struct near n = { .blocks = BLOCKS_PER_SM * (unsigned)device_attribute(c, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT), .words = bytes / sizeof(uint64_t) };

    if (bytes == 0 || bytes > device_room(c) / 2)
        stop_unsupported(c, "the second-level cache has %" PRIu64 " bytes, and there is room for %" PRIu64 ": nothing can be measured there", cache, device_room(c));
    n.at = device_buffer(c, bytes);
    measure(c, &n);
}

/* 32 banks of 4 bytes a cycle (CUDA C++ Programming Guide, "Shared Memory" of compute capability 5.x and later). */
static void run_shared_read(struct child *c)
{
    const int sms = device_attribute(c, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT), khz = device_attribute(c, CU_DEVICE_ATTRIBUTE_CLOCK_RATE);
    struct near n = { .shared = true, .blocks = SHARED_BLOCKS_PER_SM * (unsigned)sms, .words = SHARED_WORDS };

    measure(c, &n);
    if (khz <= 0)
        return;
    saw_num(c, "peak", "GB/s", 128.0 * sms * khz / 1e6);
    saw_text(c, "peak.of", "its driver: %d multiprocessors, 128 bytes a cycle, %d MHz", sms, khz / 1000);
}

static const struct expect bounds[] = {
    { .key = "wrong", .bound = EQUALS, .number = 0, .sentence = "what was measured did not do its work: the sum of what was read is wrong" },
    { .key = "rate", .bound = AT_LEAST, .number = 0, .sentence = "the rate is no number above 0: %s" },
    { .key = NULL },
};

extern const struct probe probe_cuda_launch;

#define NEAR(id, dotted, sentence) \
    const struct probe probe_bench_##id = { \
        .name = dotted, .claim = sentence, .scope = SCOPE_DEVICE, .needs = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS, \
        .rests_on = { &probe_cuda_launch }, .measures = "rate", .expects = bounds, .run = run_##id, \
    };

NEAR(cache_read,  "bench.cache.read",  "The GPU's second-level cache is read as fast as its model's is.")
NEAR(shared_read, "bench.shared.read", "The shared memory of all multiprocessors is read as fast as its model's is.")
