/* Device nodes, and what stands behind them. */
#include "discover/facts/facts.h"

#include <string.h>

#include "base/text.h"

static bool is_node(const char *name)
{
    static const char *const exact[] = { "nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset", "dxg", "nvmap" };

    for (size_t i = 0; i < COUNT_OF(exact); i++)
        if (text_is(name, exact[i]))
            return true;
    return text_starts(name, "nvhost-") || (text_starts(name, "nvidia") && name[6] >= '0' && name[6] <= '9');
}

/* A GPU's own node is not opened: the driver would wake the GPU for it, and where that one is ill the open may never end. What a
 * mode, a cgroup or SELinux forbid is seen without (all are asked by the kernel's check of access). These two wake nothing, and only an open
 * tells that nothing stands behind them. */
static bool may_be_asked(const char *name)
{
    return text_is(name, "nvidiactl") || text_is(name, "nvidia-uvm");
}

static void add_nodes(struct fact_reader *r, struct node **list, const char *dir, bool all)
{
    char **names;
    size_t n = root_list(r->root, r->arena, dir, &names);
    struct node node;

    for (size_t i = 0; i < n; i++)
        if ((all || is_node(names[i])) && fact_node(r, text_join(r->arena, dir, names[i]), may_be_asked(names[i]), &node))
            *ARENA_PUSH(r->arena, *list, r->m->n_nodes) = node;
}

/* "505 nvidia-uvm" among the character devices; NULL: it is not there. */
static const char *major_of(struct fact_reader *r, const char *devices, const char *driver)
{
    const char *line;
    size_t n;

    while (text_next_line(&devices, &line, &n)) {
        char *number = arena_copy(r->arena, line, n), *name;

        number += strspn(number, " ");
        name = strchr(number, ' ');
        if (name == NULL || !text_is(name + 1, driver))
            continue;
        *name = '\0';
        return number;
    }
    return NULL;
}

static void read_majors(struct fact_reader *r)
{
    static const char *const drivers[] = { "nvidia", "nvidia-frontend", "nvidia-uvm" };
    static const char file[] = "/proc/devices";
    const char *devices = root_read(r->root, r->arena, file, NULL);

    for (size_t i = 0; i < COUNT_OF(drivers) && devices != NULL; i++)
        fact_add(r, text_make(r->arena, "major.%s", drivers[i]), major_of(r, devices, drivers[i]), file);
}

void facts_of_nodes(struct fact_reader *r)
{
    static const char helper[] = "/usr/bin/nvidia-modprobe", params[] = "/proc/driver/nvidia/params", hmm[] = "/sys/module/nvidia_uvm/parameters/uvm_disable_hmm";
    struct node *list = NULL;

    add_nodes(r, &list, "/dev", false);
    add_nodes(r, &list, "/dev/nvidia-caps", true);
    r->m->nodes = list;
    read_majors(r);
    fact_add(r, "module.device_file_mode", fact_proc_value(r, params, "DeviceFileMode"), params);
    fact_add(r, "module.uvm_disable_hmm", fact_line(r, hmm), hmm);
    if (root_exists(r->root, helper))
        fact_add(r, "nvidia-modprobe", "installed", helper);
}
