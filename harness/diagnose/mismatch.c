/* The driver's libraries and its kernel module: of one version. */
#include "diagnose/libcuda.h"

#include "base/text.h"

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

/* cuInit says so by 803, and by 804 where the libraries are the newer ones; of a compat folder's, compat.c tells. */
static const struct judged *refused_by_cuda(const struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 803);

    return libcuda_is(l, DRIVER_COMPAT) ? NULL : told != NULL ? told : ended_by(l, "cuInit", 804);
}

/* NVML says so by itself; where it was not asked, the files do. */
static void look_for_mismatch(struct look *l)
{
    const struct judged *nvml = ended_by(l, "nvmlInit_v2", 18), *cuda = refused_by_cuda(l);
    const struct machine *m = l->r->machine;
    const struct driver_file *file = NULL;
    const char *version = cached_library(l, "libcuda.so.1", DRIVER_INSTALLED, &file);
    const bool differ = version != NULL && m->module_version != NULL && text_compare_versions(version, m->module_version) != 0;

    if ((nvml == NULL && cuda == NULL && !differ) || (nvml == NULL && libcuda_is_shadowed(l)))
        return;
    found(l, nvml != NULL || differ ? SHOWN : LIKELY,
          "the driver's libraries%s%s are of another version than the loaded kernel module%s%s: the driver was changed, and the old module still runs",
          version != NULL ? ", " : "", version != NULL ? version : "", m->module_version != NULL ? ", " : "", m->module_version != NULL ? m->module_version : "");
    if (m->module_version != NULL)
        evidence(l, "/sys/module/nvidia/version: %s", m->module_version);
    if (version != NULL)
        evidence(l, "%s", file->real != NULL ? file->real : file->path);
    if (nvml != NULL)
        evidence_of_call(l, nvml);
    if (cuda != NULL)
        evidence_of_call(l, cuda);
    if (is_in_container(l))
        advise(l, "start the container again: its libraries are the host's from before the driver changed");
    else
        fix(l, "sudo reboot");
}

const struct rule mismatch_rules[] = {
    { { "driver-library-mismatch", LINK_DRIVER_LIBRARY, .what = "The driver's libraries and its kernel module must be of one version; an upgrade changes the files at once and the module at the next boot.",
        .unlike = "compat-mismatch: there the libraries are those of a package for forward compatibility." }, look_for_mismatch },
    { { .id = NULL }, NULL },
};
