/* bench.cache.latency, bench.memory.latency - how long one thread waits for one word, in ns: each address is read from the one
 * before, along a chain that leads once through all of a piece of memory and back. */
#include "child/pace/pace.h"

#include <inttypes.h>

#include "base/text.h"
#include "kernels/caches.h"

enum { LINK_BYTES = LINK_WORDS * 8, CACHES = 4, HOPS_LEAST = 256, HOPS_MOST = 1 << 20 };

/* Shorter calls would measure how they are launched. */
static const double call_ms = 5;

struct chain {
    CUdeviceptr first, end;
    uint64_t    links, step, hops;      /* hops: in one call */
    uint64_t    at;                     /* the link where the next call begins; it goes on, as what it passed may still be in the cache */
};

/* Where so many hops lead. */
static uint64_t link_after(const struct chain *l, uint64_t from, uint64_t hops)
{
    uint64_t at = from, times = CHAIN_TIMES, step = l->step;

    /* Two hops of (times, step) are one of (times^2, times * step + step). */
    for (; hops > 0; hops /= 2) {
        if (hops % 2 == 1)
            at = times * at + step;
        step *= times + 1;
        times *= times;
    }
    return at % l->links;
}

static void follow(struct child *c, struct chain *l, uint64_t hops)
{
    uint64_t from = l->first + l->at * LINK_BYTES;

    launch(c, "chain_follow", ((struct grid){ 1, 1, 1 }), ((struct grid){ 1, 1, 1 }), &from, &hops, &l->end);
    l->at = link_after(l, l->at, hops);
}

static void pass(struct child *c, void *arg)
{
    struct chain *l = arg;

    follow(c, l, l->hops);
}

static void lengthen(struct child *c, struct chain *l)
{
    for (l->hops = HOPS_LEAST; l->hops < HOPS_MOST; l->hops *= 2)
        if (pace_shortest(c, pass, l, 1) >= call_ms)
            return;
}

/* Where two more calls end, of which one goes a link further. */
static void verify(struct child *c, struct chain *l)
{
    unsigned wrong = 0;

    for (int i = 0; i < 2; i++) {
        uint64_t end = 0;

        device_upload(c, l->end, &end, sizeof end);
        follow(c, l, l->hops + (i == 0 ? 0 : 1));
        device_wait(c);
        device_download(c, &end, l->end, sizeof end);
        wrong += end != l->first + l->at * LINK_BYTES;
    }
    saw_num(c, "wrong", "", wrong);
}

/* The greatest power of two that is not greater. */
static uint64_t power_below(uint64_t n)
{
    uint64_t power = 1;

    while (power <= n / 2)
        power *= 2;
    return n == 0 ? 0 : power;
}

static void measure(struct child *c, uint64_t bytes, bool stays)
{
    struct chain l = { .links = power_below(bytes / LINK_BYTES), .step = c->seed | 1 };
    struct pace p;

    if (l.links < 2 * BLOCK || l.links * LINK_BYTES > device_room(c) / 2)
        stop_unsupported(c, "a chain through %" PRIu64 " bytes cannot be laid: there is room for %" PRIu64, bytes, device_room(c));
    l.end = device_buffer(c, sizeof(uint64_t));
    l.first = device_buffer(c, l.links * LINK_BYTES);
    launch(c, "chain_write", blocks_for(l.links), ((struct grid){ BLOCK, 1, 1 }), &l.first, &l.links, &l.step);
    if (stays)
        follow(c, &l, l.links);         /* all of it: what is measured in the cache must be there */
    lengthen(c, &l);
    p = pace_measure_as(c, pass, &l, &(struct pace_how){ .launches = 1 });
    p.took_ms /= (double)l.hops;
    p.first_ms /= (double)l.hops;
    saw_time(c, &p, "ns");
    saw_num(c, "time.hops", "", (double)l.hops);
    saw_num(c, "time.set", "B", (double)l.links * LINK_BYTES);
    verify(c, &l);
}

/* A quarter of the cache: where it is two halves, more than half would not be near. */
static void run_cache(struct child *c)
{
    measure(c, (uint64_t)device_attribute(c, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE) / 4, true);
}

/* So much that next to nothing of it is in the cache: the time holds what finding the page costs, too. */
static void run_memory(struct child *c)
{
    const uint64_t cache = (uint64_t)device_attribute(c, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);

    measure(c, 2 * power_below(CACHES * cache), false);
}

static const struct expect bounds[] = {
    { .key = "wrong", .bound = EQUALS, .number = 0, .sentence = "what was measured did not do its work: the chain did not lead where it should, in %s of 2 calls" },
    { .key = "time", .bound = AT_LEAST, .number = 0, .sentence = "the time is no number above 0: %s" },
    { .key = NULL },
};

extern const struct probe probe_cuda_launch;

#define LATENCY(id, sentence) \
    const struct probe probe_bench_##id##_latency = { \
        .name = "bench." #id ".latency", .claim = sentence, .scope = SCOPE_DEVICE, .needs = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS, \
        .rests_on = { &probe_cuda_launch }, .measures = "time", .expects = bounds, .run = run_##id, \
    };

LATENCY(cache,  "A word in the GPU's second-level cache is there as soon as on its model.")
LATENCY(memory, "A word in the GPU's memory is there as soon as on its model.")
