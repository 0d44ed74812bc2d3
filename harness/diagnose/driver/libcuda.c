/* Which libcuda.so.1 programs get, and whether it is the one that belongs to the loaded kernel module. */
#include "diagnose/driver/libcuda.h"

#include <string.h>

#include "base/text.h"

/* The trial that opens libcuda and begins; NULL: it was not run. */
static const struct judged *driver_trial(const struct look *l)
{
    for (size_t i = 0; i < l->r->n_trials; i++)
        if (text_is(l->r->trials[i].trial.id, "driver.answers") && l->r->trials[i].outcome.ending != ENDED_NOT_RUN)
            return &l->r->trials[i];
    return NULL;
}

bool libcuda_is(const struct look *l, enum driver_file_kind kind)
{
    const struct judged *j = driver_trial(l);
    const char *mapped = j != NULL ? j->outcome.library : NULL, *path = fact(l, "driver.library"), *file = fact(l, "driver.library.file");

    return (mapped != NULL && driver_file_kind(mapped) == kind) || (path != NULL && driver_file_kind(path) == kind)
        || (file != NULL && driver_file_kind(file) == kind);
}

bool libcuda_works(const struct look *l)
{
    return report_answering(l->r) > 0;
}

/* A libcuda was opened: what files suggest of that is overruled. */
static bool is_opened(const struct look *l)
{
    const struct judged *j = driver_trial(l);

    return j != NULL && j->outcome.stop != STOP_LOAD;
}

bool libcuda_is_shadowed(const struct look *l)
{
    const char *own = fact(l, "driver.library.own"), *version = fact(l, "driver.library.version"), *module = l->r->machine->module_version;

    return l->r->machine->place != PLACE_WSL && own != NULL && version != NULL && module != NULL && libcuda_is(l, DRIVER_INSTALLED)
        && !text_is(own, fact(l, "driver.library.file")) && text_compare_versions(version, module) != 0;
}

void evidence_of_libcuda(struct look *l)
{
    const char *path = fact(l, "driver.library"), *version = fact(l, "driver.library.version"), *by = fact(l, "driver.library.by");
    const char *conf = fact(l, "driver.library.conf"), *entry = fact(l, "driver.library.entry");

    if (path == NULL)
        return;
    evidence(l, "%s%s%s is the libcuda.so.1 that the loader takes, by %s%s%s", path, version != NULL ? ", version " : "", version != NULL ? version : "",
             by, entry != NULL ? ": " : "", entry != NULL ? entry : "");
    if (conf != NULL)
        evidence(l, "%s puts its folder there", conf);
    if (fact(l, "module.version") != NULL)
        evidence_of_fact(l, "module.version");
}

/* ---- Giving programs another ---- */

/* LD_LIBRARY_PATH without one entry; "" where that was all. */
static const char *path_without(const struct look *l, const char *entry)
{
    const char *at = variable(l, "LD_LIBRARY_PATH");
    struct text t = { .arena = l->a };

    text_add(&t, "%s", "");
    while (at != NULL && *at != '\0') {
        const size_t n = strcspn(at, ":");

        if (n != strlen(entry) || strncmp(at, entry, n) != 0)
            text_add(&t, "%s%.*s", t.n > 0 ? ":" : "", (int)n, at);
        at += n + (at[n] == ':');
    }
    return t.s;
}

static void fix_path_without(struct look *l, const char *entry)
{
    const char *rest = path_without(l, entry);

    if (*rest == '\0')
        fix(l, "unset LD_LIBRARY_PATH");
    else
        fix(l, "export LD_LIBRARY_PATH=%s", quoted(l, rest));
}

/* A file in the place of ld.so.conf.d's is read only while its name ends in .conf: moved aside it can be put back. */
void fix_libcuda(struct look *l)
{
    const char *by = fact(l, "driver.library.by"), *entry = fact(l, "driver.library.entry"), *conf = fact(l, "driver.library.conf");
    const char *own = fact(l, "driver.library.own"), *sudo = is_in_container(l) ? "" : "sudo ";

    if (text_is(by, "LD_LIBRARY_PATH") && entry != NULL)
        fix_path_without(l, entry);
    else if (text_is(by, "LD_PRELOAD"))
        fix(l, "unset LD_PRELOAD");
    else if (conf != NULL && text_starts(conf, "/etc/ld.so.conf.d/"))
        fix(l, "%smv %s %s.off && %sldconfig", sudo, quoted(l, conf), quoted(l, conf), sudo);
    else if (own != NULL)
        fix(l, "export LD_LIBRARY_PATH=%s${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}", quoted(l, text_dir_name(l->a, own)));
    else
        advise(l, "take the folder of that libcuda out of LD_LIBRARY_PATH and of /etc/ld.so.conf.d, and run ldconfig");
    if (is_in_container(l) && conf != NULL)
        advise(l, "that lasts as long as this container: remove the file from its image, too");
}

/* ---- The rules ---- */

static void look_for_stub(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 34);
    const char *linking = fact(l, "driver.library.for_linking");
    const bool is_stub = libcuda_is(l, DRIVER_STUB) && !libcuda_works(l);
    const bool is_for_some = !is_stub && told == NULL && linking != NULL && driver_file_kind(linking) == DRIVER_STUB;

    if (told == NULL && !is_stub && !is_for_some)
        return;
    if (is_for_some) {
        found(l, LIKELY, "programs that open libcuda.so, as numba does, get the stub %s: it is for linking, and answers 34 to everything; those that open "
              "libcuda.so.1 get the driver's own", linking);
        evidence_of_fact(l, "driver.library.for_linking");
        fix_path_without(l, text_dir_name(l->a, linking));
        return;
    }
    found(l, SHOWN, "the libcuda.so.1 that programs get is a stub, which is for linking only");
    evidence_of_libcuda(l);
    if (told != NULL)
        evidence_of_call(l, told);
    fix_libcuda(l);
}

static void look_for_shadow(struct look *l)
{
    const struct judged *with = passes_with(l, "with.own_libcuda"), *without = passes_with(l, "without.LD_LIBRARY_PATH");
    const bool is_of_version = libcuda_is_shadowed(l) && !libcuda_works(l);

    if (libcuda_is(l, DRIVER_COMPAT) || libcuda_is(l, DRIVER_STUB) || (with == NULL && without == NULL && !is_of_version))
        return;
    if (with != NULL || is_of_version)
        found(l, SHOWN, "programs get another libcuda than the one of the loaded driver%s%s", fact(l, "driver.library.own") != NULL ? ", " : "",
              fact(l, "driver.library.own") != NULL ? fact(l, "driver.library.own") : "");
    else
        found(l, SHOWN, "LD_LIBRARY_PATH brings libraries with which the driver does not begin");
    evidence_of_libcuda(l);
    if (with != NULL)
        evidence(l, "%s: with the driver's own, it passes", with->trial.id);
    if (without != NULL)
        evidence(l, "%s: without LD_LIBRARY_PATH, which is %s, it passes", without->trial.id, variable(l, "LD_LIBRARY_PATH") != NULL ? variable(l, "LD_LIBRARY_PATH") : "set");
    if (without != NULL && with == NULL && !is_of_version)
        fix(l, "unset LD_LIBRARY_PATH");
    else
        fix_libcuda(l);
}

/* What lies under the name that the loader finds first is no library: it looks no further. */
static void look_for_damage(struct look *l)
{
    const char *refused = fact(l, "driver.library.refused");

    if (refused == NULL || !l->r->machine->gpu_meant || is_opened(l))
        return;
    found(l, SHOWN, "the driver's library is no library that can be loaded: %s", refused);
    evidence_of_fact(l, "driver.library.refused");
    if (is_in_container(l))
        advise(l, "build the image without that file: it was left there by a build under the container runtime, which puts the host's in its place");
    else
        fix_driver(l, (unsigned)(l->r->machine->module_version != NULL ? text_version_major(l->r->machine->module_version) : 0), fact(l, "module.flavor"));
}

/* One that the loader does not look for where it is. */
static void look_for_unsearched(struct look *l)
{
    const struct machine *m = l->r->machine;

    if (!m->gpu_meant || m->place == PLACE_WSL || fact(l, "driver.library") != NULL || fact(l, "driver.library.refused") != NULL || is_opened(l)
        || fact(l, "driver.library.recorded") != NULL)         /* where the loader looks it does not hold */
        return;
    for (size_t i = 0; i < m->n_drivers; i++) {
        const struct driver_file *f = &m->drivers[i];
        const char *dir = text_dir_name(l->a, f->path);

        if (f->kind != DRIVER_INSTALLED || !text_is(f->soname, "libcuda.so.1"))
            continue;
        found(l, SHOWN, "libcuda.so.1 is in %s, where the loader does not look", dir);
        evidence(l, "%s is there; neither LD_LIBRARY_PATH nor the loader's cache nor its default folders lead to it", f->path);
        if (is_in_container(l) || text_starts(dir, "/run/"))
            fix(l, "export LD_LIBRARY_PATH=%s${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}", quoted(l, dir));
        else
            fix(l, "echo %s | sudo tee /etc/ld.so.conf.d/nvidia.conf && sudo ldconfig", quoted(l, dir));
        return;
    }
}

/* Triton asks `ldconfig -p`, and LD_LIBRARY_PATH where that says nothing; the loader's default folders it does not know. */
static void look_for_uncached(struct look *l)
{
    const char *path = fact(l, "driver.library"), *triton = stated(l, "installed:triton");

    if (triton == NULL || path == NULL || fact(l, "driver.library.cached") != NULL || !text_is(fact(l, "driver.library.by"), "a default folder")
        || variable(l, "TRITON_LIBCUDA_PATH") != NULL)
        return;
    found(l, LIKELY, "Triton %s, by which torch.compile works, does not find libcuda: the loader's cache does not have it, though programs find it by a default folder", triton);
    evidence(l, "%s is found; /etc/ld.so.cache has no libcuda.so.1", path);
    if (is_in_container(l))
        fix(l, "export TRITON_LIBCUDA_PATH=%s", quoted(l, text_dir_name(l->a, path)));
    else
        fix(l, "sudo ldconfig");
}

/* Before 2.1 it linked what it compiled with -lcuda, which wants the name that only packages for developers, or the driver's own installer, make:
 * https://github.com/triton-lang/triton/pull/1981 */
static void look_for_link_name(struct look *l)
{
    const char *path = fact(l, "driver.library"), *triton = stated(l, "installed:triton");

    if (triton == NULL || path == NULL || text_compare_versions(triton, "2.1") >= 0 || fact(l, "driver.library.for_linking") != NULL
        || fact(l, "driver.library.cached") == NULL)
        return;
    found(l, LIKELY, "Triton %s, by which torch.compile works, links with -lcuda, and there is no libcuda.so beside %s", triton, path);
    evidence(l, "%s is there; libcuda.so, the name that linkers look for, is in no folder that the loader searches", path);
    fix(l, "%sln -s libcuda.so.1 %s", is_in_container(l) ? "" : "sudo ", quoted(l, text_join(l->a, text_dir_name(l->a, path), "libcuda.so")));
}

const struct rule libcuda_rules[] = {
    { { "stub-libcuda", LINK_DRIVER_LIBRARY, .may_be_well = true, .what = "The toolkit's stub of libcuda answers 34 to everything; it is there for linkers on machines without a driver, which "
        "are given its folder by LIBRARY_PATH or -L, never by LD_LIBRARY_PATH.",
        .unlike = "driver-library-mismatch: there both are real." }, look_for_stub },
    { { "libcuda-shadowed", LINK_DRIVER_LIBRARY, .what = "Several drivers' libcuda are on this machine, and the loader takes one that does not belong to the kernel module that is loaded.",
        .unlike = "driver-library-mismatch: there the module's own libcuda is on the disk no more, and a reboot loads the new module; compat-mismatch, where it is one of a compat folder." },
      look_for_shadow },
    { { "libcuda-damaged", LINK_DRIVER_LIBRARY, .general = true, .what = "The file that bears the name libcuda.so.1 is empty, cut short or a link to nothing, as images are that were built under "
        "the container runtime.", .unlike = "libcuda-missing: there nothing bears that name." }, look_for_damage },
    { { "libcuda-unsearched", LINK_DRIVER_LIBRARY, .what = "The driver's library is installed in a folder of its own, as on GKE (/usr/local/nvidia/lib64) and NixOS "
        "(/run/opengl-driver/lib), which programs have to be told of.", .unlike = "libcuda-missing: there it is in no folder that is known here." }, look_for_unsearched },
    { { "libcuda-not-cached", LINK_LOADING, .of_stack = true, .what = "Programs find libcuda.so.1 by a default folder, but the loader's cache was written before it was there; "
        "Triton reads the cache (ldconfig -p) to find it.", .unlike = "libcuda-unsearched: there no program finds it. An old ptxas in Triton fails later, with a GPU's name." },
      look_for_uncached },
    { { "libcuda-without-link-name", LINK_LOADING, .of_stack = true, .what = "Old releases of Triton link the code that they make with libcuda by its name for linkers, libcuda.so, "
        "which containers are given rarely: \"cannot find -lcuda\".", .unlike = "libcuda-not-cached: there Triton looks for libcuda.so.1." }, look_for_link_name },
    { { .id = NULL }, NULL },
};
