/* driver.nvml - NVML answers, and belongs to the kernel module that is loaded. */
#include "child/child.h"

#include "base/text.h"

static void run(struct child *c)
{
    char version[96], name[24];
    unsigned n;

    child_open_nvml(c);
    MUST(c, nvml, nvmlSystemGetDriverVersion(version, sizeof version));
    MUST(c, nvml, nvmlDeviceGetCount_v2(&n));
    saw_text(c, "driver.version", "%s", version);
    saw_num(c, "nvml.gpus", "", n);
    for (unsigned i = 0; i < n; i++) {
        nvmlDevice_t device;
        nvmlPciInfo_t pci;

        if (CALL(c, nvml, nvmlDeviceGetHandleByIndex_v2(i, &device)) != 0)
            continue;                   /* lost from the bus: driver.sees_all names it */
        MUST(c, nvml, nvmlDeviceGetPciInfo_v3(device, &pci));
        text_format(name, sizeof name, "nvml%u.pci", i);
        saw_text(c, name, "%s", pci_address(pci.busId, c));
        text_format(name, sizeof name, "nvml%u", i);
        child_tell_health(c, device, name);
    }
    child_tell_confidential(c);
}

const struct probe probe_driver_nvml = {
    .name    = "driver.nvml",
    .claim   = "NVML answers, with the version of the loaded kernel module.",
    .scope   = SCOPE_MACHINE,
    .expects = (const struct expect[]){
        { .key = "driver.version", .bound = SAME_TEXT_AS_FACT, .fact = "module.version",
          .sentence = "the driver's libraries are of version %s, the loaded kernel module is of another" },
        { .key = "nvml.gpus", .bound = AT_LEAST, .number = 1, .sentence = "NVML sees no GPU" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run     = run,
};
