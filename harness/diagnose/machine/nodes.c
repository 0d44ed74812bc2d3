/* Device nodes: whether those that CUDA opens are there, and who or what keeps this process out of them. */
#include "diagnose/look.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char uvm[] = "/dev/nvidia-uvm";

static bool has(const char *text, const char *part)
{
    return text != NULL && text_has(text, part);
}

/* Those that CUDA cannot do without; instances' capabilities are told of elsewhere. */
static bool is_needed(const struct node *n)
{
    return node_is_gpu(n) || text_is(n->path, "/dev/nvidiactl") || text_is(n->path, uvm) || text_is(n->path, "/dev/dxg") || text_is(n->path, "/dev/nvmap");
}

static const struct node *node_at(const struct look *l, const char *path)
{
    for (size_t i = 0; i < l->r->machine->n_nodes; i++)
        if (text_is(l->r->machine->nodes[i].path, path))
            return &l->r->machine->nodes[i];
    return NULL;
}

static const struct node *first_gpu(const struct look *l, bool opens)
{
    for (size_t i = 0; i < l->r->machine->n_nodes; i++)
        if (node_is_gpu(&l->r->machine->nodes[i]) && (!opens || l->r->machine->nodes[i].opens))
            return &l->r->machine->nodes[i];
    return NULL;
}

/* A needed one that is refused in these words; NULL: none is. Of several GPUs one that opens is enough: a batch system gives no more. */
static const struct node *refused(const struct look *l, const char *words)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_nodes; i++) {
        const struct node *n = &m->nodes[i];

        if (!n->opens && is_needed(n) && has(n->why_not, words) && (!node_is_gpu(n) || first_gpu(l, true) == NULL))
            return n;
    }
    return NULL;
}

/* By its mode, or by a module for security; recorded by an older gpuvet: by anything. */
static const struct node *denied_node(const struct look *l)
{
    const struct node *n = refused(l, "Permission denied");

    return n != NULL ? n : refused(l, "no permission");
}

static bool is_in_group(const struct look *l, long gid)
{
    const char *at = fact(l, "process.groups");

    while (at != NULL && *at != '\0') {
        char *end;

        if (strtol(at, &end, 10) == gid && end != at)
            return true;
        at = end != at ? end : at + 1;
    }
    return false;
}

/* Whether the mode alone would let this process in; `known` says whether that can be told. */
static bool mode_allows(const struct look *l, const struct node *n, bool *known)
{
    const char *uid = fact(l, "process.uid");
    const unsigned long bits = n->mode != NULL ? strtoul(n->mode, NULL, 8) : 0;
    long me;

    *known = n->mode != NULL && uid != NULL && text_to_long(uid, &me) && fact(l, "process.groups") != NULL;
    if (!*known)
        return false;
    /* A root that is one only in its own namespace of users is none to a node of the machine's. */
    if (me == 0 && !text_is(fact(l, "process.userns"), "yes"))
        return true;
    return me == n->uid ? (bits & 0600) == 0600 : is_in_group(l, n->gid) ? (bits & 060) == 060 : (bits & 06) == 06;
}

static void evidence_of_node(struct look *l, const struct node *n)
{
    evidence(l, "%s: %s", n->path, n->why_not);
    if (n->mode != NULL)
        evidence(l, "its mode is %s, its owner %ld, its group %s", n->mode, n->uid, n->group != NULL ? n->group : text_make(l->a, "%ld", n->gid));
    if (fact(l, "process.uid") != NULL)
        evidence(l, "this process is user %s of the groups %s", fact(l, "process.uid"), fact(l, "process.groups") != NULL ? fact(l, "process.groups") : "unknown");
}

/* ---- Missing, or with nothing behind them ---- */

static bool has_uvm_module(const struct look *l)
{
    return text_is(fact(l, "module.uvm"), "yes") || fact(l, "major.nvidia-uvm") != NULL;
}

/* The helper that makes nodes is a package of its own on Debian and Ubuntu; elsewhere it comes with the driver. */
static const char *modprobe_for(const struct look *l)
{
    const bool packaged = text_is(l->r->machine->os_id, "debian") || text_is(l->r->machine->os_id, "ubuntu");

    return packaged && fact(l, "nvidia-modprobe") == NULL ? "sudo apt-get install -y nvidia-modprobe && sudo nvidia-modprobe -c 0 -u" : "sudo nvidia-modprobe -c 0 -u";
}

/* A container gets those nodes that the host has when it is started. */
static void fix_missing(struct look *l, bool load)
{
    if (is_container_of(l, "lxc"))
        advise(l, "on the host: sudo nvidia-modprobe -c 0 -u; then give the container /dev/nvidia-uvm by lxc.mount.entry and lxc.cgroup2.devices.allow");
    else if (is_container_of(l, "kubernetes"))
        advise(l, "on the pod's host: sudo nvidia-modprobe -c 0 -u; then delete the pod, so that it is made anew");
    else if (is_in_container(l))
        fix_on_host(l, "sudo nvidia-modprobe -c 0 -u && %s IMAGE", container_run(l));
    else
        fix(l, "%s%s%s", load ? "sudo modprobe nvidia_uvm && " : "", modprobe_for(l), load ? " && echo nvidia_uvm | sudo tee /etc/modules-load.d/nvidia-uvm.conf" : "");
}

/* The first of those that are always needed; NULL: all are there. */
static const char *missing_node(const struct look *l)
{
    return first_gpu(l, false) == NULL ? "/dev/nvidia0" : node_at(l, "/dev/nvidiactl") == NULL ? "/dev/nvidiactl" : node_at(l, uvm) == NULL ? uvm : NULL;
}

/* Before the first program that uses CUDA there is no nvidia-uvm where nvidia-modprobe is installed: the driver calls it, and it makes the node.
 * Then only a driver that could not begin shows that something is wrong. */
static bool is_made_when_needed(const struct look *l)
{
    return fact(l, "nvidia-modprobe") != NULL && !is_in_container(l) && ended_by(l, "cuInit", 999) == NULL && ended_by(l, "cuInit", 304) == NULL;
}

static void look_for_missing_nodes(struct look *l)
{
    const struct machine *m = l->r->machine;
    const struct node *memory = node_at(l, uvm);
    const char *missing = missing_node(l);
    const bool dead = missing == NULL && has(memory->why_not, "No such device") && !has_uvm_module(l), no_gpu = first_gpu(l, false) == NULL;

    if (!m->module_loaded || !m->gpu_meant || m->place == PLACE_WSL || m->place == PLACE_TEGRA || (no_gpu && (is_in_container(l) || m->n_pci == 0)))
        return;
    if ((missing == NULL && !dead) || is_made_when_needed(l))
        return;
    if (dead)
        found(l, SHOWN, "%s is there, and the module nvidia_uvm behind it is not loaded: nothing computes without it", uvm);
    else
        found(l, SHOWN, "%s is missing, and nothing computes without it", missing);
    evidence(l, "the nvidia module is loaded%s", has_uvm_module(l) ? "" : ", nvidia_uvm is not");
    if (dead)
        evidence(l, "%s: %s", uvm, memory->why_not);
    if (fact(l, "nvidia-modprobe") == NULL && !is_in_container(l))
        evidence(l, "/usr/bin/nvidia-modprobe, by which the driver makes its nodes, is not there");
    fix_missing(l, !has_uvm_module(l));
}

/* The container may open its GPU, and not this one: its list of devices has another number. */
static bool is_forbidden_alone(const struct look *l, const struct node *memory)
{
    const struct node *control = node_at(l, "/dev/nvidiactl");

    return has(memory->why_not, "Operation not permitted") && first_gpu(l, true) != NULL && control != NULL && control->opens;
}

static void fix_major(struct look *l, const char *now)
{
    if (is_container_of(l, "lxc"))
        advise(l, "on the host, give the container the line \"lxc.cgroup2.devices.allow: c %s:* rwm\" in place of the old one, and start it again", now != NULL ? now : "MAJOR");
    else if (is_container_of(l, "kubernetes"))
        advise(l, "delete the pod, so that it is made anew");
    else if (is_in_container(l))
        fix_on_host(l, "sudo nvidia-modprobe -c 0 -u && %s restart CONTAINER", is_container_of(l, "podman") ? "podman" : "docker");
    else
        fix(l, "sudo rm -f /dev/nvidia-uvm /dev/nvidia-uvm-tools && sudo nvidia-modprobe -c 0 -u");
}

/* The number of nvidia-uvm is dealt out anew at each boot; what was noted before leads to another driver, or to none. */
static void look_for_stale_major(struct look *l)
{
    const struct node *n = node_at(l, uvm);
    const char *now = fact(l, "major.nvidia-uvm");
    long major = 0;
    const bool differs = n != NULL && n->major != 0 && now != NULL && text_to_long(now, &major) && (unsigned long)major != n->major;

    if (differs)
        found(l, SHOWN, "%s has the number %u, which nvidia-uvm had at an earlier boot; now it is %s", uvm, n->major, now);
    else if (n != NULL && has_uvm_module(l) && has(n->why_not, "No such device"))
        found(l, LIKELY, "%s leads nowhere, though nvidia_uvm is loaded: mostly it has the number of an earlier boot", uvm);
    else if (n != NULL && is_forbidden_alone(l, n))
        found(l, LIKELY, "this container may open its GPU, and not %s: mostly its list of devices has the number of an earlier boot", uvm);
    else
        return;
    if (n->why_not != NULL)
        evidence(l, "%s: %s", uvm, n->why_not);
    if (n->major != 0)
        evidence(l, "%s is a device of the number %u", uvm, n->major);
    evidence_of_fact(l, "major.nvidia-uvm");
    fix_major(l, now);
}

/* ---- Kept out ---- */

/* Its octal digits were read as a decimal number: NVreg_DeviceFileMode=666 gives 1232. `meant` is what was. */
static bool is_decimal(unsigned long mode, unsigned long *meant)
{
    char decimal[24], *end;

    (void)text_format(decimal, sizeof decimal, "%lu", mode);
    *meant = strtoul(decimal, &end, 8);
    return *end == '\0' && (*meant & 0600) == 0600 && *meant <= 0777 && (mode & 0666) != (*meant & 0666);
}

static void look_for_decimal_mode(struct look *l)
{
    const struct node *denied = denied_node(l);
    const char *set = fact(l, "module.device_file_mode");
    unsigned long meant = 0;
    const bool by_module = set != NULL && is_decimal(strtoul(set, NULL, 10), &meant);

    if (denied == NULL || (!by_module && (denied->mode == NULL || !is_decimal(strtoul(denied->mode, NULL, 8), &meant))))
        return;
    found(l, SHOWN, "the nodes' mode was given to the module as the decimal number %lo; it is octal, and needs a 0 before it", meant);
    if (by_module)
        evidence(l, "/proc/driver/nvidia/params: DeviceFileMode: %s, which is 0%lo", set, strtoul(set, NULL, 10));
    evidence_of_node(l, denied);
    fix_on_host(l, "echo 'options nvidia NVreg_DeviceFileMode=0%lo' | sudo tee /etc/modprobe.d/nvidia-device-mode.conf && sudo chmod 0%lo /dev/nvidia[0-9]* /dev/nvidiactl", meant, meant);
}

static bool is_decimal_node(const struct look *l, const struct node *n)
{
    const char *set = fact(l, "module.device_file_mode");
    unsigned long meant;

    return (set != NULL && is_decimal(strtoul(set, NULL, 10), &meant)) || (n->mode != NULL && is_decimal(strtoul(n->mode, NULL, 8), &meant));
}

/* In a container SELinux hides itself; what it calls the process remains. */
static bool selinux_acts(const struct look *l)
{
    const char *label = fact(l, "process.label"), *enforce = fact(l, "selinux.enforce");

    return text_is(enforce, "1") || (enforce == NULL && has(label, "_t:s"));
}

/* The mode allows it, and the kernel refuses all the same. */
static bool is_confined(const struct look *l, const struct node *denied)
{
    bool known;

    return mode_allows(l, denied, &known) && known;
}

static void look_for_confinement(struct look *l)
{
    const struct node *denied = denied_node(l);
    const char *label = fact(l, "process.label");
    const bool selinux = selinux_acts(l), apparmor = has(label, "(enforce)");

    if (denied == NULL || !is_confined(l, denied))
        return;
    found(l, selinux ? SHOWN : LIKELY, "%s keeps this process from %s, whose mode would let it in", selinux ? "SELinux" : apparmor ? "AppArmor" : "a security module (SELinux, AppArmor, a snap's confinement)",
          denied->path);
    evidence_of_node(l, denied);
    evidence_of_fact(l, "selinux.enforce");
    evidence_of_fact(l, "process.label");
    if (is_in_container(l))
        fix_container(l, selinux ? "--security-opt label=disable" : "--security-opt apparmor=unconfined", "ask who runs the cluster for a profile, or seLinuxOptions, that allows the GPU");
    else
        fix(l, selinux ? "sudo restorecon -v /dev/nvidia*" : "sudo dmesg | grep -i 'denied.*nvidia'");
}

static void fix_permission(struct look *l, const struct node *denied)
{
    const bool by_group = denied->mode != NULL && (strtoul(denied->mode, NULL, 8) & 060) == 060 && denied->gid != 0;

    if (is_in_container(l))
        fix_container(l, is_container_of(l, "podman") ? "--group-add keep-groups" : by_group ? text_make(l->a, "--group-add %ld", denied->gid) : "--user root",
                      text_make(l->a, "give the pod's securityContext the group of the nodes: supplementalGroups: [%ld]", denied->gid));
    else if (denied->mode == NULL)
        fix(l, "sudo usermod -aG \"$(stat -c %%G %s)\" \"$USER\"", denied->path);
    else if (by_group)
        fix(l, "sudo usermod -aG %s \"$USER\"", denied->group != NULL ? denied->group : text_make(l->a, "%ld", denied->gid));
    else
        fix(l, "echo 'options nvidia NVreg_DeviceFileMode=0666' | sudo tee /etc/modprobe.d/nvidia-device-mode.conf && sudo chmod 0666 /dev/nvidia[0-9]* /dev/nvidiactl /dev/nvidia-uvm");
    if (!is_in_container(l) && (denied->mode == NULL || by_group))
        advise(l, "then log in again");
}

static void look_for_permission(struct look *l)
{
    const struct node *denied = denied_node(l);
    const bool is_foreign = denied != NULL && denied->mode != NULL && text_is(fact(l, "process.userns"), "yes") && denied->gid == 65534;
    bool known;

    if (denied == NULL || is_decimal_node(l, denied) || is_confined(l, denied))
        return;
    (void)mode_allows(l, denied, &known);
    found(l, known ? SHOWN : LIKELY, "this user may not open %s%s", denied->path,
          is_foreign ? ": the group that it is for is lost on the way into this container, which has users of its own" : !known ? ": its mode forbids it, or a security module" : "");
    evidence_of_node(l, denied);
    if (is_foreign)
        evidence_of_fact(l, "process.userns");
    fix_permission(l, denied);
}

/* The devices that a group of processes may use are a list of their own. In a container it is the runtime's, and a reload of systemd on the
 * host writes it anew; on a host it is a batch system's. */
static void look_for_cgroup(struct look *l)
{
    const struct node *denied = refused(l, "Operation not permitted");

    if (denied == NULL || (text_is(denied->path, uvm) && is_forbidden_alone(l, denied)))
        return;
    found(l, LIKELY, is_in_container(l) ? "the container's list of devices does not allow its GPU: mostly systemctl daemon-reload on the host took it away"
                                        : "the list of devices that this process may use has no GPU: mostly a job of a batch system that asked for none");
    evidence_of_node(l, denied);
    if (!is_in_container(l))
        advise(l, "ask the batch system for a GPU (Slurm: --gres=gpu:1), or the service's unit for its devices (DeviceAllow=)");
    else if (is_container_of(l, "kubernetes"))
        advise(l, "delete the pod, so that it is made anew; so that it lasts, on each host: sudo nvidia-ctk system create-dev-char-symlinks --create-all");
    else
        fix_on_host(l, "sudo nvidia-ctk system create-dev-char-symlinks --create-all && %s restart CONTAINER", is_container_of(l, "podman") ? "podman" : "docker");
}

const struct rule node_rules[] = {
    { { "device-mode-decimal", LINK_NODES, .what = "The module's option NVreg_DeviceFileMode is the nodes' mode. Written without a 0 in front, 666 is a decimal number and gives the mode 1232, by which nobody can read the GPU.",
        .unlike = "nodes-denied: there the mode is one that somebody meant." }, look_for_decimal_mode },
    { { "security-module-denies-gpu", LINK_NODES, .what = "The mode of the device nodes lets this process in, and SELinux, AppArmor or another confinement does not.",
        .unlike = "nodes-denied: there the mode keeps it out. cgroup-denies-gpu says \"Operation not permitted\"." }, look_for_confinement },
    { { "nodes-denied", LINK_NODES, .what = "The device nodes are there, and their mode keeps this user out.",
        .unlike = "cgroup-denies-gpu says \"Operation not permitted\"; with security-module-denies-gpu the mode would allow it." }, look_for_permission },
    { { "uvm-major-stale", LINK_NODES, .what = "The kernel deals out the number of nvidia-uvm at each boot. A node that was made before, or a container's list of devices that was written before, has an old one.",
        .unlike = "nodes-missing: there nvidia_uvm is not loaded, and /proc/devices has no number for it." }, look_for_stale_major },
    { { "cgroup-denies-gpu", LINK_NODES, .what = "A control group lists the devices that its processes may open, and the GPU is not, or no longer, among them. "
        "https://github.com/NVIDIA/nvidia-container-toolkit/issues/48 tells how containers lose theirs.",
        .unlike = "nodes-denied says \"Permission denied\"; gpu-lost has lines in the kernel's log." }, look_for_cgroup },
    { { "nodes-missing", LINK_NODES, .what = "The module is loaded, and a device node that CUDA opens does not exist or has nothing behind it.",
        .unlike = "nodes-denied: there it exists. uvm-major-stale: there nvidia_uvm is loaded." }, look_for_missing_nodes },
    { { .id = NULL }, NULL },
};
