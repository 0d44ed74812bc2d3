/* How GPUs are attached: their address ranges, their links to the host, and what they send one another. */
#include "diagnose/look.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* ---- Address ranges ---- */

static void say_unassigned(struct look *l, enum certainty certainty, const char *gpu)
{
    found(l, certainty, "%s was given no address range for its memory: the firmware left too little room below 4 GiB, or none for ranges that large", gpu);
    evidence_of_fact(l, "log.line.bar-unassigned");
    evidence_of_fact(l, "log.line.rm-init-failed");
    advise(l, "in the firmware's setup (BIOS) switch on \"Above 4G Decoding\" and, where there is one, \"Resizable BAR\"; in a guest, give it a 64-bit MMIO window that large");
}

static bool answers(const struct look *l, const char *address)
{
    for (size_t i = 0; i < l->r->n_devices; i++)
        if (l->r->devices[i].answers && text_is(l->r->devices[i].pci, address))
            return true;
    return false;
}

static void look_for_unassigned(struct look *l)
{
    const struct machine *m = l->r->machine;
    const char *said = fact(l, "log.line.bar-unassigned");

    for (size_t i = 0; i < m->n_pci; i++) {
        const char *address = m->pci[i].address;

        if (fact_of_gpu(l, address, "unassigned") == NULL || text_is(m->pci[i].driver, "vfio-pci") || answers(l, address))
            continue;
        say_unassigned(l, SHOWN, text_make(l->a, "the GPU at %s", address));
        evidence_of_gpu(l, address, "unassigned");
        return;
    }
    /* The kernel may find room at a second try: it takes the driver's own word, too. */
    if (said != NULL && report_answering(l->r) == 0 && (text_has(said, "NVRM") || fact(l, "log.line.rm-init-failed") != NULL))
        say_unassigned(l, LIKELY, "a GPU");
}

/* ---- The link to the host ---- */

/* 0: not known. */
static long lanes(const struct look *l, const char *address, const char *what)
{
    const char *text = fact_of_gpu(l, address, what);
    long n;

    return text != NULL && text_to_long(text, &n) && n > 0 && n <= 32 ? n : 0;
}

/* What this GPU and its slot both can. */
static long best_lanes(const struct look *l, const char *address)
{
    const long own = lanes(l, address, "link.max_width"), slot = lanes(l, address, "slot.max_width");

    return own == 0 || slot == 0 ? 0 : own < slot ? own : slot;
}

/* One like it whose link has all lanes: then this machine is made for that. */
static const struct pci_gpu *wider_twin(const struct look *l, const struct pci_gpu *gpu)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_pci; i++)
        if (m->pci[i].device_id == gpu->device_id && best_lanes(l, m->pci[i].address) == best_lanes(l, gpu->address)
            && lanes(l, m->pci[i].address, "link.width") > lanes(l, gpu->address, "link.width"))
            return &m->pci[i];
    return NULL;
}

static double told(const struct judged *j, const char *key)
{
    const struct observation *o = outcome_saw(&j->outcome, key);

    return o != NULL && o->is_number ? o->number : 0;
}

/* What NVML calls the most is what GPU and slot both can. */
static void look_for_narrow_by_nvml(struct look *l)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];
        const double now = told(j, "pcie.width"), best = told(j, "pcie.max_width");
        bool has_twin = false;

        for (size_t k = 0; k < l->r->n_trials && now > 0; k++)
            has_twin |= told(&l->r->trials[k], "pcie.max_width") == best && told(&l->r->trials[k], "pcie.width") > now;
        if (now <= 0 || now >= best || (!has_twin && now * 4 > best))
            continue;
        found(l, LIKELY, "the link of %s to the host has %.0f of %.0f lanes: its contacts, a riser or the slot are bad%s", j->trial.id, now, best, has_twin ? "; another one has all" : "");
        evidence(l, "%s: NVML says that %.0f of %.0f lanes are in use", j->trial.id, now, best);
        advise(l, "power off the machine and seat the board and its riser anew; nvidia-smi --query-gpu=pcie.link.width.current --format=csv tells whether it helped");
        return;
    }
}

/* Speed falls when a GPU is idle, and says nothing. Its lanes do not: but half of them are missing by design where a board wires a long slot
 * with few, as laptops do; so it takes a twin that has more, or a quarter and less. */
static void look_for_narrow(struct look *l)
{
    const struct machine *m = l->r->machine;

    if (m->n_pci == 0)
        look_for_narrow_by_nvml(l);
    for (size_t i = 0; i < m->n_pci; i++) {
        const struct pci_gpu *gpu = &m->pci[i], *twin = wider_twin(l, gpu);
        const long best = best_lanes(l, gpu->address), now = lanes(l, gpu->address, "link.width");

        if (now == 0 || best == 0 || now >= best || (twin == NULL && now * 4 > best))
            continue;
        found(l, LIKELY, "the link of the GPU at %s to the host has %ld of %ld lanes: its contacts, a riser or the slot are bad%s", gpu->address, now, best,
              twin != NULL ? text_make(l->a, "; the one like it at %s has %ld", twin->address, lanes(l, twin->address, "link.width")) : ", unless the slot is wired with so few");
        evidence_of_gpu(l, gpu->address, "link.width");
        evidence_of_gpu(l, gpu->address, "link.max_width");
        evidence_of_gpu(l, gpu->address, "slot.max_width");
        advise(l, "power off and seat the board and its riser anew; /sys/bus/pci/devices/%s/current_link_width tells whether it helped", gpu->address);
        return;
    }
}

/* ---- What GPUs send one another ---- */

/* A trial in which data went astray between GPUs, or hung on its way. */
static const struct judged *astray(const struct look *l)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];
        const struct outcome *o = &j->outcome;
        const bool hangs = (o->ending == ENDED_TIMEOUT || o->ending == ENDED_STUCK) && o->call != NULL && text_has(o->call, "cuMemcpyPeer");

        if (j->verdict == FAIL && (outcome_saw(o, "wrong.pairs") != NULL || hangs))
            return j;
    }
    return NULL;
}

/* "NVLink" does not pass a bridge. */
static bool is_over_pcie(const struct judged *j)
{
    const struct observation *first = outcome_saw(&j->outcome, "wrong.first");

    return first == NULL || !text_has(first->text, "(NVLink)");
}

/* P2P Request Redirect and Completion Redirect: bits 2 and 3 of the control word. */
static const char *redirecting_bridge(const struct look *l)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_facts; i++)
        if (text_starts(m->facts[i].key, "bridge.") && text_ends(m->facts[i].key, ".acs") && (strtoul(m->facts[i].value, NULL, 16) & 0x0c) != 0)
            return m->facts[i].key;
    return NULL;
}

/* A group that the IOMMU translates for; "identity" passes addresses as they are. */
static const char *translated(const struct look *l)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_facts; i++)
        if (text_starts(m->facts[i].key, "gpu.") && text_ends(m->facts[i].key, ".iommu") && text_starts(m->facts[i].value, "DMA"))
            return m->facts[i].key;
    return NULL;
}

/* Root sees every bridge; others see what the IOMMU does, and a container nothing. */
static bool bridges_are_seen(const struct look *l)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_facts; i++)
        if (text_starts(m->facts[i].key, "bridge.") && text_ends(m->facts[i].key, ".acs"))
            return true;
    return false;
}

static void look_for_astray(struct look *l)
{
    const struct judged *j = astray(l);
    const char *bridge = redirecting_bridge(l), *iommu = translated(l), *options = fact(l, "boot.options");
    const bool forced = options != NULL && (text_has(options, "intel_iommu=on") || text_has(options, "amd_iommu=on")) && !text_has(options, "iommu=pt");

    if (j == NULL || !is_over_pcie(j) || (bridge == NULL && iommu == NULL && !forced && bridges_are_seen(l)))
        return;
    found(l, LIKELY, "what GPUs send each other over PCIe goes astray: %s", bridge != NULL ? "a bridge between them redirects it to the processor (ACS)"
                                                                                          
          : iommu != NULL || forced ? "the IOMMU translates their addresses" : "mostly a bridge between them (ACS) or the IOMMU leads it there, which only root sees (sudo lspci -vvv: ACSCtl)");
    evidence(l, "%s: %s", j->trial.id, j->why);
    if (bridge != NULL)
        evidence_of_fact(l, bridge);
    if (iommu != NULL)
        evidence_of_fact(l, iommu);
    if (forced)
        evidence_of_fact(l, "boot.options");
    if (iommu != NULL || forced)
        fix_on_host(l, "sudo sed -i 's/^GRUB_CMDLINE_LINUX=\"/&iommu=pt /' /etc/default/grub && sudo update-grub && sudo reboot   # until then: export NCCL_P2P_DISABLE=1");
    else if (bridge == NULL)
        fix(l, "export NCCL_P2P_DISABLE=1");
    else
        fix_on_host(l, "sudo setpci -s %.12s ECAP_ACS+0x6.w=0000   # until the next boot: for good switch ACS off in the firmware",
                    bridge + strlen("bridge."));
}

const struct rule bus_rules[] = {
    { { "bar-not-assigned", LINK_BUS, .though_it_answers = true,
        .what = "A GPU shows its memory to the host in a range of addresses (a BAR), of up to all its memory; the firmware gives out these ranges, and one that finds no room leaves the GPU useless: the driver ends with \"RmInitAdapter failed\".",
        .unlike = "gpu-not-started: there the ranges are in place." }, look_for_unassigned },
    { { "peer-data-astray", LINK_GPU, .needs_gpu = true,
        .what = "Where GPUs have no NVLink they write into each other's memory over PCIe. An IOMMU that translates, or a bridge whose access control (ACS) sends that upwards, makes it hang or arrive as rubbish, without an error (CUDA C++ Programming Guide, \"IOMMU on Linux\").",
        .unlike = "With NVLink, bridges have no part in it: a link or a GPU is faulty; a hang in NCCL alone, with copies that are right, is of its network or of the fabric manager." }, look_for_astray },
    { { "pcie-link-narrow", LINK_WORK, .general = true,
        .what = "The link to the host came up with fewer lanes than GPU and slot have; copies are slower in proportion. Few lanes stay few, idle or not.",
        .unlike = "A low speed (2.5 GT/s) of an idle GPU saves power, and is none: only under load does it count, which gpuvet bench measures." }, look_for_narrow },
    { { .id = NULL }, NULL },
};
