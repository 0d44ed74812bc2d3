#include "child/together.h"

#include "base/text.h"
#include "child/state.h"

const char *together_name(struct child *c, size_t gpu)
{
    return text_make(&c->arena, "gpu%d", c->gpus[gpu].index);
}

const char *together_enter(struct child *c, const char *call, const struct dl *lib, size_t from, size_t to)
{
    const char *named = text_make(&c->arena, "%s from gpu%d to gpu%d()", call, c->gpus[from].index, c->gpus[to].index);

    child_enter(c, named, lib->path);
    return named;
}

void together_leave(struct child *c, const char *call, const struct dl *lib, long code)
{
    if (child_leave(c, code) != 0)
        child_call_failed(c, call, lib, code);
}

uint64_t together_bytes(struct child *c, uint64_t passes)
{
    int khz, bits;

    MUST(c, cuda, cuDeviceGetAttribute(&khz, CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, c->device));
    MUST(c, cuda, cuDeviceGetAttribute(&bits, CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, c->device));
    if (khz <= 0 || bits <= 0)
        return UINT64_MAX;
    return (uint64_t)khz * 1000 * 2 * (uint64_t)bits / 8 / 4 / passes;          /* two transfers a cycle; a quarter of a second */
}

bool together_can_reach(struct child *c, size_t who, size_t whose)
{
    const char *call = together_enter(c, "cuDeviceCanAccessPeer", &c->cuda.dl, who, whose);
    int can = 0;

    together_leave(c, call, &c->cuda.dl, c->cuda.cuDeviceCanAccessPeer(&can, c->gpus[who].device, c->gpus[whose].device));
    return can != 0;
}

void together_grant(struct child *c, size_t who, size_t whose)
{
    const char *call;

    child_use_gpu(c, who);
    call = together_enter(c, "cuCtxEnablePeerAccess", &c->cuda.dl, who, whose);
    together_leave(c, call, &c->cuda.dl, c->cuda.cuCtxEnablePeerAccess(c->gpus[whose].context, 0));
}

void together_revoke(struct child *c, size_t who, size_t whose)
{
    const char *call;

    child_use_gpu(c, who);
    call = together_enter(c, "cuCtxDisablePeerAccess", &c->cuda.dl, who, whose);
    together_leave(c, call, &c->cuda.dl, c->cuda.cuCtxDisablePeerAccess(c->gpus[whose].context));
}

bool together_by_nvlink(struct child *c, size_t one, size_t other)
{
    nvmlGpuP2PStatus_t status = NVML_P2P_STATUS_UNKNOWN;
    nvmlDevice_t handles[2];
    const char *uuids[] = { c->gpus[one].uuid, c->gpus[other].uuid };

    if (!c->gpus[one].nvml_answers || !nvml_open_softly(c) || c->nvml.nvmlDeviceGetP2PStatus == NULL)
        return false;
    for (size_t i = 0; i < COUNT_OF(handles); i++)
        if (CALL(c, nvml, nvmlDeviceGetHandleByUUID(uuids[i], &handles[i])) != NVML_SUCCESS)
            return false;
    return CALL(c, nvml, nvmlDeviceGetP2PStatus(handles[0], handles[1], NVML_P2P_CAPS_INDEX_NVLINK, &status)) == NVML_SUCCESS
        && status == NVML_P2P_STATUS_OK;
}
