/* The driver's libraries against the kernel module that is loaded. */
#include "diagnose/driver/libcuda.h"

#include <string.h>

#include "base/text.h"

/* Programs get it: by the loader's cache, or from the folder from which they get libcuda. */
static bool is_taken(const struct look *l, const struct driver_file *d)
{
    const char *libcuda = fact(l, "driver.library");

    return d->kind == DRIVER_INSTALLED && d->version != NULL && text_version_major(d->version) >= 100
        && (d->in_cache || (libcuda != NULL && text_is(text_dir_name(l->a, libcuda), text_dir_name(l->a, d->path))));
}

/* The first of the driver's libraries whose version is another than the module's; NULL: there is none. A Jetson's have no such version in their names. */
static const struct driver_file *other_version(const struct look *l)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_drivers; i++) {
        const struct driver_file *d = &m->drivers[i];

        if (m->module_version != NULL && is_taken(l, d) && text_compare_versions(d->version, m->module_version) != 0)
            return d;
    }
    return NULL;
}

/* The one that says which version the libraries are of, where files alone do not contradict the module. */
static const struct driver_file *any_version(const struct look *l)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_drivers; i++)
        if (is_taken(l, &m->drivers[i]))
            return &m->drivers[i];
    return NULL;
}

/* cuInit says so by 803, and by 804 where the libraries are the newer ones; of a compat folder's, compat.c tells. */
static const struct judged *refused_by_cuda(const struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 803);

    return libcuda_is(l, DRIVER_COMPAT) ? NULL : told != NULL ? told : ended_by(l, "cuInit", 804);
}

/* "550.54.15 580.65.06" */
static bool names_version(const char *list, const char *version)
{
    const char *at = list != NULL ? strstr(list, version) : NULL;

    return at != NULL && (at == list || at[-1] == ' ') && (at[strlen(version)] == '\0' || at[strlen(version)] == ' ');
}

/* A restart loads what is built for that kernel: where that is not of the libraries' version, it mends nothing. */
static void mend(struct look *l, const struct driver_file *file)
{
    const char *built = fact(l, "dkms.versions");
    const char *from = file != NULL ? fact(l, text_make(l->a, "container.%s", file->soname)) : NULL;

    if (is_in_container(l) && text_is(from, "of the image"))
        advise(l, "take the driver's packages (libnvidia-compute-*, libcuda1) out of the image: the runtime mounts the host's own libraries into each container");
    else if (is_in_container(l))
        advise(l, "make the container anew: it still has the host's libraries, or sees the host's module, from before the driver changed");
    else if (file != NULL && built != NULL && !names_version(built, file->version))
        fix_driver(l, (unsigned)text_version_major(file->version), fact(l, "module.flavor"));
    else
        fix(l, "sudo reboot");
}

/* NVML says so by itself; where it was not asked, the files do. */
static void look_for_mismatch(struct look *l)
{
    const struct judged *nvml = ended_by(l, "nvmlInit_v2", 18), *cuda = refused_by_cuda(l);
    const struct driver_file *other = other_version(l), *file = other != NULL ? other : any_version(l);
    const char *module = l->r->machine->module_version;
    const bool differ = other != NULL && l->r->machine->place != PLACE_TEGRA;

    if ((nvml == NULL && cuda == NULL && !differ) || (nvml == NULL && (libcuda_is_shadowed(l) || libcuda_works(l))))
        return;
    found(l, nvml != NULL || differ ? SHOWN : LIKELY,
          "the driver's libraries%s%s are of another version than the loaded kernel module%s%s: %s",
          file != NULL ? ", " : "", file != NULL ? file->version : "", module != NULL ? ", " : "", module != NULL ? module : "",
          file != NULL && text_is(fact(l, text_make(l->a, "container.%s", file->soname)), "of the image") ? "the image brings its own, and they are not this host's"
                                                                                                      : "the driver was changed, and the old module still runs");
    if (module != NULL)
        evidence(l, "/sys/module/nvidia/version: %s", module);
    if (file != NULL)
        evidence(l, "%s", file->real != NULL ? file->real : file->path);
    evidence_of_fact(l, "dkms.versions");
    evidence_of_fact(l, "log.line.api-mismatch");
    if (nvml != NULL)
        evidence_of_call(l, nvml);
    if (cuda != NULL)
        evidence_of_call(l, cuda);
    mend(l, file);
}

const struct rule mismatch_rules[] = {
    { { "driver-library-mismatch", LINK_DRIVER_LIBRARY, .what = "The driver's libraries and its kernel module must be of one version; an upgrade, often one that runs unattended, changes the files at once and the module at the next boot.",
        .unlike = "compat-mismatch: there the libraries are those of a package for forward compatibility." }, look_for_mismatch },
    { { .id = NULL }, NULL },
};
