/* The bus: how each GPU is attached, what lies between it and others, and who translates its addresses. */
#include "discover/facts/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char bus[] = "/sys/bus/pci/devices";

/* "0000:3b:00.0" */
static bool is_address(const char *name)
{
    static const char shape[] = "xxxx:xx:xx.x", hex[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof shape - 1; i++)
        if (shape[i] == 'x' ? name[i] == '\0' || strchr(hex, name[i]) == NULL : name[i] != shape[i])
            return false;
    return name[sizeof shape - 1] == '\0';
}

static void add_file(struct fact_reader *r, const char *gpu, const char *what, const char *dir, const char *name)
{
    const char *path = text_join(r->arena, dir, name);

    fact_add(r, text_make(r->arena, "gpu.%s.%s", gpu, what), fact_line(r, path), path);
}

static void read_link(struct fact_reader *r, const char *gpu, const char *dir, const char *port)
{
    add_file(r, gpu, "link.speed", dir, "current_link_speed");
    add_file(r, gpu, "link.max_speed", dir, "max_link_speed");
    add_file(r, gpu, "link.width", dir, "current_link_width");
    add_file(r, gpu, "link.max_width", dir, "max_link_width");
    if (port == NULL)
        return;
    add_file(r, gpu, "slot.max_speed", port, "max_link_speed");
    add_file(r, gpu, "slot.max_width", port, "max_link_width");
}

/* Of a board that is gone every read gives ones. */
static void read_config(struct fact_reader *r, const char *gpu, const char *dir)
{
    const char *path = text_join(r->arena, dir, "config"), *bytes;
    size_t n, ones = 0;

    bytes = root_read(r->root, r->arena, path, &n);
    if (bytes == NULL || n < 64)
        return;
    while (ones < 64 && (unsigned char)bytes[ones] == 0xff)
        ones++;
    if (ones == 64)
        fact_add(r, text_make(r->arena, "gpu.%s.config", gpu), "all ones", path);
}

/* "0x00000000a0000000 0x00000000a0ffffff 0x0000000000040200": begin, end, flags. */
static bool read_range(const char **text, unsigned long long *begin, unsigned long long *flags)
{
    const char *line;
    char copy[128], *rest;
    size_t n;

    if (!text_next_line(text, &line, &n) || n >= sizeof copy)
        return false;
    memcpy(copy, line, n);
    copy[n] = '\0';
    *begin = strtoull(copy, &rest, 16);
    (void)strtoull(rest, &rest, 16);
    *flags = strtoull(rest, &rest, 16);
    return rest != copy && *rest == '\0';
}

/* Registers and memory are behind the first two ranges; one of 64 bits takes two lines (IORESOURCE_MEM_64 of the kernel's
 * include/linux/ioport.h). One that found no room begins at 0. */
static void read_ranges(struct fact_reader *r, const char *gpu, const char *dir)
{
    const unsigned long long is_wide = 0x00100000;
    const char *path = text_join(r->arena, dir, "resource"), *text = root_read(r->root, r->arena, path, NULL);
    unsigned long long begin, flags, wide;
    unsigned line = 0;

    if (text == NULL || !read_range(&text, &begin, &flags))
        return;
    wide = flags & is_wide;
    if (begin != 0) {
        line = wide ? 2 : 1;
        if ((wide && !read_range(&text, &begin, &flags)) || !read_range(&text, &begin, &flags) || begin != 0)
            return;
    }
    fact_add(r, text_make(r->arena, "gpu.%s.unassigned", gpu), text_make(r->arena, "BAR %u", line), path);
}

/* What sends between two GPUs pass through: where a bridge redirects (ACS) they go up to the processor and its IOMMU. The
 * control word of the extended capability 0x000d, PCI Express Base Specification; beyond byte 256 only root reads. */
static void read_acs(struct fact_reader *r, const char *bridge, const char *dir)
{
    const char *path = text_join(r->arena, dir, "config");
    const unsigned char *bytes;
    size_t n, at = 0x100;

    bytes = (const unsigned char *)root_read(r->root, r->arena, path, &n);
    for (int capabilities = 0; bytes != NULL && capabilities < 64 && at >= 0x100 && at + 8 <= n; capabilities++) {
        const unsigned head = (unsigned)bytes[at] | (unsigned)bytes[at + 1] << 8 | (unsigned)bytes[at + 2] << 16 | (unsigned)bytes[at + 3] << 24;

        if ((head & 0xffff) == 0x000d) {
            fact_add(r, text_make(r->arena, "bridge.%s.acs", bridge), text_make(r->arena, "0x%04x", bytes[at + 6] | bytes[at + 7] << 8), path);
            return;
        }
        at = head >> 20 & 0xffc;
    }
}

static bool is_told(const struct fact_reader *r, const char *key)
{
    for (size_t i = 0; i < r->m->n_facts; i++)
        if (text_is(r->facts[i].key, key))
            return true;
    return false;
}

/* The device's folder lies in that of the bridge above it, and so on up to the root. NULL: it hangs below none. */
static const char *read_bridges(struct fact_reader *r, const char *gpu, const char *dir)
{
    const char *place = root_resolve(r->root, r->arena, dir), *port = NULL;
    struct text all = { .arena = r->arena };

    if (place == NULL)
        return NULL;
    for (const char *up = text_dir_name(r->arena, place); is_address(text_base_name(up)); up = text_dir_name(r->arena, up)) {
        const char *bridge = text_base_name(up);

        port = port == NULL ? up : port;
        text_add(&all, "%s%s", all.n > 0 ? " " : "", bridge);
        if (!is_told(r, text_make(r->arena, "bridge.%s.acs", bridge)))
            read_acs(r, bridge, up);
    }
    fact_add(r, text_make(r->arena, "gpu.%s.bridges", gpu), all.s, place);
    return port;
}

static void read_gpu(struct fact_reader *r, const char *gpu)
{
    const char *dir = text_join(r->arena, bus, gpu), *node = fact_line(r, text_join(r->arena, dir, "numa_node"));

    read_link(r, gpu, dir, read_bridges(r, gpu, dir));
    read_config(r, gpu, dir);
    read_ranges(r, gpu, dir);
    if (node != NULL && *node != '-')           /* -1: the machine has no nodes, or does not say */
        add_file(r, gpu, "numa_node", dir, "numa_node");
    add_file(r, gpu, "cpus", dir, "local_cpulist");
    add_file(r, gpu, "iommu", dir, "iommu_group/type");
}

void facts_of_bus(struct fact_reader *r)
{
    static const char groups[] = "/sys/kernel/iommu_groups";
    char **names;
    size_t n = root_list(r->root, r->arena, groups, &names);

    for (size_t i = 0; i < r->m->n_pci; i++)
        read_gpu(r, r->m->pci[i].address);
    if (n > 0)
        fact_add(r, "iommu.groups", text_make(r->arena, "%zu", n), groups);
    fact_add(r, "process.cpus", fact_proc_value(r, "/proc/self/status", "Cpus_allowed_list"), "/proc/self/status");
}
