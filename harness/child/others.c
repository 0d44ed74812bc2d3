/* Evidence that a failure is another process's or user's doing: looked for only
 * when a call has just failed in a way that may be, and never a failure itself. */
#include "child/state.h"

#include <unistd.h>

enum { PROCESSES_MAX = 64, EXCLUSIVE_PROCESS = 3, PROHIBITED = 2 };

bool nvml_open_softly(struct child *c)
{
    void *handle;
    bool opens;

    if (c->state->nvml_ready)
        return true;
    child_enter(c, "dlopen(\"libnvidia-ml.so.1\")", "libnvidia-ml.so.1");
    opens = dl_open(&handle, "libnvidia-ml.so.1", false, &c->err);
    child_leave(c, 0);
    c->state->nvml_ready = opens && nvml_bind(&c->nvml, handle, &c->err) && CALL(c, nvml, nvmlInit_v2()) == NVML_SUCCESS;
    return c->state->nvml_ready;
}

/* Drivers before R510 have the second version only; its list is the same. */
long child_processes(struct child *c, nvmlDevice_t device, unsigned *n, nvmlProcessInfo_t *list)
{
    const unsigned room = *n;
    long code = NVML_ERROR_FUNCTION_NOT_FOUND;

    if (c->nvml.nvmlDeviceGetComputeRunningProcesses_v3 != NULL)
        code = CALL(c, nvml, nvmlDeviceGetComputeRunningProcesses_v3(device, n, list));
    if (code != NVML_ERROR_FUNCTION_NOT_FOUND || c->nvml.nvmlDeviceGetComputeRunningProcesses_v2 == NULL)
        return code;
    *n = room;
    return CALL(c, nvml, nvmlDeviceGetComputeRunningProcesses_v2(device, n, list));
}

/* Memory that other processes hold on the device; in a container their numbers
 * are unknown, but ours is never among those that count. */
static void tell_foreign_memory(struct child *c, nvmlDevice_t device)
{
    nvmlProcessInfo_t list[PROCESSES_MAX];
    unsigned n = PROCESSES_MAX;
    double bytes = 0;

    if (child_processes(c, device, &n, list) != NVML_SUCCESS)
        return;
    for (unsigned i = 0; i < n; i++)
        if (list[i].pid != (unsigned)getpid() && list[i].usedGpuMemory != UINT64_MAX)
            bytes += (double)list[i].usedGpuMemory;
    if (bytes > 0)
        saw_num(c, "memory.foreign_bytes", "B", bytes);
}

void others_look(struct child *c, const struct dl *lib, long code)
{
    nvmlComputeMode_t mode = 0;
    nvmlDevice_t device;

    if (c->device_uuid == NULL || (lib != &c->cuda.dl && lib != &c->cudart.dl)
        || (code != CUDA_ERROR_OUT_OF_MEMORY && code != CUDA_ERROR_INVALID_DEVICE && code != CUDA_ERROR_DEVICE_UNAVAILABLE))
        return;
    if (!nvml_open_softly(c) || CALL(c, nvml, nvmlDeviceGetHandleByUUID(c->device_uuid, &device)) != NVML_SUCCESS)
        return;
    tell_foreign_memory(c, device);
    if (CALL(c, nvml, nvmlDeviceGetComputeMode(device, &mode)) == NVML_SUCCESS && (mode == EXCLUSIVE_PROCESS || mode == PROHIBITED))
        saw_num(c, "device.exclusive", "", mode);
}
