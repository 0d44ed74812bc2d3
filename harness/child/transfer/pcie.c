#include "child/transfer/pcie.h"

#include "child/state.h"

/* Of one lane: 2.5, 5, 8, 16, 32 and 64 GT/s, of which 8b/10b leaves 80 %, 128b/130b 98.5 %, and what checks and corrects
 * the 256 bytes of a flit 242 of them (PCI Express Base Specification 6.0, 1.1 and 4.2). */
static const double lane_gbs[] = { 0, 0.25, 0.5, 8 / 8.0 * 128 / 130, 16 / 8.0 * 128 / 130, 32 / 8.0 * 128 / 130, 64 / 8.0 * 242 / 256 };

struct pcie pcie_now(struct child *c)
{
    const struct nvml *n = &c->nvml;
    struct pcie p = { .generation = 0 };
    nvmlDevice_t device;

    if (c->device_uuid == NULL || !nvml_open_softly(c) || CALL(c, nvml, nvmlDeviceGetHandleByUUID(c->device_uuid, &device)) != NVML_SUCCESS)
        return p;
    if (n->nvmlDeviceGetCurrPcieLinkGeneration == NULL || CALL(c, nvml, nvmlDeviceGetCurrPcieLinkGeneration(device, &p.generation)) != NVML_SUCCESS)
        p.generation = 0;
    if (n->nvmlDeviceGetCurrPcieLinkWidth == NULL || CALL(c, nvml, nvmlDeviceGetCurrPcieLinkWidth(device, &p.width)) != NVML_SUCCESS)
        p.width = 0;
    if (n->nvmlDeviceGetMaxPcieLinkGeneration == NULL || CALL(c, nvml, nvmlDeviceGetMaxPcieLinkGeneration(device, &p.best_generation)) != NVML_SUCCESS)
        p.best_generation = 0;
    if (n->nvmlDeviceGetMaxPcieLinkWidth == NULL || CALL(c, nvml, nvmlDeviceGetMaxPcieLinkWidth(device, &p.best_width)) != NVML_SUCCESS)
        p.best_width = 0;
    return p;
}

double pcie_gbs(const struct pcie *p)
{
    return p->generation < COUNT_OF(lane_gbs) ? lane_gbs[p->generation] * p->width : 0;
}

void saw_pcie(struct child *c, const struct pcie *p)
{
    if (p->generation == 0 || p->width == 0)
        return;
    saw_text(c, "link", "PCIe generation %u x%u", p->generation, p->width);
    if (p->generation >= p->best_generation && p->width >= p->best_width)
        return;
    saw_text(c, "link.best", "PCIe generation %u x%u", p->best_generation, p->best_width);
    saw_text(c, "warning", "under load the link to the host runs at PCIe generation %u x%u, and the GPU can do generation %u x%u in this machine",
             p->generation, p->width, p->best_generation, p->best_width);
}
