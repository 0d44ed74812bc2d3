/* device.facts - what a return form asks for. What a GPU does not have (ECC on
 * a consumer card) is absent, not wrong. */
#include "child/child.h"

#include <string.h>

#include "base/text.h"

static void tell(struct child *c, nvmlDevice_t device, const char *key,
                 nvmlReturn_t (*get)(nvmlDevice_t, char *, unsigned), const char *call)
{
    char text[128];
    long code;

    if (get == NULL)
        return;
    child_enter(c, call, c->nvml.dl.path);
    code = child_leave(c, get(device, text, sizeof text));
    if (code == NVML_SUCCESS)
        saw_text(c, key, "%s", text);
    else if (code != NVML_ERROR_NOT_SUPPORTED)
        child_call_failed(c, call, &c->nvml.dl, code);
}

static void tell_ecc(struct child *c, nvmlDevice_t device)
{
    nvmlEnableState_t now, pending;

    if (CALL(c, nvml, nvmlDeviceGetEccMode(device, &now, &pending)) != NVML_SUCCESS)
        return;
    saw_text(c, "ecc", "%s", now ? "on" : "off");
    if (now != pending)
        saw_text(c, "warning", "ECC is %s, and will be %s after the next reboot", now ? "on" : "off", pending ? "on" : "off");
}

static void tell_memory(struct child *c, nvmlDevice_t device)
{
    nvmlMemory_t m;
    const long code = CALL(c, nvml, nvmlDeviceGetMemoryInfo(device, &m));

    if (code == NVML_ERROR_NO_PERMISSION)       /* of the whole GPU, to a process that was given an instance of it */
        return;
    if (code != NVML_SUCCESS)
        child_call_failed(c, "nvmlDeviceGetMemoryInfo()", &c->nvml.dl, code);
    saw_num(c, "memory.total", "B", (double)m.total);
    saw_num(c, "memory.used", "B", (double)m.used);
}

static void tell_link(struct child *c, nvmlDevice_t device)
{
    nvmlEnableState_t persists;
    unsigned n;

    if (c->nvml.nvmlDeviceGetMaxPcieLinkGeneration != NULL && CALL(c, nvml, nvmlDeviceGetMaxPcieLinkGeneration(device, &n)) == 0)
        saw_num(c, "pcie.max_generation", "", n);
    if (c->nvml.nvmlDeviceGetMaxPcieLinkWidth != NULL && CALL(c, nvml, nvmlDeviceGetMaxPcieLinkWidth(device, &n)) == 0)
        saw_num(c, "pcie.max_width", "lanes", n);
    if (c->nvml.nvmlDeviceGetCurrPcieLinkWidth != NULL && CALL(c, nvml, nvmlDeviceGetCurrPcieLinkWidth(device, &n)) == 0)
        saw_num(c, "pcie.width", "lanes", n);
    if (c->nvml.nvmlDeviceGetEnforcedPowerLimit != NULL && CALL(c, nvml, nvmlDeviceGetEnforcedPowerLimit(device, &n)) == 0)
        saw_num(c, "power.limit", "W", n / 1000.0);
    if (c->nvml.nvmlDeviceGetPowerManagementDefaultLimit != NULL && CALL(c, nvml, nvmlDeviceGetPowerManagementDefaultLimit(device, &n)) == 0)
        saw_num(c, "power.default", "W", n / 1000.0);
    if (c->nvml.nvmlDeviceGetPersistenceMode != NULL && CALL(c, nvml, nvmlDeviceGetPersistenceMode(device, &persists)) == 0)
        saw_text(c, "persistence", "%s", persists != 0 ? "on" : "off");
}

/* Bridges carry two, four or more links each, and where one is missing its links are inactive: an odd number of them is no
 * missing bridge. Fewer links than GPUs like this one have are told where these are compared (model/alike.h). */
static void tell_nvlinks(struct child *c, nvmlDevice_t device)
{
    struct text inactive = { .arena = &c->arena };
    unsigned down = 0;
    uint64_t up;
    const unsigned links = child_nvlinks(c, device, &up);

    if (links == 0)
        return;
    for (unsigned link = 0; link < links; link++)
        if (!(up >> link & 1)) {
            text_add(&inactive, "%s%u", down > 0 ? ", " : "", link);
            down++;
        }
    saw_num(c, "nvlink.links", "", links);
    saw_num(c, "nvlink.up", "", links - down);
    if (down == 0)
        return;
    saw_text(c, "nvlink.inactive", "%s", inactive.s);
    if (down < links && down % 2 == 1)
        saw_text(c, "warning", "%u of %u NVLinks are active, inactive: link %s (`nvidia-smi nvlink -s`)", links - down, links, inactive.s);
}

static void run(struct child *c)
{
    nvmlComputeMode_t mode;
    nvmlDevice_t device;
    nvmlPciInfo_t pci;

    MUST(c, nvml, nvmlDeviceGetHandleByUUID(c->device_uuid, &device));
    saw_text(c, "uuid", "%s", c->device_uuid);
    tell(c, device, "name", c->nvml.nvmlDeviceGetName, "nvmlDeviceGetName()");
    tell(c, device, "serial", c->nvml.nvmlDeviceGetSerial, "nvmlDeviceGetSerial()");
    tell(c, device, "part_number", c->nvml.nvmlDeviceGetBoardPartNumber, "nvmlDeviceGetBoardPartNumber()");
    tell(c, device, "vbios", c->nvml.nvmlDeviceGetVbiosVersion, "nvmlDeviceGetVbiosVersion()");
    if (CALL(c, nvml, nvmlDeviceGetPciInfo_v3(device, &pci)) == NVML_SUCCESS)       /* a MIG instance has none */
        saw_text(c, "pci", "%s", pci_address(pci.busId, c));
    tell_memory(c, device);
    tell_ecc(c, device);
    tell_link(c, device);
    tell_nvlinks(c, device);
    if (CALL(c, nvml, nvmlDeviceGetComputeMode(device, &mode)) == NVML_SUCCESS)
        saw_num(c, "compute_mode", "", mode);
}

extern const struct probe probe_driver_nvml;

const struct probe probe_device_facts = {
    .name     = "device.facts",
    .claim    = "The GPU tells its identity, memory and ECC mode.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_NVML,
    .rests_on = { &probe_driver_nvml },
    .tells_facts = true,
    .expects  = (const struct expect[]){
        { .key = "memory.total", .bound = AT_LEAST, .number = 1, .optional = true, .sentence = "the GPU says it has %s B of memory" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
