/* driver.tenants - who else uses the GPUs that this process may use, and how much
 * memory is left. The census reads it: what others use is treated with care. */
#include "child/child.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { PROCESSES_MAX = 128, NAMED_MAX = 3 };

/* NVML tells the host's process numbers: only there is /proc/PID that process. */
static bool sees_host_processes(void)
{
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/pid", ns, sizeof ns - 1);

    /* PROC_PID_INIT_INO of the kernel's include/linux/proc_ns.h */
    return n > 0 && strncmp(ns, "pid:[4026531836]", (size_t)n) == 0;
}

static void name_process(struct child *c, struct text *t, unsigned pid)
{
    char name[32];
    int fd = sees_host_processes() ? open(text_make(&c->arena, "/proc/%u/comm", pid), O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd >= 0 ? read(fd, name, sizeof name) : -1;

    if (fd >= 0)
        close(fd);
    text_add(t, "pid %u", pid);
    if (n > 1)
        text_add(t, " (%.*s)", (int)n - 1, name);
}

static void tell_processes(struct child *c, int gpu, nvmlDevice_t device)
{
    nvmlProcessInfo_t list[PROCESSES_MAX];
    struct text who = { .arena = &c->arena };
    unsigned n = PROCESSES_MAX, others = 0;
    long code = child_processes(c, device, &n, list);

    if (code == NVML_ERROR_INSUFFICIENT_SIZE)
        saw_text(c, text_make(&c->arena, "gpu%d.foreign", gpu), "more than %d processes", PROCESSES_MAX);
    else if (code != NVML_SUCCESS && code != NVML_ERROR_NOT_SUPPORTED)
        saw_text(c, "warning", "NVML does not tell which processes use gpu%d (error %ld): it is taken for idle", gpu, code);
    if (code != NVML_SUCCESS)
        return;
    for (unsigned i = 0; i < n; i++) {
        if (list[i].pid == (unsigned)getpid() || ++others > NAMED_MAX)
            continue;
        text_add(&who, "%s", others > 1 ? ", " : "");
        name_process(c, &who, list[i].pid);
        if (list[i].usedGpuMemory != UINT64_MAX)
            text_add(&who, " with %llu MiB", list[i].usedGpuMemory >> 20);
    }
    if (others > NAMED_MAX)
        text_add(&who, " and %u more", others - NAMED_MAX);
    if (others > 0)
        saw_text(c, text_make(&c->arena, "gpu%d.foreign", gpu), "%s", who.s);
}

static void run(struct child *c)
{
    int n;

    MUST(c, cuda, cuDeviceGetCount(&n));
    for (int i = 0; i < n; i++) {
        nvmlDevice_t device;
        nvmlMemory_t memory;
        const char *uuid;
        CUdevice gpu;

        MUST(c, cuda, cuDeviceGet(&gpu, i));
        uuid = child_device_uuid(c, gpu);
        if (CALL(c, nvml, nvmlDeviceGetHandleByUUID(uuid, &device)) != NVML_SUCCESS) {
            saw_text(c, "warning", "NVML does not know %s: who else uses it is not known either", uuid);
            continue;
        }
        if (CALL(c, nvml, nvmlDeviceGetMemoryInfo(device, &memory)) == NVML_SUCCESS)
            saw_num(c, text_make(&c->arena, "gpu%d.free", i), "B", (double)memory.free);
        tell_processes(c, i, device);
    }
    saw_num(c, "tenants.gpus", "", n);
}

extern const struct probe probe_driver_sees_all;

const struct probe probe_driver_tenants = {
    .name     = "driver.tenants",
    .claim    = "NVML tells who else uses the GPUs that CUDA shows.",
    .scope    = SCOPE_MACHINE,
    .needs    = NEEDS_NVML | NEEDS_DRIVER,
    .rests_on = { &probe_driver_sees_all },
    .expects  = (const struct expect[]){
        { .key = "tenants.gpus", .bound = AT_LEAST, .number = 1, .sentence = "CUDA sees no GPU" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
