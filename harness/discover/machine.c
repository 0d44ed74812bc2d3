#include "discover/machine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/text.h"
#include "discover/driver_files.h"
#include "discover/facts/facts.h"

/* ---- What system it is ---- */

/* NAME="value" of /etc/os-release. */
static const char *os_release(struct fact_reader *r, const char *name)
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

static const char *read_arch(struct fact_reader *r)
{
    struct utsname u;

    if (root_is_this_machine(r->root) && uname(&u) == 0)
        return arena_text(r->arena, u.machine);
    if (fact_line(r, "/proc/sys/kernel/arch") != NULL)
        return fact_line(r, "/proc/sys/kernel/arch");
    return root_exists(r->root, "/lib/ld-linux-aarch64.so.1") ? "aarch64" : "x86_64";
}

static const char *container_kind(struct fact_reader *r)
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

static void read_place(struct fact_reader *r)
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

static void read_system(struct fact_reader *r)
{
    struct machine *m = r->m;

    m->hostname = fact_line(r, "/proc/sys/kernel/hostname");
    m->kernel = fact_line(r, "/proc/sys/kernel/osrelease");
    m->os = os_release(r, "PRETTY_NAME");
    m->os_id = os_release(r, "ID");
    m->arch = read_arch(r);
    read_place(r);
    fact_add(r, "os", m->os, "/etc/os-release");
    fact_add(r, "os.like", os_release(r, "ID_LIKE"), "/etc/os-release");
    fact_add(r, "kernel", m->kernel, "/proc/sys/kernel/osrelease");
    fact_add(r, "container", m->container, "files of the container runtime");
}

/* ---- The bus ---- */

static bool read_hex(struct fact_reader *r, const char *dir, const char *name, unsigned long *out)
{
    const char *s = fact_line(r, text_join(r->arena, dir, name));
    char *end;

    if (s == NULL)
        return false;
    *out = strtoul(s, &end, 16);
    return *end == '\0';
}

static void read_pci(struct fact_reader *r)
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

/* ---- Whether a GPU is meant for this process ---- */

static const char *first_gpu_node(const struct machine *m)
{
    for (size_t i = 0; i < m->n_nodes; i++) {
        const char *name = text_base_name(m->nodes[i].path);

        if (node_is_gpu(&m->nodes[i]) || text_is(name, "dxg") || text_is(name, "nvmap") || text_starts(name, "nvhost-"))
            return m->nodes[i].path;
    }
    return NULL;
}

static const char *why_meant(struct fact_reader *r)
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

static void decide_meant(struct fact_reader *r)
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
    struct fact_reader r = { m, a, root, env, NULL };

    *m = (struct machine){ .hostname = NULL };
    read_system(&r);
    read_pci(&r);
    facts_of_nodes(&r);
    facts_of_module(&r);
    facts_of_bus(&r);
    facts_of_boot(&r);
    facts_of_sharing(&r);
    facts_of_fabric(&r);
    facts_of_log(&r);
    facts_of_surroundings(&r);
    facts_of_mps(&r);
    facts_of_process(&r);
    facts_of_container(&r);
    facts_of_wsl(&r);
    facts_of_python(&r);
    facts_of_mapped(&r);
    driver_files_find(m, a, root, env);
    facts_of_libraries(&r);
    facts_of_mounts(&r);
    m->facts = r.facts;
    decide_meant(&r);
}
