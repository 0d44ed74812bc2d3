/* The driver's branch and its module's type against the GPUs on the bus: which goes with which is known by their PCI device ids (model/chip.h). */
#include "diagnose/look.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* The driver that is installed: its loaded module, else what would build it, else its libraries. */
struct driver { const char *version, *said_by; };

static struct driver driver_of(const struct look *l)
{
    const struct machine *m = l->r->machine;
    const char *built = fact(l, "dkms.versions");

    if (m->module_version != NULL)
        return (struct driver){ m->module_version, "/sys/module/nvidia/version" };
    for (size_t i = 0; i < m->n_drivers; i++)
        if (m->drivers[i].kind == DRIVER_INSTALLED && m->drivers[i].version != NULL)
            return (struct driver){ m->drivers[i].version, m->drivers[i].path };
    if (built != NULL && strchr(built, ' ') == NULL)
        return (struct driver){ built, "/var/lib/dkms" };
    return (struct driver){ NULL, NULL };
}

static void evidence_of_driver(struct look *l, const struct driver *d)
{
    if (d->version != NULL)
        evidence(l, "%s: the driver is %s", d->said_by, d->version);
}

/* One that is kept for a guest is not this driver's to drive; one that answers is driven, whatever a table says. */
static bool is_none_of_ours(const struct look *l, const struct pci_gpu *gpu)
{
    for (size_t i = 0; i < l->r->n_devices; i++)
        if (l->r->devices[i].answers && text_is(l->r->devices[i].pci, gpu->address))
            return true;
    return text_is(gpu->driver, "vfio-pci");
}

/* Where a GPU answers, an old line of the log shows nothing. */
static const char *line(const struct look *l, const char *name)
{
    return report_answering(l->r) == 0 ? fact(l, text_make(l->a, "log.line.%s", name)) : NULL;
}

/* "... through the NVIDIA 580.xx Legacy drivers": 580; 0: it says none. */
static unsigned branch_in(const char *text)
{
    for (const char *at = strstr(text, "NVIDIA "); at != NULL; at = strstr(at + 1, "NVIDIA ")) {
        char *end;
        unsigned long branch = strtoul(at + 7, &end, 10);

        if (end > at + 7 && text_starts(end, ".xx") && branch < 10000)
            return (unsigned)branch;
    }
    return 0;
}

static void say_dropped(struct look *l, const char *gpu, const struct driver *d, long last)
{
    found(l, SHOWN, "driver %s no longer drives %s: branch %ld is the last that does", d->version != NULL ? d->version : "that is installed", gpu, last);
    evidence_of_driver(l, d);
    evidence_of_fact(l, "log.line.legacy-driver");
    fix_driver(l, (unsigned)last, "proprietary");
}

static void look_for_dropped(struct look *l)
{
    const struct machine *m = l->r->machine;
    const char *said = line(l, "legacy-driver");
    const struct driver d = driver_of(l);
    long last;

    for (size_t i = 0; i < m->n_pci; i++) {
        const struct pci_gpu *gpu = &m->pci[i];
        const char *branch = fact_of_gpu(l, gpu->address, "last_driver");

        if (is_none_of_ours(l, gpu) || d.version == NULL || branch == NULL || !text_to_long(branch, &last) || text_version_major(d.version) <= last)
            continue;
        say_dropped(l, text_make(l->a, "the %s GPU at %s", fact_of_gpu(l, gpu->address, "arch") != NULL ? fact_of_gpu(l, gpu->address, "arch") : "old", gpu->address), &d, last);
        evidence_of_gpu(l, gpu->address, "last_driver");
        return;
    }
    if (said != NULL && branch_in(said) > 0)
        say_dropped(l, "this GPU", &d, branch_in(said));
}

/* The driver was asked, and has no GPU. */
static bool none_is_seen(const struct look *l)
{
    return ended_by(l, "cuInit", 100) != NULL || text_is(report_saw(l->r, "nvml.gpus"), "0");
}

/* The table names the branch of the first toolkit for the GPU, and one a little older may know it, too: it takes a module that is loaded and
 * has left the GPU alone, or says that there is none. */
static void look_for_too_old(struct look *l)
{
    const struct machine *m = l->r->machine;
    const struct driver d = driver_of(l);
    const char *said = line(l, "not-supported");
    long first;

    for (size_t i = 0; i < m->n_pci; i++) {
        const struct pci_gpu *gpu = &m->pci[i];
        const char *branch = fact_of_gpu(l, gpu->address, "first_driver");

        if (!m->module_loaded || is_none_of_ours(l, gpu) || (text_is(gpu->driver, "nvidia") && !none_is_seen(l)) || d.version == NULL || branch == NULL || !text_to_long(branch, &first) || text_version_major(d.version) >= first)
            continue;
        found(l, SHOWN, "driver %s is older than the %s GPU at %s: branch %ld is the first that knows it", d.version, fact_of_gpu(l, gpu->address, "arch"), gpu->address, first);
        evidence_of_driver(l, &d);
        evidence_of_gpu(l, gpu->address, "first_driver");
        evidence_of_fact(l, "log.line.not-supported");
        fix_driver(l, 0, NULL);
        return;
    }
    if (said == NULL || (l->n > 0 && text_is(l->found[l->n - 1].ailment->id, "driver-dropped-gpu")))
        return;
    found(l, LIKELY, "driver %s does not know this GPU, which mostly is one that came after it", d.version != NULL ? d.version : "that is installed");
    evidence_of_driver(l, &d);
    evidence_of_fact(l, "log.line.not-supported");
    fix_driver(l, 0, NULL);
}

/* The first GPU that only modules of that type drive; NULL: there is none. */
static const struct pci_gpu *gpu_only_for(const struct look *l, const char *type)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_pci; i++)
        if (!is_none_of_ours(l, &m->pci[i]) && text_is(fact_of_gpu(l, m->pci[i].address, "module"), type))
            return &m->pci[i];
    return NULL;
}

/* `type` is what is needed; the module that is loaded is of the other. */
static void look_for_type(struct look *l, const char *type, const char *other, const char *said, const char *why)
{
    const struct pci_gpu *gpu = gpu_only_for(l, type);
    const bool is_other = gpu != NULL && text_is(fact(l, "module.flavor"), other);
    const struct driver d = driver_of(l);
    long branch = d.version != NULL ? text_version_major(d.version) : 0, limit;
    const char *arch = gpu != NULL ? fact_of_gpu(l, gpu->address, "arch") : NULL;

    if (!is_other && line(l, said) == NULL)
        return;
    found(l, SHOWN, "the %s type of NVIDIA's kernel module is installed, and %s%s%s%s", other, arch != NULL ? "the " : "this GPU", arch != NULL ? arch : "",
          arch != NULL ? text_make(l->a, " GPU at %s", gpu->address) : "", why);
    if (is_other)
        evidence_of_fact(l, "module.flavor");
    if (gpu != NULL)
        evidence_of_gpu(l, gpu->address, "module");
    evidence_of_fact(l, text_make(l->a, "log.line.%s", said));
    if (gpu != NULL && fact_of_gpu(l, gpu->address, "first_driver") != NULL && text_to_long(fact_of_gpu(l, gpu->address, "first_driver"), &limit) && branch < limit)
        branch = limit;
    fix_driver(l, (unsigned)branch, type);
}

static void look_for_open_required(struct look *l)
{
    look_for_type(l, "open", "proprietary", "needs-open-module", " needs the open one");
}

static void look_for_open_impossible(struct look *l)
{
    look_for_type(l, "proprietary", "open", "open-needs-gsp", " has no system processor, without which that one does nothing");
}

const struct rule chip_rules[] = {
    { { "driver-dropped-gpu", LINK_MODULE, .though_it_answers = true,
        .what = "Each branch of NVIDIA's driver drives the GPUs of its time: after 470 no Kepler, after 580 no Maxwell, Pascal or Volta. A newer one ignores the GPU and says so in the kernel's log (https://docs.nvidia.com/datacenter/tesla/drivers/cuda-toolkit-driver-and-architecture-matrix.html).",
        .unlike = "gpu-lost: there the GPU worked until then (Xid 79); with a libcuda for forward compatibility that has dropped the GPU, nvidia-smi on the host still shows it." }, look_for_dropped },
    { { "driver-too-old-for-gpu", LINK_MODULE, .what = "The GPU came after this branch of the driver, which does not know its PCI device id.",
        .unlike = "open-module-required: there the branch is new enough, and the type of its module is wrong." }, look_for_too_old },
    { { "open-module-required", LINK_MODULE,
        .what = "NVIDIA's kernel module comes in two types, open and proprietary; Blackwell GPUs and Grace Hopper need the open one (https://developer.nvidia.com/blog/nvidia-transitions-fully-towards-open-source-gpu-kernel-modules/).",
        .unlike = "driver-too-old-for-gpu: there the driver does not know the GPU at all." }, look_for_open_required },
    { { "open-module-impossible", LINK_MODULE, .though_it_answers = true,
        .what = "The open type of NVIDIA's kernel module leaves most of its work to a processor on the GPU (GSP) that there is from Turing on; older GPUs need the proprietary type (https://github.com/NVIDIA/open-gpu-kernel-modules).",
        .unlike = "driver-dropped-gpu: there no type of module of that branch drives the GPU." }, look_for_open_impossible },
    { { .id = NULL }, NULL },
};
