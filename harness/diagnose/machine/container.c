/* What a container was given, and what a host has to give. */
#include "diagnose/look.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void look_for_runtime(struct look *l)
{
    const struct machine *m = l->r->machine;

    if (m->container == NULL || m->n_nodes > 0 || (!m->gpu_meant && complaint_means(l, l->ailment->id) == NULL))
        return;
    found(l, SHOWN, m->gpu_meant ? "this container asks for a GPU and was given none" : "a GPU is wanted in this container, and it was given none");
    evidence(l, "%s%sthere is no /dev/nvidia0", m->gpu_meant ? m->why_meant : "", m->gpu_meant ? ", and " : "");
    fix_container(l, "", "give the pod runtimeClassName: nvidia, and nvidia.com/gpu: 1 among its limits");
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
    fix_container(l, "-e NVIDIA_DRIVER_CAPABILITIES=compute,utility", "set NVIDIA_DRIVER_CAPABILITIES to compute,utility in the pod's environment");
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
    fix_container(l, "--shm-size=8g", "give the pod a volume emptyDir of medium: Memory, mounted at /dev/shm");
}

/* Docker's words, on the host; without them a host that gives no GPU to containers is as it is meant to be. */
static const char *complaint_of_docker(const struct look *l)
{
    for (size_t i = 0; l->r->complaint != NULL && i < l->r->complaint->n_lines; i++)
        if (text_has(l->r->complaint->lines[i], "could not select device driver"))
            return l->r->complaint->lines[i];
    return NULL;
}

/* Where the packages come from, its install guide says: no distribution has them. */
static void fix_toolkit(struct look *l)
{
    static const char configure[] = "sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker";
    const char *os = l->r->machine->os_id;
    const bool by_apt = text_is(os, "ubuntu") || text_is(os, "debian"), by_dnf = text_is(os, "fedora") || text_is(os, "rhel") || text_is(os, "rocky") || text_is(os, "almalinux");

    if (fact(l, "docker.snap") != NULL)
        advise(l, "install Docker by its own packages instead of the snap, then the NVIDIA Container Toolkit, and: %s", configure);
    else if (fact(l, "container.toolkit") != NULL || (!by_apt && !by_dnf))
        fix(l, "%s", configure);
    else
        fix(l, "sudo %s install -y nvidia-container-toolkit && %s", by_apt ? "apt-get" : "dnf", configure);
    if (fact(l, "container.toolkit") == NULL && fact(l, "docker.snap") == NULL)
        advise(l, "its packages come from NVIDIA's repository: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html");
}

static void look_for_toolkit(struct look *l)
{
    const char *said = complaint_of_docker(l);

    if (said == NULL || l->r->machine->container != NULL)
        return;
    found(l, SHOWN, "this host's Docker cannot give containers a GPU: %s",
          fact(l, "docker.snap") != NULL ? "it is a snap, which does not see the NVIDIA Container Toolkit"
          : fact(l, "container.toolkit") != NULL ? "the NVIDIA Container Toolkit is installed, and Docker was not told of it or not started again"
                                                 : "the NVIDIA Container Toolkit is not installed");
    evidence_of_fact(l, "docker.snap");
    evidence_of_fact(l, "container.toolkit");
    evidence_of_fact(l, "docker.runtime");
    fix_toolkit(l);
}

const struct rule container_rules[] = {
    { { "container-without-gpu", LINK_NODES, .what = "The image asks for a GPU, and the container was started without one: the option was left out, or the host has no NVIDIA Container Toolkit "
        "(https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html).",
        .unlike = "nodes-denied, cgroup-denies-gpu: there the nodes exist. driver-capabilities: there only the library is absent." }, look_for_runtime },
    { { "container-toolkit-missing", LINK_WORK, .what = "Docker starts no container with a GPU unless the NVIDIA Container Toolkit is installed on the host, and Docker told of it. Docker Desktop and the snap are Dockers of their own.",
        .unlike = "container-without-gpu: there the container starts, and has none." }, look_for_toolkit },
    { { "driver-capabilities", LINK_DRIVER_LIBRARY, .what = "NVIDIA_DRIVER_CAPABILITIES names the parts of the driver that a container gets; without compute it gets no libcuda.",
        .unlike = "container-without-gpu: there no node exists either. libcuda-missing: there compute was asked for." }, look_for_capabilities },
    { { "cdi-spec-stale", LINK_WORK, .what = "A specification of the container device interface names the driver's files by their version; after a change of the driver it has to be written anew, or containers do not start or get none of it.",
        .unlike = "driver-library-mismatch: there the host itself is of two versions." }, look_for_specification },
    { { "shared-memory-small", LINK_WORK, .may_be_well = true, .what = "Containers are given 64 MiB of /dev/shm unless told otherwise. Processes that work together on several GPUs, or load data for one, need more.",
        .unlike = "A library that was cut short ends in a bus error while it is loaded; the kernel's out-of-memory killer leaves its lines in the kernel's log." }, look_for_shared_memory },
    { { .id = NULL }, NULL },
};
