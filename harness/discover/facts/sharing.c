/* GPUs that are cut into instances, lent to guests, or tied together by switches. */
#include "discover/facts/facts.h"

#include "base/text.h"

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
    if (root_exists(r->root, "/dev/nvidia-nvswitchctl"))
        fact_add(r, "nvswitch", "present", "/dev/nvidia-nvswitchctl");
}
