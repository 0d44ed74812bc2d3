/* What files say of the device nodes, and of a container without any. */
#include "diagnose/look.h"

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

const struct rule machine_rules[] = {
    { { "container-without-gpu", LINK_NODES, .what = "The image asks for a GPU, and the container was started without one.",
        .unlike = "nodes-denied, cgroup-denies-gpu: there the nodes exist." }, look_for_runtime },
    { { "nodes-denied", LINK_NODES, .what = "The device nodes are there, and their mode keeps this user out.",
        .unlike = "cgroup-denies-gpu says \"Operation not permitted\"; SELinux says \"Permission denied\" though the mode allows it (ausearch -m avc)." }, look_for_permission },
    { { "cgroup-denies-gpu", LINK_NODES, .what = "A container that had its GPU has lost the right to open it.",
        .unlike = "nodes-denied says \"Permission denied\"." }, look_for_cgroup },
    { { "nodes-missing", LINK_NODES, .what = "The module is loaded, and a device node that CUDA opens does not exist.",
        .unlike = "nodes-denied: there it exists." }, look_for_missing_nodes },
    { { .id = NULL }, NULL },
};
