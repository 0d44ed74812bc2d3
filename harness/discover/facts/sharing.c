/* GPUs that are cut into instances, or lent to guests. */
#include "discover/facts/facts.h"

#include "base/text.h"

/* Whether this is a guest, a confidential one, and whether the driver is a hypervisor's. */
static void read_guest(struct fact_reader *r)
{
    static const char *const programs[] = { "/usr/bin/nvidia-vgpu-mgr", "/usr/bin/nvidia-vgpud" };
    static const char *const confidential[] = { "/dev/sev-guest", "/dev/tdx_guest", "/dev/tdx-guest" };
    const char *flags = fact_proc_value(r, "/proc/cpuinfo", "flags");

    if (flags != NULL && text_has(flags, " hypervisor"))
        fact_add(r, "cpu.guest", "yes", "/proc/cpuinfo");
    for (size_t i = 0; i < COUNT_OF(programs); i++)
        if (root_exists(r->root, programs[i])) {
            fact_add(r, "vgpu.host_driver", "installed", programs[i]);
            break;
        }
    for (size_t i = 0; i < COUNT_OF(confidential); i++)
        if (root_exists(r->root, confidential[i])) {
            fact_add(r, "confidential.guest", "yes", confidential[i]);
            break;
        }
}

void facts_of_sharing(struct fact_reader *r)
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
            fact_add(r, text_make(r->arena, "mig.%s", names[i]), text_make(r->arena, "%zu GPU instances", count), mig);
    }
    if (root_list(r->root, r->arena, "/sys/class/mdev_bus", &names) > 0)
        fact_add(r, "vgpu", "this host lends parts of devices to guests", "/sys/class/mdev_bus");
    read_guest(r);
}
