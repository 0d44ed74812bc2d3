/* What a build asks of the system: its Python, its glibc, the libstdc++ that is loaded first. */
#include "diagnose/look.h"

#include <string.h>

#include "base/text.h"

/* Whether the one is older than what the libraries ask for; both, if so. */
static bool is_too_old(const struct look *l, const char *name, const struct stack_version **needs, const struct stack_version **has)
{
    *needs = stated_whole(l, text_make(l->a, "needs:%s", name));
    *has = stated_whole(l, text_make(l->a, "machine:%s", name));
    return *needs != NULL && *has != NULL && text_compare_versions((*has)->version, (*needs)->version) < 0;
}

static void tell(struct look *l, const char *prefix, const struct stack_version *needs, const struct stack_version *has)
{
    evidence(l, "%s needs %s%s", needs->source != NULL ? needs->source : l->stack->name, prefix, needs->version);
    evidence(l, "%s has %s%s and older", has->source != NULL ? has->source : "the one that is found", prefix, has->version);
}

/* An older build may need less. */
static bool fix_by_other_build(struct look *l)
{
    const char *install = stated(l, "usable:install");

    return install != NULL && !text_is(install, stated(l, "build:install")) && fix_by_pip(l, "--force-reinstall %s", install);
}

static void look_for_glibc(struct look *l)
{
    const struct stack_version *needs, *has;

    if (!is_too_old(l, "glibc", &needs, &has))
        return;
    found(l, SHOWN, "%s needs glibc %s, and this system has %s: no setting mends that", l->stack->name, needs->version, has->version);
    tell(l, "GLIBC_", needs, has);
    if (!fix_by_other_build(l) || is_in_container(l))
        advise(l, is_in_container(l) ? "build the image from a newer distribution, one with glibc %s or newer" : "use a container or a newer distribution, one with glibc %s or newer",
               needs->version);
}

/* ---- libstdc++ ---- */

static bool is_below_library_path(const struct look *l, const char *file)
{
    for (const char *at = variable(l, "LD_LIBRARY_PATH"); at != NULL && *at != '\0';) {
        const size_t n = strcspn(at, ":");

        if (n > 0 && file != NULL && text_starts(file, text_make(l->a, "%.*s/", (int)n, at)))
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

static const char *conda_prefix_of(const struct look *l, const char *file)
{
    const char *end = file != NULL ? strstr(file, "/lib/libstdc++.so.6") : NULL, *prefix = end != NULL ? arena_copy(l->a, file, (size_t)(end - file)) : NULL;

    return prefix != NULL && !text_starts(prefix, "/usr") && *prefix == '/' ? prefix : NULL;
}

static void fix_libstdcxx(struct look *l, const struct stack_version *has)
{
    const struct stack_version *unlinked = stated_whole(l, "glibcxx.unlinked");
    const char *prefix;

    if (unlinked != NULL && unlinked->source != NULL) {
        evidence(l, "%s is there, and no libstdc++.so.6 leads to it", unlinked->source);
        fix(l, "ln -s %s %s", unlinked->version, quoted(l, text_join(l->a, text_dir_name(l->a, unlinked->source), "libstdc++.so.6")));
    } else if (is_below_library_path(l, has->source)) {
        evidence(l, "its folder is in LD_LIBRARY_PATH: %s", variable(l, "LD_LIBRARY_PATH"));
        fix(l, "unset LD_LIBRARY_PATH");
    } else if ((prefix = conda_prefix_of(l, has->source)) != NULL) {
        fix(l, "conda install -p %s -y -c conda-forge --update-deps libstdcxx-ng", quoted(l, prefix));
    } else if (!fix_by_other_build(l)) {
        advise(l, "use a newer distribution, or an environment of conda, which brings a libstdc++ of its own");
    }
}

static void look_for_libstdcxx(struct look *l)
{
    const struct stack_version *needs, *has;
    const bool glibcxx = is_too_old(l, "glibcxx", &needs, &has);

    if (!glibcxx && !is_too_old(l, "cxxabi", &needs, &has))
        return;
    found(l, SHOWN, "%s needs a newer libstdc++.so.6 than the one that is found first: %s%s", l->stack->name, glibcxx ? "GLIBCXX_" : "CXXABI_", needs->version);
    tell(l, glibcxx ? "GLIBCXX_" : "CXXABI_", needs, has);
    fix_libstdcxx(l, has);
}

/* ---- Other packages ---- */

/* "wants:glibc:NAME": PyTorch runs, and that package does not. */
static const struct stack_version *wanted_by_package(const struct look *l, const char *start)
{
    for (size_t i = 0; i < l->stack->n_versions; i++)
        if (text_starts(l->stack->versions[i].what, start))
            return &l->stack->versions[i];
    return NULL;
}

static void tell_package(struct look *l, const char *prefix, const char *library, const struct stack_version *v, const char *package)
{
    const char *name = arena_copy(l->a, package, strcspn(package, " "));
    const struct stack_version *has = stated_whole(l, text_make(l->a, "machine:%s", text_is(prefix, "GLIBC_") ? "glibc" : "glibcxx"));

    found(l, SHOWN, "%s, beside PyTorch, needs a newer %s than there is: %s%s", package, library, prefix, v->version);
    evidence(l, "%s needs %s%s", v->source != NULL ? v->source : package, prefix, v->version);
    if (has != NULL)
        evidence(l, "%s has %s%s and older", has->source != NULL ? has->source : "the one that is found", prefix, has->version);
    if (text_is(prefix, "GLIBCXX_") && has != NULL)
        fix_libstdcxx(l, has);
    else if (!fix_by_pip(l, "--force-reinstall --no-deps --no-build-isolation --no-cache-dir --no-binary %s %s", name, name))
        advise(l, "build %s on this system, or take an older release of it", name);
}

static void look_for_package(struct look *l)
{
    const struct stack_version *glibc = wanted_by_package(l, "wants:glibc:"), *glibcxx = wanted_by_package(l, "wants:glibcxx:");

    if (glibc != NULL)
        tell_package(l, "GLIBC_", "glibc", glibc, glibc->what + strlen("wants:glibc:"));
    else if (glibcxx != NULL)
        tell_package(l, "GLIBCXX_", "libstdc++", glibcxx, glibcxx->what + strlen("wants:glibcxx:"));
}

/* ---- The Python ---- */

static bool is_built_for(const struct look *l, const char *python)
{
    for (size_t i = 0; i < l->stack->n_versions; i++)
        if (text_is(l->stack->versions[i].what, "python:abi") && text_version_within(python, l->stack->versions[i].version))
            return true;
    return false;
}

static void look_for_python(struct look *l)
{
    const struct stack_version *abi = stated_whole(l, "python:abi");
    const char *python = stated(l, "python"), *install = stated(l, "build:install");

    if (python == NULL || abi == NULL || is_built_for(l, python))
        return;
    found(l, SHOWN, "%s does not run on this system: its PyTorch was built for Python %s, and the environment's is %s", l->stack->name, abi->version, python);
    evidence(l, "%s", abi->source != NULL ? abi->source : "the name of its extension");
    if (install == NULL || !fix_by_pip(l, "--force-reinstall %s", install))
        advise(l, "install PyTorch in this environment again, or use Python %s", abi->version);
}

const struct rule system_rules[] = {
    { { "unfit-system", LINK_FILES, .of_stack = true, .what = "An extension of Python is built for one minor version of it, which its file's name says.",
        .unlike = "python-on-musl: there the version is right, and the C library another one." }, look_for_python },
    { { "glibc-too-old", LINK_FILES, .of_stack = true, .what = "Libraries name the versions of glibc's functions that they need (GLIBC_2.N); an older system has none of them, and glibc cannot be exchanged.",
        .unlike = "glibcxx-too-old: there the version begins with GLIBCXX or CXXABI, and another libstdc++.so.6 mends it." }, look_for_glibc },
    { { "glibcxx-too-old", LINK_FILES, .of_stack = true, .what = "Libraries name the versions of libstdc++ that they need (GLIBCXX_3.4.N, CXXABI_1.3.N); of several on a machine the first that the loader finds counts, and it is an older one.",
        .unlike = "glibc-too-old: there the version begins with GLIBC_, and no search path helps." }, look_for_libstdcxx },
    { { "extension-too-new", LINK_FILES, .of_stack = true, .general = true, .what = "A package beside PyTorch was compiled on a newer system than this one: PyTorch itself runs, and that package cannot be imported.",
        .unlike = "glibc-too-old, glibcxx-too-old: there PyTorch's own libraries ask for more." }, look_for_package },
    { { .id = NULL }, NULL },
};
