/* What joins the GPUs of a server: its switches, their manager, and the programs that began before it did. Hosts alone see it. */
#include "discover/facts/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char manager_file[] = "/usr/bin/nv-fabricmanager", manager_log[] = "/var/log/fabricmanager.log", packages[] = "/var/lib/dpkg/status";

/* On the bus a bridge (class 0680) of NVIDIA's; https://docs.nvidia.com/datacenter/tesla/fabric-manager-user-guide/ */
static bool is_switch(const struct fact_reader *r, const char *dir)
{
    static const char *const devices[] = { "0x1ac0", "0x1ac1", "0x1ac2", "0x1af1", "0x22a3" };
    const char *device;

    if (!text_is(fact_line(r, text_join(r->arena, dir, "vendor")), "0x10de"))
        return false;
    device = fact_line(r, text_join(r->arena, dir, "device"));
    for (size_t i = 0; i < COUNT_OF(devices); i++)
        if (text_is(device, devices[i]))
            return true;
    return false;
}

static void read_switches(struct fact_reader *r)
{
    static const char bus[] = "/sys/bus/pci/devices";
    char **names;
    const size_t n = root_list(r->root, r->arena, bus, &names);

    if (root_exists(r->root, "/dev/nvidia-nvswitchctl")) {
        fact_add(r, "nvswitch", "present", "/dev/nvidia-nvswitchctl");
        return;
    }
    for (size_t i = 0; i < n && r->m->place == PLACE_HOST; i++) {
        const char *dir = text_join(r->arena, bus, names[i]);

        if (!is_switch(r, dir))
            continue;
        fact_add(r, "nvswitch", "present", dir);
        return;
    }
}

/* The clock ticks after boot at which a process began: the 22nd word of its stat, the second of which is a name in parentheses. */
static long began(const struct fact_reader *r, const char *pid)
{
    const char *stat = root_read(r->root, r->arena, text_make(r->arena, "/proc/%s/stat", pid), NULL), *at = stat != NULL ? strrchr(stat, ')') : NULL;

    for (int word = 2; at != NULL && word < 22; word++) {
        at = strchr(at + 1, ' ');
    }
    return at != NULL ? strtol(at, NULL, 10) : 0;
}

/* /proc gives the first 15 bytes of a name. */
static bool is_called(const struct fact_reader *r, const char *pid, const char *name)
{
    const char *comm = fact_line(r, text_make(r->arena, "/proc/%s/comm", pid));

    return comm != NULL && strncmp(comm, name, 15) == 0;
}

/* CUDA opens it; what only watches GPUs does not. */
static bool computes(const struct fact_reader *r, const char *pid)
{
    const char *dir = text_make(r->arena, "/proc/%s/fd", pid);
    char **fds;
    const size_t n = root_list(r->root, r->arena, dir, &fds);

    for (size_t i = 0; i < n; i++)
        if (text_is(root_link_name(r->root, r->arena, text_join(r->arena, dir, fds[i])), "nvidia-uvm"))
            return true;
    return false;
}

static const char *find_manager(const struct fact_reader *r, char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (names[i][0] >= '1' && names[i][0] <= '9' && is_called(r, names[i], "nv-fabricmanager"))
            return names[i];
    return NULL;
}

static void read_manager(struct fact_reader *r)
{
    char **names;
    const size_t n = root_list(r->root, r->arena, "/proc", &names);
    const char *manager = find_manager(r, names, n);
    const long since = manager != NULL ? began(r, manager) : 0;

    fact_add(r, "fabric.manager", manager != NULL ? "runs" : "does not run", manager != NULL ? text_make(r->arena, "/proc/%s/comm", manager) : "/proc");
    for (size_t i = 0; i < n && since > 0; i++) {
        const long other = names[i][0] >= '1' && names[i][0] <= '9' ? began(r, names[i]) : 0;

        if (other == 0 || other >= since || !computes(r, names[i]))
            continue;
        fact_add(r, "fabric.manager.after", text_make(r->arena, "process %s, which computes, began before the fabric manager did", names[i]),
                 text_make(r->arena, "/proc/%s/stat", names[i]));
        return;
    }
}

/* "Version: 590.48.01-1" behind "Package: nvidia-fabricmanager-590", while that is installed. */
static const char *version_in_packages(const struct fact_reader *r)
{
    const char *text = root_read(r->root, r->arena, packages, NULL), *line;
    bool ours = false, installed = false;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        if (n >= 9 && strncmp(line, "Package: ", 9) == 0)
            ours = strncmp(line + 9, "nvidia-fabricmanager", 20) == 0 && !text_has(arena_copy(r->arena, line, n), "-dev"), installed = false;
        else if (ours && n >= 8 && strncmp(line, "Status: ", 8) == 0)
            installed = text_ends(arena_copy(r->arena, line, n), " installed");
        else if (ours && installed && n > 9 && strncmp(line, "Version: ", 9) == 0)
            return arena_copy(r->arena, line + 9, text_version_length(line + 9) < n - 9 ? text_version_length(line + 9) : n - 9);
    }
    return NULL;
}

/* The last line of its log that says which versions do not go together. */
static void read_log(struct fact_reader *r)
{
    const char *text = root_read(r->root, r->arena, manager_log, NULL), *line;
    char *last = NULL;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        char *copy = n < 400 ? arena_copy(r->arena, line, n) : NULL;

        if (copy != NULL && text_has(copy, "match with driver version"))
            last = copy;
    }
    if (last != NULL)
        text_clean(last);
    fact_add(r, "fabric.manager.log", last, manager_log);
}

void facts_of_fabric(struct fact_reader *r)
{
    const size_t before = r->m->n_facts;

    read_switches(r);
    if (r->m->place != PLACE_HOST || (r->m->n_facts == before && !root_exists(r->root, manager_file)))
        return;
    read_manager(r);
    fact_add(r, "fabric.manager.version", version_in_packages(r), packages);
    read_log(r);
}
