/* What a container was given, and what a host has to give. */
#include "diagnose/look.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char *run_command(const struct look *l)
{
    if (text_is(l->r->machine->container, "podman"))
        return "podman run --device nvidia.com/gpu=all";
    return "docker run --gpus all";
}

static void look_for_runtime(struct look *l)
{
    const struct machine *m = l->r->machine;

    if (m->container == NULL || !m->gpu_meant || m->n_nodes > 0)
        return;
    found(l, SHOWN, "this container asks for a GPU and was given none");
    evidence(l, "%s, and there is no /dev/nvidia0", m->why_meant);
    if (text_is(m->container, "kubernetes"))
        advise(l, "give the pod runtimeClassName: nvidia, and nvidia.com/gpu: 1 among its limits");
    else
        fix_on_host(l, "%s IMAGE", run_command(l));
}

static bool has_library(const struct look *l, const char *soname)
{
    for (size_t i = 0; i < l->r->machine->n_drivers; i++)
        if (text_is(l->r->machine->drivers[i].soname, soname) && l->r->machine->drivers[i].kind != DRIVER_STUB && l->r->machine->drivers[i].kind != DRIVER_COMPAT)
            return true;
    return false;
}

/* The runtime mounts only those parts of the driver that are asked for; without being asked it takes compute and utility. */
static void look_for_capabilities(struct look *l)
{
    const struct machine *m = l->r->machine;
    const char *asked = variable(l, "NVIDIA_DRIVER_CAPABILITIES");

    if (m->container == NULL || m->n_nodes == 0 || asked == NULL || *asked == '\0' || text_has(asked, "compute") || text_has(asked, "all") || has_library(l, "libcuda.so.1"))
        return;
    found(l, SHOWN, "this container has its GPU, and not the driver's compute part: it was asked for %s alone", asked);
    evidence(l, "NVIDIA_DRIVER_CAPABILITIES=%s", asked);
    evidence(l, "%s is here, and libcuda.so.1 is not", m->nodes[0].path);
    fix_on_host(l, "%s -e NVIDIA_DRIVER_CAPABILITIES=compute,utility IMAGE", run_command(l));
}

/* The version in the name of a libcuda, as installed drivers have it; NULL: none. */
static const char *version_in(const char *libcuda)
{
    const char *version = strstr(libcuda, ".so.");

    return version != NULL && text_version_major(version + 4) >= 100 ? version + 4 : NULL;
}

/* Of a host alone: a container is not shown by what it was given its GPU. */
static void look_for_specification(struct look *l)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_facts && m->container == NULL; i++) {
        const struct fact *f = &m->facts[i];
        const char *version = f->value, *stands;

        if (!text_starts(f->key, "cdi.") || !text_ends(f->key, ".libcuda"))
            continue;
        version = version_in(f->value);
        stands = fact(l, text_make(l->a, "%.*sstands", (int)(strlen(f->key) - strlen("libcuda")), f->key));
        if (!text_is(stands, "no") && (version == NULL || m->module_version == NULL || text_compare_versions(version, m->module_version) == 0))
            continue;
        found(l, SHOWN, "%s, by which containers get their GPUs, is of an earlier driver", f->source);
        evidence(l, "%s: it names %s%s", f->source, f->value, text_is(stands, "no") ? ", which is not there" : "");
        evidence_of_fact(l, "module.version");
        fix(l, "sudo nvidia-ctk cdi generate --output=%s && sudo chmod 644 %s", f->source, f->source);
        return;
    }
}

static size_t gpus_given(const struct look *l)
{
    size_t n = 0;

    for (size_t i = 0; i < l->r->machine->n_nodes; i++)
        n += node_is_gpu(&l->r->machine->nodes[i]) && l->r->machine->nodes[i].opens;
    return n > report_answering(l->r) ? n : report_answering(l->r);
}

/* A write to a file in memory for which there is no room ends so; while a library is loaded it is the library that is cut short. */
static const struct judged *bus_error(const struct look *l)
{
    enum { SIGNAL = 7 };                /* SIGBUS, on the machine that the run is of */

    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct outcome *o = &l->r->trials[i].outcome;

        if (o->ending == ENDED_CRASHED && o->status == SIGNAL && o->call != NULL && text_starts(o->call, "nccl"))
            return &l->r->trials[i];
    }
    return NULL;
}

static void look_for_shared_memory(struct look *l)
{
    enum { USUAL_KIB = 65536 };         /* what docker, containerd and podman give unless told */
    const char *size = fact(l, "shm.size");
    const size_t gpus = gpus_given(l);
    const struct judged *bus = bus_error(l);

    if (l->r->machine->container == NULL || size == NULL || strtoull(size, NULL, 10) > USUAL_KIB || (gpus < 2 && bus == NULL))
        return;
    found(l, LIKELY, "this container's shared memory is too small for what several processes exchange: NCCL and PyTorch's DataLoader end in a bus error, or \"No space left on device\"");
    evidence_of_fact(l, "shm.size");
    if (bus != NULL)
        evidence(l, "%s ended in a bus error", bus->trial.id);
    if (gpus > 1)
        evidence(l, "it has %zu GPUs", gpus);
    if (text_is(l->r->machine->container, "kubernetes"))
        advise(l, "give the pod a volume emptyDir of medium: Memory, mounted at /dev/shm");
    else
        fix_on_host(l, "%s --shm-size=8g IMAGE", run_command(l));
}

const struct rule container_rules[] = {
    { { "container-without-gpu", LINK_NODES, .what = "The image asks for a GPU, and the container was started without one: the option was left out, or the host has no NVIDIA Container Toolkit "
        "(https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html).",
        .unlike = "nodes-denied, cgroup-denies-gpu: there the nodes exist. driver-capabilities: there only the library is absent." }, look_for_runtime },
    { { "driver-capabilities", LINK_DRIVER_LIBRARY, .what = "NVIDIA_DRIVER_CAPABILITIES names the parts of the driver that a container gets; without compute it gets no libcuda.",
        .unlike = "container-without-gpu: there no node exists either. libcuda-missing: there compute was asked for." }, look_for_capabilities },
    { { "cdi-spec-stale", LINK_WORK, .what = "A specification of the container device interface names the driver's files by their version; after a change of the driver it has to be written anew, or containers do not start or get none of it.",
        .unlike = "driver-library-mismatch: there the host itself is of two versions." }, look_for_specification },
    { { "shared-memory-small", LINK_WORK, .what = "Containers are given 64 MiB of /dev/shm unless told otherwise. Processes that work together on several GPUs, or load data for one, need more.",
        .unlike = "A library that was cut short ends in a bus error while it is loaded; the kernel's out-of-memory killer leaves its lines in the kernel's log." }, look_for_shared_memory },
    { { .id = NULL }, NULL },
};
