/* bench.host.* - how fast the GPU and the host's memory send each other data, in units of 10^9 bytes a second: one way and both ways
 * at once, from memory that is pinned and from memory that is not (which the driver copies once more).
 *
 * The thread and its memory are put beside the GPU, and once more far from it where the machine has such a side. */
#include "child/pace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "child/checked.h"
#include "child/pcie.h"
#include "child/place.h"
#include "child/row.h"
#include "child/together.h"

enum { TO_DEVICE = 1 << 0, TO_HOST = 1 << 1 };
enum { BYTES_MOST = 256 << 20, HOST_SHARE = 16, PASSES = 8, UNDER_LOAD = 16 };

struct lane { void *host; CUdeviceptr device; CUstream stream; struct row row; };

struct road {
    unsigned    ways;
    bool        pinned;
    size_t      bytes;          /* each way */
    struct lane to_device, to_host;
    CUdeviceptr found;
};

/* Of both, each has a stream that waits for the default one and it for them: its events are before and after both. */
static void pass(struct child *c, void *arg)
{
    const struct road *r = arg;

    if (r->ways & TO_DEVICE)
        MUST(c, cuda, cuMemcpyHtoDAsync_v2(r->to_device.device, r->to_device.host, r->bytes, r->to_device.stream));
    if (r->ways & TO_HOST)
        MUST(c, cuda, cuMemcpyDtoHAsync_v2(r->to_host.host, r->to_host.device, r->bytes, r->to_host.stream));
}

/* What a share of the free memory on both sides has room for, and what a slow GPU can fill in time. */
static size_t bytes_of(struct child *c)
{
    const uint64_t in_time = together_bytes(c, PASSES), on_device = device_room(c) / 4;
    const uint64_t on_host = (uint64_t)sysconf(_SC_AVPHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) / HOST_SHARE;
    uint64_t most = in_time < BYTES_MOST ? in_time : BYTES_MOST;

    most = on_device < most ? on_device : most;
    most = on_host < most ? on_host : most;
    most -= most % ROW_BYTES;
    if (most == 0)
        stop_unsupported(c, "there is room for %" PRIu64 " bytes on the GPU and %" PRIu64 " on the host: too little to measure with", on_device, on_host);
    return most;
}

static void *take_pinned(struct child *c, size_t bytes)
{
    struct rlimit locked = { .rlim_cur = RLIM_INFINITY };
    void *memory = NULL;
    const long code = CALL(c, cuda, cuMemAllocHost_v2(&memory, bytes));

    if (code == 0)
        return memory;
    if (code != CUDA_ERROR_OUT_OF_MEMORY)
        child_call_failed(c, "cuMemAllocHost_v2(&memory, bytes)", &c->cuda.dl, code);
    (void)getrlimit(RLIMIT_MEMLOCK, &locked);
    if (locked.rlim_cur == RLIM_INFINITY)
        stop_unsupported(c, "the driver could not pin %zu MiB of the host's memory, and no limit on locked memory is set", bytes >> 20);
    stop_unsupported(c, "the driver could not pin %zu MiB of the host's memory; the limit on locked memory is %llu KiB (ulimit -l)", bytes >> 20,
                     (unsigned long long)locked.rlim_cur >> 10);
}

static void *take(struct child *c, const struct road *r)
{
    void *memory = r->pinned ? take_pinned(c, r->bytes) : malloc(r->bytes);

    if (memory == NULL)
        stop_ours(c, "there is no memory for %zu bytes", r->bytes);
    memset(memory, 0xFF, r->bytes);             /* by this thread: a page lies where it is first touched */
    return memory;
}

static void give_back(struct child *c, const struct road *r, void *memory)
{
    if (memory != NULL && r->pinned)
        MUST(c, cuda, cuMemFreeHost(memory));
    else
        free(memory);
}

static void take_host(struct child *c, struct road *r)
{
    if (r->ways & TO_DEVICE) {
        r->to_device.host = take(c, r);
        row_write_host(r->to_device.host, r->bytes / 8, r->to_device.row);
    }
    if (r->ways & TO_HOST)
        r->to_host.host = take(c, r);
}

static void give_back_host(struct child *c, const struct road *r)
{
    give_back(c, r, r->to_device.host);
    give_back(c, r, r->to_host.host);
}

static void build(struct child *c, struct road *r)
{
    const bool both = r->ways == (TO_DEVICE | TO_HOST);

    r->to_device.row = (struct row){ c->seed, 3 };
    r->to_host.row = (struct row){ ~c->seed, 5 };
    r->found = checked_begin(c);
    if (r->ways & TO_DEVICE)
        r->to_device.device = device_buffer(c, r->bytes);
    if (r->ways & TO_HOST) {
        r->to_host.device = device_buffer(c, r->bytes);
        row_write(c, r->to_host.device, r->bytes / 8, r->to_host.row);
    }
    if (both)
        MUST(c, cuda, cuStreamCreate(&r->to_device.stream, 0));
    if (both)
        MUST(c, cuda, cuStreamCreate(&r->to_host.stream, 0));
}

/* Of one more pass, over what no copy left there. */
static uint64_t wrong_of(struct child *c, struct road *r)
{
    uint64_t wrong = 0;

    if (r->ways & TO_DEVICE)
        MUST(c, cuda, cuMemsetD8_v2(r->to_device.device, 0xFF, r->bytes));
    if (r->ways & TO_HOST)
        memset(r->to_host.host, 0xFF, r->bytes);
    device_wait(c);
    pass(c, r);
    device_wait(c);
    if (r->ways & TO_DEVICE)
        wrong += row_wrong(c, r->to_device.device, r->bytes / 8, r->to_device.row, r->found);
    if (r->ways & TO_HOST)
        wrong += row_wrong_host(r->to_host.host, r->bytes / 8, r->to_host.row);
    return wrong;
}

/* NVML is asked while copies are on their way: at rest the link is slow. */
static void see_link(struct child *c, struct road *r, double rate)
{
    const unsigned ways = r->ways == (TO_DEVICE | TO_HOST) ? 2 : 1;
    struct pcie link;

    for (unsigned i = 0; i < UNDER_LOAD; i++)
        pass(c, r);
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

static double work_of(const struct road *r)
{
    return (double)r->bytes * (r->ways == (TO_DEVICE | TO_HOST) ? 2 : 1);
}

/* The same with a thread and memory on the other side. */
static uint64_t measure_far(struct child *c, struct road *r, const struct places *places)
{
    struct pace p;
    uint64_t wrong;

    if (!place_go(places, FAR))
        return 0;
    take_host(c, r);
    p = pace_measure(c, pass, r);
    saw_num(c, "rate.remote", "GB/s", work_of(r) / p.took_ms / 1e6);
    tell_place(c, "remote.place", r, "far from the GPU");
    wrong = wrong_of(c, r);
    give_back_host(c, r);
    return wrong;
}

static void measure(struct child *c, unsigned ways, bool pinned)
{
    struct road r = { .ways = ways, .pinned = pinned, .bytes = bytes_of(c) };
    const struct places places = places_find(c);
    const bool beside = place_go(&places, BESIDE);
    struct pace p;
    uint64_t wrong;

    build(c, &r);
    take_host(c, &r);
    p = pace_measure(c, pass, &r);
    saw_rate(c, &p, work_of(&r), "GB/s");
    saw_num(c, "rate.bytes", "B", work_of(&r));
    tell_place(c, "rate.place", &r, beside ? "beside the GPU" : "NVML names no processor beside the GPU that this process may use");
    see_link(c, &r, work_of(&r) / p.took_ms / 1e6);
    wrong = wrong_of(c, &r);
    give_back_host(c, &r);
    if (beside)
        wrong += measure_far(c, &r, &places);
    place_leave(&places);
    saw_num(c, "wrong", "", (double)wrong);
}

static void run_to_device_pinned(struct child *c)   { measure(c, TO_DEVICE, true); }
static void run_to_host_pinned(struct child *c)     { measure(c, TO_HOST, true); }
static void run_both_pinned(struct child *c)        { measure(c, TO_DEVICE | TO_HOST, true); }
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
