/* The fake driver's peer access: with FAKE_P2P=0 no device reaches another's memory. */
#include "tests/fakes/cuda.h"

#include <stdio.h>
#include <string.h>

static bool is_device(CUdevice d)
{
    return d >= 0 && d < fake_visible_devices();
}

/* Of this process's own contexts; filled by those that enable access. */
static bool reaches[GPUS_MAX][GPUS_MAX];

bool fake_reaches(int who, int whose)
{
    return who == whose || reaches[who][whose];
}

CUresult fake_cuDeviceCanAccessPeer(int *can, CUdevice who, CUdevice whose)
{
    *can = who != whose && fake_number("FAKE_P2P", 1) != 0;
    return fake_need_init() != 0 ? fake_need_init() : is_device(who) && is_device(whose) ? 0 : 101;
}

/* CUDA_ERROR_INVALID_CONTEXT, CUDA_ERROR_PEER_ACCESS_UNSUPPORTED, ..._ALREADY_ENABLED */
CUresult fake_cuCtxEnablePeerAccess(CUcontext peer, unsigned flags)
{
    const struct fake_context *other = (struct fake_context *)(void *)peer;
    const int here = fake_current();

    if (fake_need_context() != 0)
        return fake_need_context();
    if (other == NULL || other->device == here || !other->retained || flags != 0)
        return 201;
    if (fake_number("FAKE_P2P", 1) == 0)
        return 217;
    if (reaches[here][other->device])
        return 704;
    reaches[here][other->device] = true;
    return 0;
}

/* CUDA_ERROR_PEER_ACCESS_NOT_ENABLED */
CUresult fake_cuCtxDisablePeerAccess(CUcontext peer)
{
    const struct fake_context *other = (struct fake_context *)(void *)peer;
    const int here = fake_current();

    if (fake_need_context() != 0)
        return fake_need_context();
    if (other == NULL || !reaches[here][other->device])
        return 705;
    reaches[here][other->device] = false;
    return 0;
}

/* An order may be for one pair of GPUs: cuMemcpyPeer@2-5 is the copy from GPU 2 to GPU 5. */
static CUresult copy(const char *call, CUdeviceptr to, CUcontext to_context, CUdeviceptr from, CUcontext from_context, size_t bytes)
{
    const struct fake_context *s = (struct fake_context *)(void *)from_context, *d = (struct fake_context *)(void *)to_context;
    CUresult code = fake_need_context();
    char pair[64];

    if (code != 0)
        return code;
    if (!fake_owns(host_of(from), bytes) || !fake_owns(host_of(to), bytes) || s == NULL || d == NULL
        || fake_device_of(host_of(from)) != s->device || fake_device_of(host_of(to)) != d->device)
        return 1;
    snprintf(pair, sizeof pair, "%s@%d-%d", call, fake_gpu(s->device), fake_gpu(d->device));
    code = (CUresult)fake_gate(pair);
    if (code != 0 || fake_lie_is(STALE_RESULT)) {
        fake_spoil(NULL, 0);
        return code;
    }
    memcpy(host_of(to), host_of(from), bytes);
    if (fake_lie_is(SHIFTED_ROWS))
        memmove(host_of(to + 4), host_of(to), bytes - 4);
    fake_spoil(host_of(to), bytes / sizeof(float));
    return 0;
}

CUresult fake_cuMemcpyPeer(CUdeviceptr to, CUcontext to_context, CUdeviceptr from, CUcontext from_context, size_t bytes)
{
    return copy("cuMemcpyPeer", to, to_context, from, from_context, bytes);
}

CUresult fake_cuMemcpyPeerAsync(CUdeviceptr to, CUcontext to_context, CUdeviceptr from, CUcontext from_context, size_t bytes, CUstream s)
{
    (void)s;
    return copy("cuMemcpyPeerAsync", to, to_context, from, from_context, bytes);
}
