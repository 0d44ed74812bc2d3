/* bench.host.{to_device,to_host,both}.* - how fast a GPU and the host's memory send each other data, in units of 10^9 bytes a second: one way and both ways
 * at once, from memory that is pinned and from memory that is not (which the driver copies once more).
 *
 * The thread and its memory are put beside the GPU, and once more far from it where the machine has such a side. */
#include "child/pace/pace.h"

#include "base/text.h"
#include "child/transfer/pcie.h"
#include "child/transfer/place.h"
#include "child/transfer/road.h"

enum { UNDER_LOAD = 16 };

/* NVML is asked while copies are on their way: at rest the link is slow. */
static void see_link(struct child *c, struct road *r, double rate)
{
    const unsigned ways = r->ways == BOTH_WAYS ? 2 : 1;
    struct pcie link;

    for (unsigned i = 0; i < UNDER_LOAD; i++)
        road_pass(c, r);
    link = pcie_now(c);
    device_wait(c);
    saw_pcie(c, &link);
    /* What is faster does not go by PCIe alone (NVLink-C2C). */
    if (rate > ways * pcie_gbs(&link))
        return;
    saw_num(c, "peak", "GB/s", ways * pcie_gbs(&link));
    saw_text(c, "peak.of", "its link: PCIe generation %u x%u%s", link.generation, link.width, ways == 2 ? ", both ways" : "");
}

static void tell_place(struct child *c, const char *key, const struct road *r, const char *side)
{
    const void *memory = r->ways & TO_DEVICE ? r->to_device.host : r->to_host.host;
    const int cpu = place_of_cpu(), node = place_of_memory(memory);

    saw_text(c, key, "%s, by a processor of node %d%s", side, cpu,
             node < 0 ? "; the kernel does not tell where the memory lies" : text_make(&c->arena, ", memory of node %d", node));
}

/* The same with a thread and memory on the other side. */
static uint64_t measure_far(struct child *c, struct road *r, const struct places *places)
{
    struct pace p;
    uint64_t wrong;

    if (!place_go(places, FAR))
        return 0;
    road_take_host(c, r);
    p = pace_measure(c, road_pass, r);
    saw_num(c, "rate.remote", "GB/s", road_work(r) / p.took_ms / 1e6);
    tell_place(c, "remote.place", r, "far from the GPU");
    wrong = road_wrong(c, r);
    road_give_back_host(c, r);
    return wrong;
}

static void measure(struct child *c, unsigned ways, bool pinned)
{
    struct road r = { .ways = ways, .pinned = pinned, .bytes = road_bytes(c, 1) };
    const struct places places = places_find(c);
    const bool beside = place_go(&places, BESIDE);
    struct pace p;
    uint64_t wrong;

    road_build(c, &r);
    road_take_host(c, &r);
    p = pace_measure(c, road_pass, &r);
    saw_rate(c, &p, road_work(&r), "GB/s");
    saw_num(c, "rate.bytes", "B", road_work(&r));
    tell_place(c, "rate.place", &r, beside ? "beside the GPU" : "NVML names no processor beside the GPU that this process may use");
    see_link(c, &r, road_work(&r) / p.took_ms / 1e6);
    wrong = road_wrong(c, &r);
    road_give_back_host(c, &r);
    if (beside)
        wrong += measure_far(c, &r, &places);
    place_leave(&places);
    saw_num(c, "wrong", "", (double)wrong);
}

static void run_to_device_pinned(struct child *c)   { measure(c, TO_DEVICE, true); }
static void run_to_host_pinned(struct child *c)     { measure(c, TO_HOST, true); }
static void run_both_pinned(struct child *c)        { measure(c, BOTH_WAYS, true); }
static void run_to_device_pageable(struct child *c) { measure(c, TO_DEVICE, false); }
static void run_to_host_pageable(struct child *c)   { measure(c, TO_HOST, false); }

static const struct expect bounds[] = {
    { .key = "wrong", .bound = EQUALS, .number = 0, .sentence = "what was measured did not do its work: %s words are wrong" },
    { .key = "rate", .bound = AT_LEAST, .number = 0, .sentence = "the rate is no number above 0: %s" },
    { .key = NULL },
};

extern const struct probe probe_cuda_copy_h2d, probe_cuda_copy_d2h;

/* Alone: GPUs may share what leads to the host. */
#define HOST(id, dotted, sends, memory) \
    const struct probe probe_bench_host_##id = { \
        .name = "bench.host." dotted, .claim = sends " as fast as the link between them can, " memory ".", \
        .scope = SCOPE_DEVICE, .needs = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS, .alone = true, .may_skip = true, \
        .rests_on = { &probe_cuda_copy_h2d, &probe_cuda_copy_d2h }, .measures = "rate", .expects = bounds, .run = run_##id, \
    };

#define PINNED   "with memory that is pinned"
#define PAGEABLE "as far as the driver's own copy of memory that is not pinned lets them"

HOST(to_device_pinned,   "to_device.pinned",   "The host sends the GPU data",         PINNED)
HOST(to_host_pinned,     "to_host.pinned",     "The GPU sends the host data",         PINNED)
HOST(both_pinned,        "both.pinned",        "Host and GPU send each other data",   PINNED)
HOST(to_device_pageable, "to_device.pageable", "The host sends the GPU data",         PAGEABLE)
HOST(to_host_pageable,   "to_host.pageable",   "The GPU sends the host data",         PAGEABLE)
