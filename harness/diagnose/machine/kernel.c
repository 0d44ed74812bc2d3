/* Why NVIDIA's kernel module does not drive a GPU: it is not there, was kept out, was refused, or another came first. */
#include "diagnose/look.h"

#include <string.h>

#include "base/text.h"

static bool is_lent(const struct pci_gpu *gpu)
{
    return text_is(gpu->driver, "vfio-pci");
}

/* The first GPU that waits for the module, which is not loaded; NULL: there is none, or it would be another machine's. */
static const struct pci_gpu *waiting(const struct look *l)
{
    const struct machine *m = l->r->machine;

    if (m->place != PLACE_HOST || m->module_loaded)
        return NULL;
    for (size_t i = 0; i < m->n_pci; i++)
        if (m->pci[i].driver == NULL || text_is(m->pci[i].driver, "nouveau"))
            return &m->pci[i];
    return NULL;
}

static void evidence_of_waiting(struct look *l, const struct pci_gpu *gpu)
{
    if (gpu->driver != NULL)
        evidence(l, "/sys/bus/pci/devices/%s/driver is %s", gpu->address, gpu->driver);
    else
        evidence(l, "/sys/bus/pci/devices/%s has no driver, and /proc/modules no nvidia", gpu->address);
}

/* ---- Secure Boot ---- */

/* Packages that build the module keep nouveau out: where that is here nevertheless, theirs was tried first. */
static bool was_tried(const struct look *l, const struct pci_gpu *gpu)
{
    return gpu->driver == NULL || fact(l, "nouveau.blacklisted") != NULL;
}

/* Ubuntu's own modules, below kernel/, are signed with a key that every firmware knows. */
static bool was_built_here(const char *file)
{
    return text_has(file, "/updates/") || text_has(file, "/extra") || text_has(file, "/misc/") || text_has(file, "/weak-updates/") || text_has(file, "/kernel/drivers/");
}

static void look_for_secure_boot(struct look *l)
{
    const struct pci_gpu *gpu = waiting(l);
    const char *file = fact(l, "module.file"), *said = fact(l, "log.line.key-rejected");
    const bool is_unsigned = text_is(fact(l, "module.file.signed"), "no");
    const bool may_be = file != NULL && was_built_here(file) && !text_is(fact(l, "log.readable"), "yes") && gpu != NULL && was_tried(l, gpu);

    if (said != NULL && file == NULL && !text_has(said, "nvidia"))
        said = NULL;                            /* another module's */
    if (gpu == NULL || (said == NULL && (file == NULL || !text_is(fact(l, "boot.secure"), "on") || (!is_unsigned && !may_be))))
        return;
    if (said != NULL || is_unsigned)
        found(l, SHOWN, "Secure Boot refuses NVIDIA's kernel module, whose signature %s", is_unsigned ? "is missing" : "is of no key that this firmware knows");
    else
        found(l, LIKELY, "Secure Boot is on, and it seems to refuse %s, which was built here: a key of one's own must be enrolled once (sudo dmesg tells: \"Key was rejected\"; "
              "without that line the module was only never loaded)", file);
    evidence_of_waiting(l, gpu);
    evidence_of_fact(l, "boot.secure");
    evidence_of_fact(l, "module.file.signed");
    evidence_of_fact(l, "log.line.key-rejected");
    if (fact(l, "boot.key") != NULL)
        fix(l, "sudo mokutil --import %s && sudo reboot   # and choose Enroll MOK in the blue screen that comes", fact(l, "boot.key"));
    else
        advise(l, "switch Secure Boot off in the firmware's setup, or install the driver by packages that sign its module (mokutil --sb-state tells whether it is on)");
}

/* ---- Kept out ---- */

static bool is_kept_out_by_option(const char *options)
{
    const char *list = options != NULL ? strstr(options, "blacklist=") : NULL;

    for (const char *at = list; at != NULL && *at != '\0' && *at != ' '; at++)
        if ((*at == '=' || *at == ',') && text_starts(at + 1, "nvidia") && (at[7] == '\0' || at[7] == ' ' || at[7] == ','))
            return true;
    return false;
}

static const char *source_of(const struct look *l, const char *key)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_facts; i++)
        if (text_is(m->facts[i].key, key))
            return m->facts[i].source;
    return NULL;
}

static void look_for_blacklist(struct look *l)
{
    const struct pci_gpu *gpu = waiting(l);
    const char *file = source_of(l, "nvidia.blacklisted");
    const bool by_option = is_kept_out_by_option(fact(l, "boot.options"));

    if (gpu == NULL || (file == NULL && !by_option))
        return;
    found(l, SHOWN, "the nvidia kernel module is forbidden by %s", file != NULL ? file : "the kernel's command line");
    evidence_of_fact(l, file != NULL ? "nvidia.blacklisted" : "boot.options");
    evidence_of_waiting(l, gpu);
    if (file == NULL)
        advise(l, "take nvidia out of the blacklist= of GRUB_CMDLINE_LINUX in /etc/default/grub, run sudo update-grub (Fedora: sudo grub2-mkconfig -o /boot/grub2/grub.cfg), and reboot");
    else if (text_is(text_base_name(file), "blacklist-nvidia.conf"))     /* written by prime-select, of Ubuntu's nvidia-prime */
        fix(l, "sudo prime-select nvidia && sudo reboot");
    else
        fix(l, "sudo sed -i 's/^[[:space:]]*[a-z]*[[:space:]]*nvidia/# &/' %s && sudo modprobe nvidia", file);
}

/* ---- Not there ---- */

static void look_for_replaced(struct look *l)
{
    const struct pci_gpu *gpu = waiting(l);

    if (gpu == NULL || !text_is(fact(l, "kernel.modules"), "no"))
        return;
    found(l, SHOWN, "the running kernel %s was replaced on disk: its modules are gone, and none can be loaded until the new one is booted", l->r->machine->kernel);
    evidence(l, "/lib/modules/%s does not exist", l->r->machine->kernel);
    evidence_of_waiting(l, gpu);
    fix(l, "sudo reboot");
}

static void look_for_not_built(struct look *l)
{
    const struct machine *m = l->r->machine;
    const struct pci_gpu *gpu = waiting(l);
    const char *others = fact(l, "module.file.other_kernels");
    const bool was_meant = others != NULL || fact(l, "dkms.versions") != NULL || (m->n_drivers > 0 && (gpu == NULL || gpu->driver == NULL));

    if (gpu == NULL || fact(l, "module.file") != NULL || !text_is(fact(l, "kernel.modules"), "yes") || !was_meant)
        return;
    found(l, SHOWN, "the nvidia kernel module is not built for the running kernel %s%s%s", m->kernel, others != NULL ? ", only for " : "", others != NULL ? others : "");
    evidence(l, "/lib/modules/%s holds no nvidia.ko", m->kernel);
    evidence_of_fact(l, "dkms.built");
    evidence_of_fact(l, "dkms.failed");
    if (text_is(fact(l, "kernel.headers"), "no"))
        evidence_of_fact(l, "kernel.headers");
    evidence_of_waiting(l, gpu);
    fix_module(l);
}

/* ---- Another came first ---- */

static void look_for_nouveau(struct look *l)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_pci; i++) {
        if (!text_is(m->pci[i].driver, "nouveau"))
            continue;
        found(l, SHOWN, "nouveau drives the GPU at %s, and NVIDIA's own module cannot", m->pci[i].address);
        evidence(l, "/sys/bus/pci/devices/%s/driver is nouveau", m->pci[i].address);
        evidence_of_fact(l, "log.line.bound-to-nouveau");
        if (m->module_loaded || fact(l, "module.file") != NULL)
            fix_on_host(l, "printf 'blacklist nouveau\\noptions nouveau modeset=0\\n' | sudo tee /etc/modprobe.d/blacklist-nouveau.conf && %s && sudo reboot", initramfs(l));
        else
            fix_driver(l, 0, NULL);             /* its packages keep nouveau from loading */
        return;
    }
}

/* ---- Loaded, and it cannot begin ---- */

/* All GPUs that are its own are seen: an old line of the log is no harm. */
static bool all_are_seen(const struct look *l)
{
    const struct machine *m = l->r->machine;
    const char *seen = report_saw(l->r, "nvml.gpus");
    size_t own = 0;
    double n;

    for (size_t i = 0; i < m->n_pci; i++)
        own += !is_lent(&m->pci[i]);
    return seen != NULL && text_to_double(seen, &n) && n >= 1 && n >= (double)own;
}

static void look_for_firmware(struct look *l)
{
    const struct machine *m = l->r->machine;
    const char *said = fact(l, "log.line.gsp-firmware");
    const bool is_missing = text_is(fact(l, "firmware.gsp"), "no");

    if (!m->module_loaded || all_are_seen(l) || (said == NULL && !(is_missing && fact(l, "log.line.rm-init-failed") != NULL)))
        return;
    found(l, is_missing ? SHOWN : LIKELY, "the firmware of the GPU's system processor that driver %s needs %s", m->module_version != NULL ? m->module_version : "of this machine",
          is_missing ? "is not installed" : "could not be loaded: it is damaged, or of another version");
    evidence_of_fact(l, "firmware.gsp");
    evidence_of_fact(l, "log.line.gsp-firmware");
    evidence_of_fact(l, "log.line.rm-init-failed");
    fix_driver(l, m->module_version != NULL ? (unsigned)text_version_major(m->module_version) : 0, fact(l, "module.flavor"));
}

static void look_for_init(struct look *l)
{
    if (!l->r->machine->module_loaded || all_are_seen(l) || fact(l, "log.line.rm-init-failed") == NULL)
        return;
    found(l, LIKELY, "the driver could not start a GPU: power, its slot, its firmware or its memory's address range (the code in the line tells NVIDIA's support which)");
    evidence_of_fact(l, "log.line.rm-init-failed");
    advise(l, "power off, wait, power on; if the line comes again try the board in another slot, then give NVIDIA or the server's maker what sudo nvidia-bug-report.sh writes");
}

/* What is left, where nothing says why. */
static void look_for_module(struct look *l)
{
    const struct machine *m = l->r->machine;
    const struct pci_gpu *gpu = waiting(l);

    if (gpu == NULL || m->nouveau_loaded)
        return;
    found(l, SHOWN, "no module drives the GPU at %s: the nvidia kernel module is not loaded", gpu->address);
    evidence_of_waiting(l, gpu);
    evidence_of_fact(l, "module.file");
    if (m->n_drivers > 0)
        evidence(l, "the driver's libraries are installed: %s", m->drivers[0].path);
    if (m->n_drivers > 0 || fact(l, "module.file") != NULL)
        fix(l, "sudo modprobe nvidia || sudo dmesg | grep -i nv");
    else
        fix_driver(l, 0, NULL);
}

const struct rule kernel_rules[] = {
    { { "secure-boot-refuses-module", LINK_MODULE,
        .what = "With Secure Boot the kernel loads only modules whose signature it can check; one that was built on this machine is signed with a key of its own, which the firmware must be told once, or not at all. Its loading fails with \"Key was rejected by service\".",
        .unlike = "module-not-built: there no nvidia.ko is there for the running kernel; module-not-loaded: there nothing refuses it." }, look_for_secure_boot },
    { { "module-blacklisted", LINK_MODULE, .what = "A line below /etc/modprobe.d, or of the kernel's command line, keeps the nvidia module from being loaded: left by tools that switch a laptop to its other GPU, or by a setup that lends GPUs to guests.",
        .unlike = "secure-boot-refuses-module: there loading is tried, and refused." }, look_for_blacklist },
    { { "running-kernel-replaced", LINK_MODULE, .what = "An upgrade took away the modules of the kernel that still runs; whatever was not loaded by then cannot be loaded.",
        .unlike = "module-not-built: there the running kernel's other modules are in place." }, look_for_replaced },
    { { "module-not-built", LINK_MODULE, .what = "Kernel modules are made for one kernel each. After an upgrade of the kernel, NVIDIA's must be built anew, by DKMS or akmods, which need that kernel's headers, or be installed as a package for it.",
        .unlike = "secure-boot-refuses-module, module-blacklisted: there nvidia.ko is there; running-kernel-replaced: there no module at all is." }, look_for_not_built },
    { { "nouveau-owns-gpu", LINK_MODULE, .what = "The free driver nouveau has taken the GPU. It runs displays; CUDA needs NVIDIA's module.",
        .unlike = "module-not-loaded: there nothing drives the GPU; vfio-pci drives one that is passed through to a guest, and is meant to." }, look_for_nouveau },
    { { "gsp-firmware-missing", LINK_MODULE, .though_it_answers = true, .what = "From Turing on, the driver starts a processor on the GPU (GSP) with firmware from /lib/firmware/nvidia/VERSION; it must be of exactly the module's version, and a half-done upgrade leaves another.",
        .unlike = "gpu-not-started: there the firmware is in place." }, look_for_firmware },
    { { "gpu-not-started", LINK_MODULE, .general = true, .though_it_answers = true, .what = "The module is loaded and has found the GPU, and the GPU did not come up (\"RmInitAdapter failed\" in the kernel's log): it shows as \"No devices were found\".",
        .unlike = "bar-not-assigned, gsp-firmware-missing, open-module-required: there the log or the bus tells why." }, look_for_init },
    { { "module-not-loaded", LINK_MODULE, .general = true, .what = "No kernel module drives the GPU: NVIDIA's was never installed, or nothing has loaded it.",
        .unlike = "nouveau-owns-gpu; a GPU that is passed through to a guest has vfio-pci as its driver, and is meant to." }, look_for_module },
    { { .id = NULL }, NULL },
};
