/* A libcuda for forward compatibility (cuda-compat): a newer driver's user half under an older kernel module, on some GPUs. */
#include "diagnose/driver/libcuda.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* "525" of 525.60.13; 0: not known. */
static long branch_of(const char *version)
{
    return version != NULL ? text_version_major(version) : 0;
}

/* Newer (1), older (-1) or as new as the loaded module; 0, too, where that is not known. */
static int against_module(const struct look *l)
{
    const char *version = fact(l, "driver.library.version"), *module = l->r->machine->module_version;
    const int order = version != NULL && module != NULL ? text_compare_versions(version, module) : 0;

    return (order > 0) - (order < 0);
}

/* The model of a GPU whose kind (gpus.json) is that one, or is not; NULL: none is. */
static const char *gpu_of_kind(const struct look *l, const char *kind, bool is_it)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_facts; i++) {
        const char *key = m->facts[i].key;

        if (text_starts(key, "gpu.") && text_ends(key, ".kind") && text_is(m->facts[i].value, kind) == is_it)
            return fact(l, text_make(l->a, "%.*s.model", (int)(strlen(key) - strlen(".kind")), key));
    }
    return NULL;
}

/* Names that the tables do not have say what they are, too. */
static const char *desktop_gpu(const struct look *l)
{
    const struct machine *m = l->r->machine;
    const char *known = gpu_of_kind(l, "geforce", true);

    for (size_t i = 0; i < m->n_facts && known == NULL; i++)
        if (text_starts(m->facts[i].key, "gpu.") && text_ends(m->facts[i].key, ".model") && text_has(m->facts[i].value, "GeForce"))
            known = m->facts[i].value;
    return known;
}

/* A GPU that no driver of the compat package's branch drives any more; NULL: none is known to be. */
static const char *dropped_gpu(const struct look *l, long *last)
{
    const struct machine *m = l->r->machine;
    const long branch = branch_of(fact(l, "driver.library.version"));

    for (size_t i = 0; i < m->n_facts; i++) {
        const char *key = m->facts[i].key;

        if (!text_starts(key, "gpu.") || !text_ends(key, ".last_driver"))
            continue;
        *last = strtol(m->facts[i].value, NULL, 10);
        if (*last < branch)
            return fact(l, text_make(l->a, "%.*s.model", (int)(strlen(key) - strlen(".last_driver")), key));
    }
    return NULL;
}

static const char *in_use(const struct look *l)
{
    const char *version = fact(l, "driver.library.version");

    return version != NULL ? version : "of a version that its name does not say";
}

static void evidence_of_variants(struct look *l)
{
    const struct judged *with = passes_with(l, "with.own_libcuda"), *without = passes_with(l, "without.LD_LIBRARY_PATH");

    if (with != NULL)
        evidence(l, "%s: with the host's own libcuda, %s, it passes", with->trial.id, fact(l, "driver.library.own"));
    if (without != NULL)
        evidence(l, "%s: without LD_LIBRARY_PATH it passes", without->trial.id);
}

/* ---- Older than the driver ---- */

static void look_for_mismatch(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 803);
    const int order = against_module(l);

    if (!libcuda_is(l, DRIVER_COMPAT) || libcuda_works(l) || (told == NULL && order >= 0))
        return;
    found(l, SHOWN, "the libcuda for forward compatibility that is loaded, %s, %s%s%s", in_use(l),
          order < 0 ? "is older than the host's driver" : "does not go with the host's kernel module",
          l->r->machine->module_version != NULL ? ", " : "", l->r->machine->module_version != NULL ? l->r->machine->module_version : "");
    if (told != NULL)
        evidence_of_call(l, told);
    evidence_of_libcuda(l);
    evidence_of_variants(l);
    fix_libcuda(l);
}

/* ---- On a GPU, or under a driver, for which it is not ---- */

static bool supports_branch(const char *branches, long branch)
{
    char *end;

    for (const char *at = branches; at != NULL && *at != '\0'; at = end + (*end == ' ')) {
        if (strtol(at, &end, 10) == branch)
            return true;
        if (end == at)
            return false;
    }
    return false;
}

static void look_for_refused(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 804);
    const char *desktop = desktop_gpu(l), *branches = fact(l, "compat.branches"), *module = l->r->machine->module_version;
    const long branch = branch_of(module);
    const bool by_files = told == NULL && against_module(l) > 0 && branch_of(fact(l, "driver.library.version")) != branch && desktop != NULL
                       && gpu_of_kind(l, "datacenter", true) == NULL;

    if (!libcuda_is(l, DRIVER_COMPAT) || libcuda_works(l) || (told == NULL && !by_files))
        return;
    if (desktop != NULL)
        found(l, told != NULL ? SHOWN : LIKELY, "a libcuda for forward compatibility, %s, is loaded, which is for data-center GPUs: %s is none", in_use(l), desktop);
    else if (gpu_of_kind(l, "datacenter", true) != NULL && branches != NULL && branch > 0 && !supports_branch(branches, branch))
        found(l, SHOWN, "a libcuda for forward compatibility, %s, is loaded, which does not work under the host's driver branch %ld: it is for %s", in_use(l), branch, branches);
    else
        found(l, SHOWN, "a libcuda for forward compatibility, %s, is loaded, and refuses this GPU or the host's driver%s%s: which kind the GPU is, no file here says",
              in_use(l), module != NULL ? " " : "", module != NULL ? module : "");
    if (told != NULL)
        evidence_of_call(l, told);
    evidence_of_libcuda(l);
    evidence_of_variants(l);
    fix_libcuda(l);
    advise(l, "programs that need what only the newer driver has want it on the host: version %s or newer", in_use(l));
}

/* ---- Whose branch has left this GPU behind ---- */

static void look_for_dropped(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 100);
    const bool is_shown = passes_with(l, "with.own_libcuda") != NULL || passes_with(l, "without.LD_LIBRARY_PATH") != NULL;
    const char *gpu;
    long last = 0;

    if (!libcuda_is(l, DRIVER_COMPAT) || libcuda_works(l))
        return;
    gpu = dropped_gpu(l, &last);
    if ((told == NULL || !is_shown) && gpu == NULL)
        return;
    found(l, is_shown ? SHOWN : LIKELY, "the libcuda for forward compatibility that is loaded, %s, does not know %s%s", in_use(l), gpu != NULL ? gpu : "this GPU",
          gpu != NULL ? text_make(l->a, ": branch %ld is the last that does", last) : ", which the host's own does");
    if (told != NULL)
        evidence_of_call(l, told);
    evidence_of_libcuda(l);
    evidence_of_variants(l);
    fix_libcuda(l);
}

const struct rule compat_rules[] = {
    { { "compat-dropped-gpu", LINK_DRIVER_LIBRARY, .what = "An image's package for forward compatibility is of a branch that no longer drives this GPU, while the host's older driver does: "
        "it sees no device (100).", .unlike = "gpus-hidden and container-without-gpu answer 100, too; here the host's own libcuda finds the GPU." }, look_for_dropped },
    { { "compat-mismatch", LINK_DRIVER_LIBRARY, .what = "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803): a package for forward compatibility that is older than the host's driver is found before "
        "the host's libcuda, as in images that put its folder into /etc/ld.so.conf.d.",
        .unlike = "driver-library-mismatch: there no compat folder is involved, and a reboot mends it; compat-refused is its mirror image, with a package that is newer." },
      look_for_mismatch },
    { { "compat-refused", LINK_DRIVER_LIBRARY, .what = "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE (804): forward compatibility is for data-center GPUs, some boards of servers, and listed "
        "branches of the host's driver (https://docs.nvidia.com/deploy/cuda-compatibility/forward-compatibility.html).",
        .unlike = "compat-mismatch: there the package is older than the driver; 804 without a compat folder is driver-library-mismatch." }, look_for_refused },
    { { .id = NULL }, NULL },
};
