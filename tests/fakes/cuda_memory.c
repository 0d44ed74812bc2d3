/* The fake driver's memory: host memory, with the bounds of every allocation
 * kept, so that a copy outside of one is an error as on the device. */
#include "tests/fakes/cuda.h"

#include <stdlib.h>
#include <string.h>

enum { ALLOCATIONS_MAX = 4096 };

static struct allocation { char *base; size_t bytes; bool host; int device; } allocations[ALLOCATIONS_MAX];
static size_t used;

static size_t total(void)
{
    return (size_t)fake_number("FAKE_MEMORY", 4096) << 20;
}

/* What others hold: FAKE_USED in MiB. */
static size_t others_hold(void)
{
    return (size_t)fake_number("FAKE_USED", 0) << 20;
}

static struct allocation *holding(const void *address, size_t bytes, bool host)
{
    uintptr_t p = (uintptr_t)address;

    for (size_t i = 0; i < ALLOCATIONS_MAX; i++) {
        struct allocation *a = &allocations[i];
        uintptr_t base = (uintptr_t)a->base;

        if (a->base != NULL && a->host == host && p >= base && p - base <= a->bytes && bytes <= a->bytes - (p - base))
            return a;
    }
    return NULL;
}

bool fake_owns(const void *address, size_t bytes)
{
    return holding(address, bytes, false) != NULL;
}

void *fake_largest(void)
{
    const struct allocation *most = NULL;

    for (size_t i = 0; i < ALLOCATIONS_MAX; i++)
        if (allocations[i].base != NULL && !allocations[i].host && (most == NULL || allocations[i].bytes > most->bytes))
            most = &allocations[i];
    return most != NULL ? most->base : NULL;
}

int fake_device_of(const void *address)
{
    const struct allocation *a = holding(address, 1, false);

    return a != NULL ? a->device : -1;
}

bool fake_allocation_of(const void *address, void **base, size_t *bytes)
{
    const struct allocation *a = holding(address, 1, false);

    if (a == NULL)
        return false;
    *base = a->base;
    *bytes = a->bytes;
    return true;
}

static int allocate(void **address, size_t bytes, bool host)
{
    struct allocation *a = allocations;
    void *memory;

    *address = NULL;
    if (bytes == 0)
        return 1;
    while (a < allocations + ALLOCATIONS_MAX && a->base != NULL)
        a++;
    if (a == allocations + ALLOCATIONS_MAX || (!host && bytes > total() - others_hold() - used))
        return CUDA_ERROR_OUT_OF_MEMORY;
    if (posix_memalign(&memory, 256, bytes) != 0)
        return CUDA_ERROR_OUT_OF_MEMORY;
    *a = (struct allocation){ memory, bytes, host, fake_current() };
    used += host ? 0 : bytes;
    *address = memory;
    return 0;
}

static int release(void *address, bool host)
{
    struct allocation *a = holding(address, 0, host);

    if (address == NULL)
        return 0;
    if (a == NULL || a->base != address)
        return 1;
    used -= host ? 0 : a->bytes;
    free(a->base);
    a->base = NULL;
    return 0;
}

int fake_alloc(void **address, size_t bytes)
{
    return allocate(address, bytes, false);
}

int fake_release(void *address)
{
    return release(address, false);
}

CUresult fake_cuMemAlloc_v2(CUdeviceptr *p, size_t bytes)
{
    void *address = NULL;
    CUresult code = fake_need_context();

    if (code == 0)
        code = fake_alloc(&address, bytes);
    *p = (CUdeviceptr)(uintptr_t)address;
    return code;
}

CUresult fake_cuMemFree_v2(CUdeviceptr p)
{
    CUresult code = fake_need_context();

    return code != 0 ? code : fake_release(host_of(p));
}

CUresult fake_cuMemGetInfo_v2(size_t *free_bytes, size_t *total_bytes)
{
    *total_bytes = total();
    *free_bytes = total() - others_hold() - used;
    return fake_need_context();
}

CUresult fake_cuDeviceTotalMem_v2(size_t *bytes, CUdevice d)
{
    int n = 0;
    CUresult code = fake_cuDeviceGetCount(&n);

    *bytes = total();
    return code != 0 ? code : d >= 0 && d < n ? 0 : 101;
}

CUresult fake_cuMemAllocHost_v2(void **p, size_t bytes)
{
    CUresult code = fake_need_context();

    return code != 0 ? code : allocate(p, bytes, true);
}

CUresult fake_cuMemFreeHost(void *p)
{
    CUresult code = fake_need_context();

    return code != 0 ? code : release(p, true);
}

static CUresult range(CUdeviceptr p, size_t bytes)
{
    CUresult code = fake_need_context();

    return code != 0 ? code : fake_owns(host_of(p), bytes) ? 0 : 1;
}

static void copy(void *to, const void *from, size_t bytes)
{
    fake_compares();
    if (!fake_lie_is(STALE_RESULT))
        memmove(to, from, bytes);
    else if (memcmp(to, from, bytes) != 0)
        fake_told();
    fake_spoil(to, fake_lie_is(STALE_RESULT) ? 0 : bytes / sizeof(float));
}

static void fill(void *to, const void *pattern, size_t size, size_t n)
{
    char *at = to;
    bool changes = false;

    fake_compares();
    for (size_t i = 0; i < n; i++) {
        changes |= memcmp(at + i * size, pattern, size) != 0;
        if (!fake_lie_is(STALE_RESULT))
            memcpy(at + i * size, pattern, size);
    }
    if (fake_lie_is(STALE_RESULT) && changes)
        fake_told();
    fake_spoil(to, fake_lie_is(STALE_RESULT) ? 0 : n * size / sizeof(float));
}

CUresult fake_cuMemcpyHtoD_v2(CUdeviceptr to, const void *from, size_t bytes)
{
    CUresult code = range(to, bytes);

    if (code == 0)
        copy(host_of(to), from, bytes);
    return code;
}

CUresult fake_cuMemcpyDtoH_v2(void *to, CUdeviceptr from, size_t bytes)
{
    CUresult code = range(from, bytes);

    if (code == 0)
        copy(to, host_of(from), bytes);
    return code;
}

CUresult fake_cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes)
{
    CUresult code = range(from, bytes);

    if (code == 0)
        code = range(to, bytes);
    if (code == 0)
        copy(host_of(to), host_of(from), bytes);
    return code;
}

CUresult fake_cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, CUstream s)
{
    (void)s;
    return fake_cuMemcpyHtoD_v2(to, from, bytes);
}

CUresult fake_cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, CUstream s)
{
    (void)s;
    return fake_cuMemcpyDtoH_v2(to, from, bytes);
}

CUresult fake_cuMemsetD8_v2(CUdeviceptr p, unsigned char byte, size_t n)
{
    CUresult code = range(p, n);

    if (code == 0)
        fill(host_of(p), &byte, 1, n);
    return code;
}

CUresult fake_cuMemsetD32_v2(CUdeviceptr p, unsigned word, size_t n)
{
    CUresult code = n > SIZE_MAX / 4 || p % 4 != 0 ? 1 : range(p, 4 * n);

    if (code == 0)
        fill(host_of(p), &word, 4, n);
    return code;
}

CUresult fake_cuPointerGetAttribute(void *value, CUpointer_attribute which, CUdeviceptr p)
{
    unsigned type = holding(host_of(p), 1, false) != NULL ? 2 : holding(host_of(p), 1, true) != NULL ? 1 : 0;

    if (which != CU_POINTER_ATTRIBUTE_MEMORY_TYPE || type == 0)
        return 1;
    memcpy(value, &type, sizeof type);
    return 0;
}
