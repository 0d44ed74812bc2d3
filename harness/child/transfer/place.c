#include "child/transfer/place.h"

#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child/state.h"

/* Of the kernel's interface (set_mempolicy(2), get_mempolicy(2)); the C library has no names for them. */
enum { FROM_ANYWHERE = 0, PREFER = 1, NODE_OF = 1, OF_ADDRESS = 2, LONG_BITS = sizeof(unsigned long) * CHAR_BIT };

struct places places_find(struct child *c)
{
    unsigned long beside[CPU_SETSIZE / LONG_BITS] = { 0 };
    struct places p;
    nvmlDevice_t device;

    memset(&p, 0, sizeof p);
    if (sched_getaffinity(0, sizeof p.before, &p.before) != 0 || c->device_uuid == NULL || !nvml_open_softly(c) || c->nvml.nvmlDeviceGetCpuAffinity == NULL
        || CALL(c, nvml, nvmlDeviceGetHandleByUUID(c->device_uuid, &device)) != NVML_SUCCESS
        || CALL(c, nvml, nvmlDeviceGetCpuAffinity(device, COUNT_OF(beside), beside)) != NVML_SUCCESS)
        return p;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &p.before))
            CPU_SET(cpu, &p.on[(beside[cpu / LONG_BITS] >> cpu % LONG_BITS & 1) != 0 ? BESIDE : FAR]);
    return p;
}

/* Where the kernel refuses (containers often do), what is touched first here is from here all the same. */
static void prefer(int node)
{
    unsigned long nodes = 1ul << (node < 0 ? 0 : node % LONG_BITS);

    (void)syscall(SYS_set_mempolicy, node >= 0 && node < LONG_BITS ? PREFER : FROM_ANYWHERE, node >= 0 && node < LONG_BITS ? &nodes : NULL, LONG_BITS + 1);
}

bool place_go(const struct places *p, enum side side)
{
    if (CPU_COUNT(&p->on[side]) == 0 || sched_setaffinity(0, sizeof p->on[side], &p->on[side]) != 0)
        return false;
    prefer(place_of_cpu());
    return true;
}

void place_leave(const struct places *p)
{
    if (CPU_COUNT(&p->on[BESIDE]) + CPU_COUNT(&p->on[FAR]) == 0)
        return;
    prefer(-1);
    (void)sched_setaffinity(0, sizeof p->before, &p->before);
}

int place_of_cpu(void)
{
    unsigned cpu, node;

    return syscall(SYS_getcpu, &cpu, &node, NULL) == 0 ? (int)node : -1;
}

int place_of_memory(const void *at)
{
    int node;

    return syscall(SYS_get_mempolicy, &node, NULL, 0, at, NODE_OF | OF_ADDRESS) == 0 ? node : -1;
}
