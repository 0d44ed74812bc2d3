#include "discover/machine.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/driver_files.h"

struct reader {
    struct machine           *m;
    struct arena             *arena;
    const struct root        *root;
    const struct environment *env;
    struct fact              *facts;
};

static const char *line_of(struct reader *r, const char *path)
{
    const char *s = root_read_line(r->root, r->arena, path);

    return s != NULL && *s != '\0' ? s : NULL;
}

static void add_fact(struct reader *r, const char *key, const char *value, const char *source)
{
    if (value != NULL && *value != '\0')
        *ARENA_PUSH(r->arena, r->facts, r->m->n_facts) = (struct fact){ key, value, source };
}

/* ---- What system it is ---- */

/* NAME="value" of /etc/os-release. */
static const char *os_release(struct reader *r, const char *name)
{
    const char *text = root_read(r->root, r->arena, "/etc/os-release", NULL), *line;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        char *copy = arena_copy(r->arena, line, n), *value = strchr(copy, '=');

        if (value == NULL || strncmp(copy, name, strlen(name)) != 0 || copy + strlen(name) != value)
            continue;
        value += 1 + (value[1] == '"');
        value[strcspn(value, "\"")] = '\0';
        return value;
    }
    return NULL;
}

static const char *read_arch(struct reader *r)
{
    struct utsname u;

    if (root_is_this_machine(r->root) && uname(&u) == 0)
        return arena_text(r->arena, u.machine);
    if (line_of(r, "/proc/sys/kernel/arch") != NULL)
        return line_of(r, "/proc/sys/kernel/arch");
    return root_exists(r->root, "/lib/ld-linux-aarch64.so.1") ? "aarch64" : "x86_64";
}

static const char *container_kind(struct reader *r)
{
    const char *cgroup = root_read(r->root, r->arena, "/proc/self/cgroup", NULL);
    const char *init = root_read(r->root, r->arena, "/proc/1/environ", NULL);
    const char *named = init != NULL && text_starts(init, "container=") ? init + 10 : environment_get(r->env, "container");

    if (environment_get(r->env, "KUBERNETES_SERVICE_HOST") != NULL || (cgroup != NULL && text_has(cgroup, "kubepods")))
        return "kubernetes";
    if (root_exists(r->root, "/.dockerenv") || (cgroup != NULL && text_has(cgroup, "/docker")))
        return "docker";
    if (root_exists(r->root, "/run/.containerenv") || (cgroup != NULL && text_has(cgroup, "libpod")))
        return "podman";
    if (cgroup != NULL && text_has(cgroup, "/lxc"))
        return "lxc";
    if (environment_get(r->env, "APPTAINER_CONTAINER") != NULL || environment_get(r->env, "SINGULARITY_CONTAINER") != NULL)
        return "apptainer";
    return named != NULL && *named != '\0' ? named : NULL;
}

static void read_place(struct reader *r)
{
    struct machine *m = r->m;
    const char *tree = root_read(r->root, r->arena, "/proc/device-tree/compatible", NULL);
    bool wsl = m->kernel != NULL && (text_has(m->kernel, "microsoft") || text_has(m->kernel, "WSL"));

    m->container = container_kind(r);
    m->place = PLACE_HOST;
    if (root_exists(r->root, "/etc/nv_tegra_release") || (tree != NULL && text_starts(tree, "nvidia,")))
        m->place = PLACE_TEGRA;
    if (m->container != NULL)
        m->place = PLACE_CONTAINER;
    if (wsl)
        m->place = PLACE_WSL;
}

static void read_system(struct reader *r)
{
    struct machine *m = r->m;

    m->hostname = line_of(r, "/proc/sys/kernel/hostname");
    m->kernel = line_of(r, "/proc/sys/kernel/osrelease");
    m->os = os_release(r, "PRETTY_NAME");
    m->os_id = os_release(r, "ID");
    m->arch = read_arch(r);
    read_place(r);
    add_fact(r, "os", m->os, "/etc/os-release");
    add_fact(r, "kernel", m->kernel, "/proc/sys/kernel/osrelease");
    add_fact(r, "container", m->container, "files of the container runtime");
}

/* ---- The bus ---- */

static bool read_hex(struct reader *r, const char *dir, const char *name, unsigned long *out)
{
    const char *s = line_of(r, text_join(r->arena, dir, name));
    char *end;

    if (s == NULL)
        return false;
    *out = strtoul(s, &end, 16);
    return *end == '\0';
}

static void read_pci(struct reader *r)
{
    static const char bus[] = "/sys/bus/pci/devices";
    struct pci_gpu *list = NULL;
    char **names;
    size_t n = root_list(r->root, r->arena, bus, &names);

    /* In a container /sys shows the host's bus, not what this process was given. */
    for (size_t i = 0; i < n && r->m->place == PLACE_HOST; i++) {
        const char *dir = text_join(r->arena, bus, names[i]);
        unsigned long vendor, device, class;

        if (!read_hex(r, dir, "vendor", &vendor) || vendor != 0x10de || !read_hex(r, dir, "class", &class)
            || (class >> 8 != 0x0300 && class >> 8 != 0x0302) || !read_hex(r, dir, "device", &device))
            continue;
        *ARENA_PUSH(r->arena, list, r->m->n_pci) = (struct pci_gpu){
            .address = names[i], .device_id = (unsigned)device,
            .driver = root_link_name(r->root, r->arena, text_join(r->arena, dir, "driver")),
        };
    }
    r->m->pci = list;
}

/* ---- Nodes ---- */

static bool is_gpu_node(const char *name)
{
    return text_starts(name, "nvidia") && name[6] >= '0' && name[6] <= '9';
}

static bool is_node(const char *name)
{
    return is_gpu_node(name) || text_is(name, "nvidiactl") || text_is(name, "nvidia-uvm") || text_is(name, "nvidia-uvm-tools")
        || text_is(name, "nvidia-modeset") || text_is(name, "dxg") || text_is(name, "nvmap") || text_starts(name, "nvhost-");
}

/* NULL if this user may open it. On this machine the kernel is asked; in a
 * recorded one a node is a plain file that holds the reason, if there was one. */
static const char *why_not_opened(struct reader *r, const char *path)
{
    if (!root_is_this_machine(r->root))
        return line_of(r, path);
    return faccessat(r->root->fd, path + 1, R_OK | W_OK, AT_EACCESS) == 0 ? NULL : "no permission to read and write it";
}

static void add_nodes(struct reader *r, struct node **list, const char *dir, bool all)
{
    char **names;
    size_t n = root_list(r->root, r->arena, dir, &names);

    for (size_t i = 0; i < n; i++) {
        const char *path = text_join(r->arena, dir, names[i]), *why;

        if (!all && !is_node(names[i]))
            continue;
        why = why_not_opened(r, path);
        *ARENA_PUSH(r->arena, *list, r->m->n_nodes) = (struct node){ path, why == NULL, why };
    }
}

static void read_nodes(struct reader *r)
{
    struct node *list = NULL;

    add_nodes(r, &list, "/dev", false);
    add_nodes(r, &list, "/dev/nvidia-caps", true);
    r->m->nodes = list;
}

/* ---- The kernel module ---- */

static bool has_module(const char *modules, const char *name)
{
    const char *line;
    size_t n, length = strlen(name);

    while (text_next_line(&modules, &line, &n))
        if (n > length && strncmp(line, name, length) == 0 && line[length] == ' ')
            return true;
    return false;
}

/* "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build ..." */
static const char *version_in(struct arena *a, const char *text)
{
    for (const char *at = text; *at != '\0' && *at != '\n'; at++) {
        size_t n = strspn(at, "0123456789.");

        if (n >= 5 && memchr(at, '.', n) != NULL && at > text && at[-1] == ' ' && (at[n] == ' ' || at[n] == '\n' || at[n] == '\0'))
            return arena_copy(a, at, n);
        at += n > 0 ? n - 1 : 0;
    }
    return NULL;
}

static void read_module(struct reader *r)
{
    static const char proc[] = "/proc/driver/nvidia/version";
    const char *modules = root_read(r->root, r->arena, "/proc/modules", NULL), *text;
    struct machine *m = r->m;

    m->module_loaded = (modules != NULL && has_module(modules, "nvidia")) || root_exists(r->root, proc)
        || root_exists(r->root, "/sys/module/nvidia");
    m->nouveau_loaded = modules != NULL && has_module(modules, "nouveau");
    m->module_version = line_of(r, "/sys/module/nvidia/version");
    text = root_read(r->root, r->arena, proc, NULL);
    if (m->module_version == NULL && text != NULL)
        m->module_version = version_in(r->arena, text);
    add_fact(r, "module.version", m->module_version, "/sys/module/nvidia/version");
    if (text != NULL)
        add_fact(r, "module.flavor", text_has(text, "Open Kernel Module") ? "open" : "proprietary", proc);
    if (modules != NULL) {
        add_fact(r, "module.loaded", m->module_loaded ? "yes" : "no", "/proc/modules");
        add_fact(r, "module.uvm", has_module(modules, "nvidia_uvm") ? "yes" : "no", "/proc/modules");
        add_fact(r, "nouveau.loaded", m->nouveau_loaded ? "yes" : "no", "/proc/modules");
    }
}

/* ---- Everything else worth knowing ---- */

/* The value behind the first "NAME ...:" of a /proc file. */
static const char *proc_value(struct reader *r, const char *path, const char *name)
{
    const char *text = root_read(r->root, r->arena, path, NULL), *line;
    size_t n;

    while (text_next_line(&text, &line, &n))
        if (n > strlen(name) && strncmp(line, name, strlen(name)) == 0) {
            char *copy = arena_copy(r->arena, line, n), *value = strpbrk(copy + strlen(name), ":");

            value = value != NULL ? value + 1 : copy + strlen(name);
            return value + strspn(value, " \t");
        }
    return NULL;
}

/* Model and UUID of each GPU that the module drives. */
static void read_driven(struct reader *r)
{
    static const char dir[] = "/proc/driver/nvidia/gpus";
    char **names;
    size_t n = root_list(r->root, r->arena, dir, &names);

    for (size_t i = 0; i < n; i++) {
        const char *path = text_make(r->arena, "%s/%s/information", dir, names[i]);

        add_fact(r, text_make(r->arena, "gpu.%s.model", names[i]), proc_value(r, path, "Model"), path);
        add_fact(r, text_make(r->arena, "gpu.%s.uuid", names[i]), proc_value(r, path, "GPU UUID"), path);
    }
}

/* GPUs that are cut into instances, lent to guests, or tied together by switches. */
static void read_sharing(struct reader *r)
{
    static const char capabilities[] = "/proc/driver/nvidia/capabilities";
    char **names;
    size_t n = root_list(r->root, r->arena, capabilities, &names);

    for (size_t i = 0; i < n; i++) {
        const char *mig = text_make(r->arena, "%s/%s/mig", capabilities, names[i]);
        char **instances;
        size_t count = 0, all = root_list(r->root, r->arena, mig, &instances);

        for (size_t k = 0; k < all; k++)
            count += text_starts(instances[k], "gi");
        if (count > 0)
            add_fact(r, text_make(r->arena, "mig.%s", names[i]), text_make(r->arena, "%zu GPU instances", count), mig);
    }
    if (root_list(r->root, r->arena, "/sys/class/mdev_bus", &names) > 0)
        add_fact(r, "vgpu", "this host lends parts of devices to guests", "/sys/class/mdev_bus");
    if (root_exists(r->root, "/dev/nvidia-nvswitchctl"))
        add_fact(r, "nvswitch", "present", "/dev/nvidia-nvswitchctl");
}

static void read_others(struct reader *r)
{
    static const char *const variables[] = {
        "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "LD_LIBRARY_PATH", "LD_PRELOAD",
        "CUDA_LAUNCH_BLOCKING", "CUDA_MODULE_LOADING", "CUDA_CACHE_DISABLE", "CUDA_CACHE_PATH", "CUDA_DISABLE_PTX_JIT", "CUDA_FORCE_PTX_JIT",
        "CUDA_MPS_PIPE_DIRECTORY", "NVIDIA_TF32_OVERRIDE", "CUBLAS_EMULATE_SINGLE_PRECISION", "CUBLAS_EMULATE_DOUBLE_PRECISION",
        "CUBLAS_EMULATION_STRATEGY", "CUBLAS_FIXEDPOINT_EMULATION_MANTISSA_BIT_COUNT", "CUBLASLT_HEURISTICS_LUT_FILE",
        "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
    };

    add_fact(r, "boot.id", line_of(r, "/proc/sys/kernel/random/boot_id"), "/proc/sys/kernel/random/boot_id");
    add_fact(r, "cpu", proc_value(r, "/proc/cpuinfo", "model name"), "/proc/cpuinfo");
    add_fact(r, "memory", proc_value(r, "/proc/meminfo", "MemTotal"), "/proc/meminfo");
    add_fact(r, "limit.memlock", proc_value(r, "/proc/self/limits", "Max locked memory"), "/proc/self/limits");
    add_fact(r, "limit.address_space", proc_value(r, "/proc/self/limits", "Max address space"), "/proc/self/limits");
    add_fact(r, "limit.nofile", proc_value(r, "/proc/self/limits", "Max open files"), "/proc/self/limits");
    add_fact(r, "ld.so.preload", line_of(r, "/etc/ld.so.preload"), "/etc/ld.so.preload");
    for (size_t i = 0; i < COUNT_OF(variables); i++)
        add_fact(r, text_make(r->arena, "env.%s", variables[i]), environment_get(r->env, variables[i]), "/proc/self/environ");
}

/* ---- Whether a GPU is meant for this process ---- */

static const char *first_gpu_node(const struct machine *m)
{
    for (size_t i = 0; i < m->n_nodes; i++) {
        const char *name = text_base_name(m->nodes[i].path);

        if (text_starts(m->nodes[i].path, "/dev/") && (is_gpu_node(name) || text_is(name, "dxg") || text_is(name, "nvmap")
            || text_starts(name, "nvhost-")))
            return m->nodes[i].path;
    }
    return NULL;
}

static const char *why_meant(struct reader *r)
{
    const struct machine *m = r->m;
    const char *asked = environment_get(r->env, "NVIDIA_VISIBLE_DEVICES");

    for (size_t i = 0; i < m->n_pci; i++)
        if (!text_is(m->pci[i].driver, "vfio-pci"))
            return text_make(r->arena, "%s on the PCI bus is an NVIDIA GPU", m->pci[i].address);
    if (first_gpu_node(m) != NULL)
        return text_make(r->arena, "%s exists", first_gpu_node(m));
    if (m->place != PLACE_CONTAINER && m->module_loaded)
        return "the nvidia kernel module is loaded";
    if (asked != NULL && *asked != '\0' && !text_is(asked, "void") && !text_is(asked, "none"))
        return text_make(r->arena, "NVIDIA_VISIBLE_DEVICES=%s", asked);
    return NULL;
}

static void decide_meant(struct reader *r)
{
    const char *visible = environment_get(r->env, "CUDA_VISIBLE_DEVICES");
    struct machine *m = r->m;

    m->why_meant = why_meant(r);
    if (visible != NULL && (*visible == '\0' || text_is(visible, "-1"))) {
        m->why_not_meant = text_make(r->arena, "CUDA_VISIBLE_DEVICES is \"%s\"", visible);
        m->why_meant = NULL;
    } else if (m->why_meant == NULL) {
        m->why_not_meant = m->place == PLACE_CONTAINER
            ? "this container was given no NVIDIA device" : "no NVIDIA GPU on the PCI bus, no device node, no kernel module";
    }
    m->gpu_meant = m->why_meant != NULL;
}

void machine_read(struct machine *m, struct arena *a, const struct root *root, const struct environment *env)
{
    struct reader r = { m, a, root, env, NULL };

    *m = (struct machine){ .hostname = NULL };
    read_system(&r);
    read_pci(&r);
    read_nodes(&r);
    read_module(&r);
    read_driven(&r);
    read_sharing(&r);
    read_others(&r);
    driver_files_find(m, a, root, env);
    m->facts = r.facts;
    decide_meant(&r);
}
