/* memory.pattern, memory.march - as much of the GPU's memory as may be taken is
 * written and checked over and over: each element of a march goes over all of it
 * before the next begins, so that two addresses that reach one cell, and a cell
 * that changes with another, show too.
 *
 * Up and down are kept between waves of thread blocks: those that run at the same
 * time, over some 10 MB, go in any order. Where an element turns round, the second
 * level cache still holds the end of the last one (up to 130 MB): memory.pattern never
 * turns, so that both of its values come from memory. */
#include "child/march.h"

#include "base/clock.h"
#include "base/text.h"

enum { CACHES = 4 };

/* How often a march reads or writes each word. */
static unsigned operations(const struct march_element *e)
{
    unsigned n = 0;

    for (; e->kernel != NULL; e++)
        n += text_is(e->kernel, "march_step") ? 2 : 1;
    return n;
}

/* How many bytes can be marched over within that time at the memory's peak rate, by
 * the device's own words: more than there are on all but integrated and simulated ones. */
static uint64_t bytes_within(struct child *c, unsigned seconds, unsigned times)
{
    int khz, bits;

    MUST(c, cuda, cuDeviceGetAttribute(&khz, CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, c->device));
    MUST(c, cuda, cuDeviceGetAttribute(&bits, CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, c->device));
    if (khz <= 0 || bits <= 0)
        return UINT64_MAX;
    return (uint64_t)khz * 1000 * 2 * (uint64_t)bits / 8 * seconds / times;     /* two transfers a cycle */
}

/* An integrated GPU's memory is the machine's: half of what is free there stays for the rest of it. */
static uint64_t fair_share(struct child *c)
{
    int integrated;

    MUST(c, cuda, cuDeviceGetAttribute(&integrated, CU_DEVICE_ATTRIBUTE_INTEGRATED, c->device));
    return integrated ? device_room(c) / 2 : UINT64_MAX;
}

/* A share that was not tested is said, and a cache that may have answered for memory. */
static void tell_share(struct child *c, const struct area *m, uint64_t total)
{
    const double tested = (double)m->words * sizeof(uint64_t);
    int cache;

    saw_num(c, "memory.tested", "B", tested);
    saw_num(c, "memory.share", "%", 100 * tested / (double)total);
    saw_num(c, "memory.untested", "B", (double)total - tested);
    saw_num(c, "memory.pieces", "", (double)m->n);
    MUST(c, cuda, cuDeviceGetAttribute(&cache, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, c->device));
    if (tested < (double)CACHES * cache)
        saw_text(c, "warning", "%.0f MiB of memory could be taken, less than %d times the second level cache: it may have answered for memory",
                 tested / 1048576, CACHES);
}

static void march(struct child *c, const struct march_element *elements, unsigned seconds)
{
    double began = clock_ms_fine(), fused_ms = 0, fused_bytes = 0;
    uint64_t in_time, fair;
    size_t free_bytes, total;
    struct march *m;

    MUST(c, cuda, cuMemGetInfo_v2(&free_bytes, &total));
    in_time = bytes_within(c, seconds, operations(elements));
    fair = fair_share(c);
    m = march_begin(c, elements, in_time < fair ? in_time : fair);
    saw_num(c, "memory.take_ms", "ms", clock_ms_fine() - began);
    for (uint32_t i = 0; elements[i].kernel != NULL && m->area.n > 0; i++) {
        began = clock_ms_fine();
        march_go_over(c, m, i);
        if (elements[i].expect != elements[i].next) {
            fused_ms += clock_ms_fine() - began;
            fused_bytes += 2.0 * (double)m->area.words * sizeof(uint64_t);
        }
    }
    march_tell(c, m);
    tell_share(c, &m->area, total);
    if (fused_ms > 0)
        saw_num(c, "memory.rate", "GB/s", fused_bytes / fused_ms / 1e6);
}

/* At most a second and five of the memory's own time: a whole GPU's takes less. */
static void run_two_passes(struct child *c) { march(c, march_two_passes, 1); }
static void run_march_c(struct child *c)    { march(c, march_c, 5); }

extern const struct probe probe_cuda_launch;

static const struct expect expects[] = {
    MARCH_BOUND,
    { .key = "memory.tested", .bound = AT_LEAST, .number = 8, .sentence = "no memory could be taken" },
    { .key = NULL },
};

const struct probe probe_memory_pattern = {
    .name     = "memory.pattern",
    .claim    = "Device memory holds what is written to it, as far as it is free: a hash of each word's address, and then its complement.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS,
    .tells_counters = true,
    .rests_on = { &probe_cuda_launch },
    .limit_s  = 120,
    .expects  = expects,
    .run      = run_two_passes,
};

const struct probe probe_memory_march = {
    .name     = "memory.march",
    .claim    = "March C- finds no stuck, aliased or coupled cell in free device memory; its order is kept between waves of thread blocks.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS,
    .tells_counters = true,
    .rests_on = { &probe_memory_pattern },
    .level    = LEVEL_FULL,
    .limit_s  = 120,
    .expects  = expects,
    .run      = run_march_c,
};
