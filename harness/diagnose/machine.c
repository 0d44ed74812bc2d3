/* What files say of the machine: its GPUs, their kernel module and driver libraries. */
#include "diagnose/look.h"

#include "base/text.h"

static void look_for_nouveau(struct look *l)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_pci; i++) {
        if (!text_is(m->pci[i].driver, "nouveau"))
            continue;
        found(l, SHOWN, "nouveau drives the GPU at %s, and NVIDIA's own module cannot", m->pci[i].address);
        evidence(l, "/sys/bus/pci/devices/%s/driver is nouveau", m->pci[i].address);
        fix_driver(l, 0, NULL);                 /* its packages keep nouveau from loading */
        return;
    }
}

static void look_for_module(struct look *l)
{
    const struct machine *m = l->r->machine;

    if (is_in_container(l) || m->place == PLACE_WSL || m->place == PLACE_TEGRA || m->module_loaded || m->nouveau_loaded)
        return;
    for (size_t i = 0; i < m->n_pci; i++) {
        if (m->pci[i].driver != NULL)
            continue;
        found(l, SHOWN, "no module drives the GPU at %s: the nvidia kernel module is not loaded", m->pci[i].address);
        evidence(l, "/sys/bus/pci/devices/%s has no driver, and /proc/modules no nvidia", m->pci[i].address);
        if (m->n_drivers > 0)
            evidence(l, "the driver's libraries are installed: %s", m->drivers[0].path);
        fix(l, m->n_drivers > 0 ? "sudo modprobe nvidia; where that fails: sudo dkms status, and sudo dmesg | grep -i nvidia"
                                : "install NVIDIA's driver by this distribution's packages; none of its libraries is here");
        return;
    }
}

static const char *cached_library(const struct look *l, const char *soname, enum driver_file_kind kind, const struct driver_file **file)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_drivers; i++)
        if (m->drivers[i].in_cache && m->drivers[i].kind == kind && text_is(m->drivers[i].soname, soname)) {
            *file = &m->drivers[i];
            return m->drivers[i].version;
        }
    return NULL;
}

/* NVML says so by itself; where it was not asked, the files do. */
static void look_for_mismatch(struct look *l)
{
    const struct judged *nvml = ended_by(l, "nvmlInit_v2", 18);
    const struct machine *m = l->r->machine;
    const struct driver_file *file = NULL;
    const char *version = cached_library(l, "libcuda.so.1", DRIVER_INSTALLED, &file);
    const bool differ = version != NULL && m->module_version != NULL && text_compare_versions(version, m->module_version) != 0;

    if (nvml == NULL && !differ)
        return;
    found(l, SHOWN, "the driver's libraries%s%s are of another version than the loaded kernel module%s%s: the driver was changed, and the old module still runs",
          version != NULL ? ", " : "", version != NULL ? version : "", m->module_version != NULL ? ", " : "", m->module_version != NULL ? m->module_version : "");
    if (m->module_version != NULL)
        evidence(l, "/sys/module/nvidia/version: %s", m->module_version);
    if (version != NULL)
        evidence(l, "%s", file->real != NULL ? file->real : file->path);
    if (nvml != NULL)
        evidence_of_call(l, nvml);
    fix(l, is_in_container(l) ? "restart the container: its libraries are the host's from before the driver changed" : "sudo reboot");
}

static void look_for_stub(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 34);
    const struct driver_file *file = NULL;

    (void)cached_library(l, "libcuda.so.1", DRIVER_STUB, &file);
    if (told == NULL && file == NULL)
        return;
    found(l, SHOWN, "the loader finds a stub of libcuda.so.1, which is for linking only");
    if (file != NULL)
        evidence(l, "%s", file->path);
    if (told != NULL)
        evidence_of_call(l, told);
    fix(l, "take the stubs folder out of LD_LIBRARY_PATH and of /etc/ld.so.conf.d, then: sudo ldconfig");
}

const struct rule machine_rules[] = {
    { { "nouveau-owns-gpu", LINK_MODULE, .what = "The free driver nouveau has taken the GPU. It runs displays; CUDA needs NVIDIA's module.",
        .unlike = "module-not-loaded: there nothing drives the GPU." }, look_for_nouveau },
    { { "module-not-loaded", LINK_MODULE, .what = "No kernel module drives the GPU: it is not built for the running kernel, was refused by Secure Boot, or was never installed.",
        .unlike = "nouveau-owns-gpu; a GPU that is passed through to a guest has vfio-pci as its driver, and is meant to." }, look_for_module },
    { { "stub-libcuda", LINK_DRIVER_LIBRARY, .what = "The toolkit's stub of libcuda answers 34 to everything; it is there for linkers on machines without a driver.",
        .unlike = "driver-library-mismatch: there both are real." }, look_for_stub },
    { { "driver-library-mismatch", LINK_DRIVER_LIBRARY, .what = "The driver's libraries and its kernel module must be of one version; an upgrade changes the files at once and the module at the next boot.",
        .unlike = "compat-mismatch: there the libraries are those of a package for forward compatibility." }, look_for_mismatch },
    { { .id = NULL }, NULL },
};
