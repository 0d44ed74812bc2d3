/* What files say of the machine: its GPUs, their kernel module, device nodes and driver libraries. */
#include "diagnose/libcuda.h"

#include "base/text.h"

static void look_for_runtime(struct look *l)
{
    const struct machine *m = l->r->machine;

    if (!is_in_container(l) || !m->gpu_meant || m->n_nodes > 0)
        return;
    found(l, SHOWN, "this container asks for a GPU and was given none");
    evidence(l, "%s, and there is no /dev/nvidia0", m->why_meant);
    fix(l, "docker run --gpus all ...; with the NVIDIA Container Toolkit installed on the host (podman: --device nvidia.com/gpu=all)");
}

/* NULL: every node opens, or none fails that way. EPERM is a cgroup's answer, EACCES that of a mode. */
static const struct node *node_that(const struct look *l, const char *why_not)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_nodes; i++)
        if (!m->nodes[i].opens && m->nodes[i].why_not != NULL && text_has(m->nodes[i].why_not, why_not))
            return &m->nodes[i];
    return NULL;
}

static void look_for_permission(struct look *l)
{
    const struct node *denied = node_that(l, "ermission");

    if (denied == NULL)
        return;
    found(l, SHOWN, "this user may not open the GPU's device nodes");
    evidence(l, "%s: %s", denied->path, denied->why_not);
    fix(l, "sudo usermod -aG \"$(stat -c %%G %s)\" \"$USER\", and log in again", denied->path);
}

/* The devices that a container may use are the runtime's list, and a reload of systemd on the host writes it anew. */
static void look_for_cgroup(struct look *l)
{
    const struct node *denied = node_that(l, "Operation not permitted");

    if (denied == NULL || !is_in_container(l))
        return;
    found(l, LIKELY, "the container's device rules no longer allow its GPU, as after systemctl daemon-reload on the host");
    evidence(l, "%s: %s", denied->path, denied->why_not);
    fix(l, "docker restart CONTAINER, from the host; so that it lasts, give the nodes by --device, too");
}

static void look_for_missing_nodes(struct look *l)
{
    const struct machine *m = l->r->machine;
    bool has_uvm = false, has_gpu = false;

    for (size_t i = 0; i < m->n_nodes; i++) {
        has_uvm |= text_is(m->nodes[i].path, "/dev/nvidia-uvm");
        has_gpu |= text_starts(m->nodes[i].path, "/dev/nvidia") && m->nodes[i].path[11] >= '0' && m->nodes[i].path[11] <= '9';
    }
    if (!m->module_loaded || !m->gpu_meant || m->place == PLACE_WSL || m->place == PLACE_TEGRA || (is_in_container(l) && !has_gpu) || (has_uvm && has_gpu))
        return;
    if (!has_gpu && m->n_pci == 0)
        return;
    found(l, SHOWN, "%s is missing, and nothing computes without it", has_gpu ? "/dev/nvidia-uvm" : "/dev/nvidia0");
    evidence(l, "the nvidia module is loaded%s", text_is(machine_fact(m, "module.uvm"), "no") ? ", nvidia_uvm is not" : "");
    fix(l, is_in_container(l) ? "docker run --gpus all ..., which gives a container all nodes that it needs"
                           : has_gpu ? "sudo nvidia-modprobe -u -c 0" : "sudo nvidia-modprobe -c 0 -u");
}

static const char *cached_library(const struct look *l, const char *soname, enum driver_file_kind kind, const struct driver_file **file)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_drivers; i++)
        if (m->drivers[i].in_cache && m->drivers[i].kind == kind && text_is(m->drivers[i].soname, soname)) {
            *file = &m->drivers[i];
            return m->drivers[i].version;
        }
    return NULL;
}

/* cuInit says so by 803, and by 804 where the libraries are the newer ones; of a compat folder's, compat.c tells. */
static const struct judged *refused_by_cuda(const struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 803);

    return libcuda_is(l, DRIVER_COMPAT) ? NULL : told != NULL ? told : ended_by(l, "cuInit", 804);
}

/* NVML says so by itself; where it was not asked, the files do. */
static void look_for_mismatch(struct look *l)
{
    const struct judged *nvml = ended_by(l, "nvmlInit_v2", 18), *cuda = refused_by_cuda(l);
    const struct machine *m = l->r->machine;
    const struct driver_file *file = NULL;
    const char *version = cached_library(l, "libcuda.so.1", DRIVER_INSTALLED, &file);
    const bool differ = version != NULL && m->module_version != NULL && text_compare_versions(version, m->module_version) != 0;

    if ((nvml == NULL && cuda == NULL && !differ) || (nvml == NULL && libcuda_is_shadowed(l)))
        return;
    found(l, nvml != NULL || differ ? SHOWN : LIKELY,
          "the driver's libraries%s%s are of another version than the loaded kernel module%s%s: the driver was changed, and the old module still runs",
          version != NULL ? ", " : "", version != NULL ? version : "", m->module_version != NULL ? ", " : "", m->module_version != NULL ? m->module_version : "");
    if (m->module_version != NULL)
        evidence(l, "/sys/module/nvidia/version: %s", m->module_version);
    if (version != NULL)
        evidence(l, "%s", file->real != NULL ? file->real : file->path);
    if (nvml != NULL)
        evidence_of_call(l, nvml);
    if (cuda != NULL)
        evidence_of_call(l, cuda);
    fix(l, is_in_container(l) ? "restart the container: its libraries are the host's from before the driver changed" : "sudo reboot");
}

const struct rule machine_rules[] = {
    { { "container-without-gpu", LINK_NODES, .what = "The image asks for a GPU, and the container was started without one.",
        .unlike = "nodes-denied, cgroup-denies-gpu: there the nodes exist." }, look_for_runtime },
    { { "nodes-denied", LINK_NODES, .what = "The device nodes are there, and their mode keeps this user out.",
        .unlike = "cgroup-denies-gpu says \"Operation not permitted\"; SELinux says \"Permission denied\" though the mode allows it (ausearch -m avc)." }, look_for_permission },
    { { "cgroup-denies-gpu", LINK_NODES, .what = "A container that had its GPU has lost the right to open it.",
        .unlike = "nodes-denied says \"Permission denied\"." }, look_for_cgroup },
    { { "nodes-missing", LINK_NODES, .what = "The module is loaded, and a device node that CUDA opens does not exist.",
        .unlike = "nodes-denied: there it exists." }, look_for_missing_nodes },
    { { "driver-library-mismatch", LINK_DRIVER_LIBRARY, .what = "The driver's libraries and its kernel module must be of one version; an upgrade changes the files at once and the module at the next boot.",
        .unlike = "compat-mismatch: there the libraries are those of a package for forward compatibility." }, look_for_mismatch },
    { { .id = NULL }, NULL },
};
