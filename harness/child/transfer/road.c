#include "child/transfer/road.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "child/checked.h"
#include "child/together.h"

enum { BYTES_MOST = 256 << 20, HOST_SHARE = 64, PASSES = 8 };

void road_pass(struct child *c, void *arg)
{
    const struct road *r = arg;

    if (r->ways & TO_DEVICE)
        MUST(c, cuda, cuMemcpyHtoDAsync_v2(r->to_device.device, r->to_device.host, r->bytes, r->to_device.stream));
    if (r->ways & TO_HOST)
        MUST(c, cuda, cuMemcpyDtoHAsync_v2(r->to_host.host, r->to_host.device, r->bytes, r->to_host.stream));
}

size_t road_bytes(struct child *c, size_t roads)
{
    const uint64_t in_time = together_bytes(c, PASSES * roads), on_device = device_room(c) / 4;
    const uint64_t on_host = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) / HOST_SHARE / roads;
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

void road_take_host(struct child *c, struct road *r)
{
    if (r->ways & TO_DEVICE) {
        r->to_device.host = take(c, r);
        row_write_host(r->to_device.host, r->bytes / 8, r->to_device.row);
    }
    if (r->ways & TO_HOST)
        r->to_host.host = take(c, r);
}

void road_give_back_host(struct child *c, struct road *r)
{
    give_back(c, r, r->to_device.host);
    give_back(c, r, r->to_host.host);
    r->to_device.host = r->to_host.host = NULL;
}

void road_build(struct child *c, struct road *r)
{
    const bool both = r->ways == BOTH_WAYS;

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

uint64_t road_wrong(struct child *c, struct road *r)
{
    uint64_t wrong = 0;

    if (r->ways & TO_DEVICE)
        MUST(c, cuda, cuMemsetD8_v2(r->to_device.device, 0xFF, r->bytes));
    if (r->ways & TO_HOST)
        memset(r->to_host.host, 0xFF, r->bytes);
    device_wait(c);
    road_pass(c, r);
    device_wait(c);
    if (r->ways & TO_DEVICE)
        wrong += row_wrong(c, r->to_device.device, r->bytes / 8, r->to_device.row, r->found);
    if (r->ways & TO_HOST)
        wrong += row_wrong_host(r->to_host.host, r->bytes / 8, r->to_host.row);
    return wrong;
}

double road_work(const struct road *r)
{
    return (double)r->bytes * (r->ways == BOTH_WAYS ? 2 : 1);
}
