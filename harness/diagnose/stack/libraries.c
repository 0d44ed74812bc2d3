/* What the loader makes of a stack's own libraries: which files meet that do not belong together, and which are missing. */
#include "diagnose/stack/unmet.h"

#include <string.h>

#include "base/text.h"
#include "model/repair.h"

/* The first of that kind about such a library, of the stack itself. */
static const struct unmet *first(const struct look *l, enum unmet_kind kind, const char *start)
{
    for (size_t i = 0; i < l->stack->n_unmet; i++)
        if (l->stack->unmet[i].kind == kind && l->stack->unmet[i].package == NULL && unmet_is_about(&l->stack->unmet[i], start))
            return &l->stack->unmet[i];
    return NULL;
}

/* "9.1.0" of "9.1.0.70": what cuDNN compares. Unknown versions differ from nothing. */
static bool versions_differ(const char *a, const char *b)
{
    size_t n = 0;

    if (a == NULL || b == NULL)
        return false;
    for (int parts = 0; parts < 3; parts++) {
        size_t of_a = strcspn(a + n, "."), of_b = strcspn(b + n, ".");

        if (of_a != of_b || strncmp(a + n, b + n, of_a) != 0)
            return a[n] != '\0' && b[n] != '\0';
        n += of_a;
        if (a[n] == '\0' || b[n] == '\0')
            return false;
        n++;
    }
    return false;
}

/* What asks may itself be the file that came instead of another. */
static const struct unmet *came_as(const struct look *l, const char *file)
{
    for (size_t i = 0; i < l->stack->n_unmet; i++)
        if (l->stack->unmet[i].kind != UNMET_SYMBOL && text_is(l->stack->unmet[i].taken, file))
            return &l->stack->unmet[i];
    return NULL;
}

/* Where the other file is out of the way there is nothing to reinstall; where none is in the way, the pinned one goes back. */
static void mend(struct look *l, const struct unmet *u)
{
    const char *name = u->kind == UNMET_SYMBOL ? u->library : u->name;
    const struct unmet *stranger = came_as(l, u->file);

    if (!fix_way_of(l, stranger != NULL ? stranger : u) && !fix_by_pin(l, component_of_library(name)))
        advise(l, "install %s again in the version that %s was made for", name, text_base_name(u->file));
}

static void say_symbol(struct look *l, const struct unmet *u)
{
    found(l, SHOWN, "%s wants %s, which %s%s does not have: %s", unmet_file(l, u->file, u->version), u->name,
          u->taken != NULL ? unmet_file(l, u->taken, u->taken_version) : u->library, u->own != NULL ? ", found before the stack's own," : "",
          u->own != NULL ? "another installation's library is used" : "that library is of another version than the one it was linked with");
    evidence_of_unmet(l, u);
    if (came_as(l, u->file) != NULL)
        evidence_of_unmet(l, came_as(l, u->file));
    mend(l, u);
}

/* Both halves may come from elsewhere, and be of one release. */
static bool is_half_alone(const struct look *l, const struct unmet *half)
{
    const struct unmet *other = first(l, UNMET_OWN, text_starts(half->name, "libcublasLt") ? "libcublas.so" : "libcublasLt.so");

    return versions_differ(half->taken_version, other != NULL ? other->taken_version : half->own_version);
}

static void look_for_cublas(struct look *l)
{
    const struct unmet *symbol = first(l, UNMET_SYMBOL, "libcublas"), *half = first(l, UNMET_OWN, "libcublas");

    if (symbol != NULL) {
        say_symbol(l, symbol);
    } else if (half != NULL && is_half_alone(l, half)) {
        found(l, SHOWN, "%s is used with the other half of cuBLAS of %s: products end in CUBLAS_STATUS_INVALID_VALUE, or are wrong",
              unmet_file(l, half->taken, half->taken_version), half->own_version != NULL ? half->own_version : "another release");
        evidence_of_unmet(l, half);
        mend(l, half);
    }
}

static void look_for_symbol_of(struct look *l, const char *start)
{
    const struct unmet *u = first(l, UNMET_SYMBOL, start);

    if (u != NULL)
        say_symbol(l, u);
}

static void look_for_nvjitlink(struct look *l) { look_for_symbol_of(l, "libnvJitLink"); }
static void look_for_cupti(struct look *l)     { look_for_symbol_of(l, "libcupti"); }
static void look_for_nccl(struct look *l)      { look_for_symbol_of(l, "libnccl"); }

/* Of the libraries that have no rule of their own. */
static void look_for_other_symbols(struct look *l)
{
    static const char *const have[] = { "libcublas", "libnvJitLink", "libcupti", "libnccl", "libcudnn" };

    for (size_t i = 0; i < l->stack->n_unmet; i++) {
        const struct unmet *u = &l->stack->unmet[i];
        bool told = u->kind != UNMET_SYMBOL || u->package != NULL || u->library == NULL;

        for (size_t k = 0; k < COUNT_OF(have); k++)
            told |= unmet_is_about(u, have[k]);
        if (told)
            continue;
        say_symbol(l, u);
        return;
    }
}

/* A cuDNN that is another's as a whole is of one release, and is library-shadowed's. */
static void look_for_cudnn_mix(struct look *l)
{
    static const enum unmet_kind kinds[] = { UNMET_PART, UNMET_OWN };
    const struct unmet *symbol = first(l, UNMET_SYMBOL, "libcudnn");

    for (size_t k = 0; k < COUNT_OF(kinds) && symbol == NULL; k++)
        for (size_t i = 0; i < l->stack->n_unmet; i++) {
            const struct unmet *u = &l->stack->unmet[i];

            if (u->kind != kinds[k] || u->package != NULL || !unmet_is_about(u, "libcudnn") || u->taken == NULL
                || !text_has(text_base_name(u->file), "cudnn") || !versions_differ(u->taken_version, u->version))
                continue;
            found(l, SHOWN, "cuDNN's parts are of two releases: %s opens %s, and gets %s's, of version %s", unmet_file(l, u->file, u->version),
                  u->name, text_dir_name(l->a, u->taken), u->taken_version);
            evidence_of_unmet(l, u);
            if (u->own == NULL)
                evidence(l, "%s: has no %s", text_dir_name(l->a, u->file), u->name);
            if (!(u->own != NULL && fix_way_of(l, u)) && !(u->own == NULL && text_starts(u->how != NULL ? u->how : "", "LD_LIBRARY_PATH") && fix_way_of(l, u))
                && !fix_by_pip(l, "--force-reinstall --no-deps %s", stated(l, "installed:nvidia-cudnn-cu13") != NULL ? "'nvidia-cudnn-cu13>=9.21,<10'"
                               : stated(l, "installed:nvidia-cudnn-cu12") != NULL ? "nvidia-cudnn-cu12" : "nvidia-cudnn-cu11"))
                advise(l, "install a whole cuDNN of version %s", u->version);
            return;
        }
    if (symbol != NULL)
        say_symbol(l, symbol);
}

static void look_for_cudnn_part(struct look *l)
{
    for (size_t i = 0; i < l->stack->n_unmet; i++) {
        const struct unmet *u = &l->stack->unmet[i];

        if (u->kind != UNMET_PART || u->package != NULL || u->taken != NULL || !unmet_is_about(u, "libcudnn"))
            continue;
        found(l, SHOWN, "%s opens %s by its name while a program runs, and it is found nowhere", unmet_file(l, u->file, u->version), u->name);
        evidence_of_unmet(l, u);
        evidence(l, "%s: has no %s", text_dir_name(l->a, u->file), u->name);
        if (!fix_by_pin(l, "cudnn"))
            advise(l, "install cuDNN%s%s again, all of it", u->version != NULL ? " " : "", u->version != NULL ? u->version : "");
        return;
    }
}

/* No path leads from NVRTC to the file, or its name has no version. */
static void mend_builtins(struct look *l, const struct unmet *u)
{
    bool there = u->own != NULL && text_is(text_base_name(u->own), u->name);

    if (there)
        fix(l, "export LD_LIBRARY_PATH=%s", quoted(l, text_dir_name(l->a, u->own)));
    else if (!fix_by_pin(l, "cuda-nvrtc") && u->own != NULL && text_ends(u->own, ".so"))
        fix(l, "ln -s %s %s", text_base_name(u->own), quoted(l, text_join(l->a, text_dir_name(l->a, u->own), u->name)));
    else if (l->found[l->n - 1].fix == NULL)
        advise(l, "install NVRTC again with the %s of its own release", u->name);
}

static void look_for_builtins(struct look *l)
{
    const struct unmet *u = first(l, UNMET_PART, "libnvrtc-builtins");
    const char *is = u == NULL || u->own == NULL ? "it is found nowhere" : text_make(l->a, "there is %s alone", text_base_name(u->own));

    if (u == NULL || u->taken != NULL)
        return;
    if (u->own != NULL && text_is(text_base_name(u->own), u->name))
        is = "no path leads to the folder that has it";
    found(l, SHOWN, "%s opens %s by its name, to the minor version, and %s", unmet_file(l, u->file, u->version), u->name, is);
    evidence_of_unmet(l, u);
    mend_builtins(l, u);
}

static void look_for_other_cuda(struct look *l)
{
    for (size_t i = 0; i < l->stack->n_unmet; i++) {
        const struct unmet *u = &l->stack->unmet[i];
        const char *component = component_of_library(u->name);

        if (u->kind != UNMET_LIBRARY || u->package != NULL || u->own == NULL || component == NULL || soname_major(u->own) == soname_major(u->name))
            continue;
        found(l, SHOWN, "%s needs %s, and the stack has %s: it was built for another release of CUDA", unmet_file(l, u->file, u->version), u->name,
              text_base_name(u->own));
        evidence_of_unmet(l, u);
        if (!fix_by_pin(l, component))
            advise(l, "install the libraries of the CUDA that %s was built for, or the build for those that are there", text_base_name(u->file));
        return;
    }
}

/* A link to nowhere, a file for another processor: the loader says the same of them as of none at all. */
static bool look_at_files(struct look *l)
{
    for (size_t i = 0; i < l->stack->n_unmet; i++) {
        const struct unmet *u = &l->stack->unmet[i];

        if (u->kind != UNMET_LIBRARY || u->package != NULL)
            continue;
        found(l, SHOWN, "%s needs %s, which is found nowhere%s", unmet_file(l, u->file, u->version), u->name,
              u->how != NULL ? ", or is no library for this machine" : "");
        evidence_of_unmet(l, u);
        if (!fix_by_pin(l, component_of_library(u->name)))
            advise(l, "install what brings %s, and see that its folder is in LD_LIBRARY_PATH or known to ldconfig", u->name);
        return true;
    }
    return false;
}

static void look_for_missing(struct look *l)
{
    if (look_at_files(l))
        return;
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];

        if (j->trial.stack != l->stack || j->verdict != FAIL || j->outcome.stop != STOP_LOAD || !text_has(j->outcome.text, "cannot open shared object file"))
            continue;
        found(l, SHOWN, "a library that %s needs is not there: %s", l->stack->name, j->outcome.text);
        evidence(l, "%s: %s", j->trial.id, j->outcome.text);
        if (j->act != NULL)
            fix(l, "%s", j->act);
        else
            advise(l, "install what brings that library, and see that its folder is in LD_LIBRARY_PATH or known to ldconfig");
        return;
    }
}

/* "OSError: /opt/app/libgomp-d22c30c5.so.1: cannot allocate memory in static TLS block" */
static void look_for_static_tls(struct look *l)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];
        const char *end = j->trial.stack == l->stack && j->outcome.text != NULL ? strstr(j->outcome.text, ": cannot allocate memory in static TLS block") : NULL;
        const char *start = end;
        const char *library;

        if (end == NULL)
            continue;
        while (start > j->outcome.text && start[-1] != ' ')
            start--;
        library = arena_copy(l->a, start, (size_t)(end - start));
        found(l, SHOWN, "the room that glibc keeps for thread variables of libraries opened late is used up: %s needs more", library);
        evidence(l, "%s: %s", j->trial.id, j->outcome.text);
        fix(l, "export LD_PRELOAD=%s", quoted(l, library));
        return;
    }
}

static void look_for_mount(struct look *l)
{
    const char *on = stated(l, "mounted:noexec");

    if (on == NULL)
        return;
    found(l, SHOWN, "%s is mounted so that no code may be run from it, and %s lies there: its libraries cannot be mapped", on, l->stack->name);
    evidence(l, "/proc/self/mounts: %s is mounted noexec", on);
    evidence(l, "%s: is in it", l->stack->prefix);
    if (is_in_container(l))
        advise(l, "give %s to the container without the option noexec, or put the environment elsewhere", on);
    else
        fix(l, "sudo mount -o remount,exec %s", quoted(l, on));
}

const struct rule library_rules[] = {
    { { "mounted-noexec", LINK_FILES, .of_stack = true,
        .what = "The file system is mounted with the option noexec: the loader says failed to map segment from shared object of every library on it.",
        .unlike = "library-damaged: there one file is. SELinux and a limit on memory make the loader say the same of a folder that is mounted well." }, look_for_mount },
    { { "cublas-mismatch", LINK_LOADING, .of_stack = true,
        .what = "libcublas and libcublasLt are two halves of one release. libcublas finds the other half by a search that LD_LIBRARY_PATH comes first in, and so a toolkit's "
                "libcublasLt may be put beside a wheel's libcublas (https://github.com/pytorch/pytorch/pull/174320).",
        .unlike = "CUBLAS_STATUS_NOT_INITIALIZED and CUBLAS_STATUS_ALLOC_FAILED come from too little free memory; there the two are of one release." }, look_for_cublas },
    { { "nvjitlink-mismatch", LINK_LOADING, .of_stack = true,
        .what = "libcusparse and libcusolver ask libnvJitLink for names that carry a release, __nvJitLinkComplete_12_4: one of an earlier release does not have them, "
                "and import torch ends with an undefined symbol.",
        .unlike = "cublas-mismatch: there the symbol begins with cublasLt." }, look_for_nvjitlink },
    { { "cudnn-sublibrary-mixing", LINK_LOADING, .of_stack = true,
        .what = "cuDNN opens its parts by name when they are first used, and a part of another release is found first, or is the only one: convolutions end in "
                "CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH, or with an undefined symbol.",
        .unlike = "cudnn-sublibrary-missing: there it is found nowhere. CUDNN_STATUS_NOT_SUPPORTED with parts of one release is about the shape or the memory." }, look_for_cudnn_mix },
    { { "cudnn-sublibrary-missing", LINK_LOADING, .of_stack = true,
        .what = "cuDNN opens its parts by name when they are first used; one of them is in no folder that is searched, and the program is ended: "
                "Unable to load any of {libcudnn_ops.so.9.1.0, ...}.",
        .unlike = "cudnn-sublibrary-mixing: there a part is found, of another release." }, look_for_cudnn_part },
    { { "nccl-mismatch", LINK_LOADING, .of_stack = true,
        .what = "libtorch_cuda calls functions of NCCL that came with a later release than the libnccl.so.2 that is loaded. "
                "torch.cuda.nccl.version() tells what was compiled with, not what is loaded.",
        .unlike = "An unhandled system error of NCCL is about the network or /dev/shm." }, look_for_nccl },
    { { "cupti-mismatch", LINK_LOADING, .of_stack = true,
        .what = "PyTorch's profiler calls functions of CUPTI that the libcupti found first does not have: a toolkit's, of another release, lies in a folder that is searched first.",
        .unlike = "library-missing: there no libcupti is found." }, look_for_cupti },
    { { "nvrtc-builtins-missing", LINK_LOADING, .of_stack = true,
        .what = "NVRTC opens its built-in headers by the exact minor version, libnvrtc-builtins.so.12.4; without that file whatever is compiled while a program runs fails.",
        .unlike = "library-missing: there the program does not begin at all." }, look_for_builtins },
    { { "libcudart-major-mismatch", LINK_LOADING, .of_stack = true,
        .what = "A library names the CUDA libraries of another release than those that are installed beside it, libcudart.so.12 where there is libcudart.so.13. "
                "A link under the other name does not help: the two are not compatible.",
        .unlike = "library-missing: there none of any release is there." }, look_for_other_cuda },
    { { "symbol-missing", LINK_LOADING, .of_stack = true,
        .what = "A library was linked with a later release of another one than the one that is loaded.",
        .unlike = "extension-torch-mismatch: there the missing names are PyTorch's." }, look_for_other_symbols },
    { { "static-tls-exhausted", LINK_LOADING, .of_stack = true,
        .what = "Libraries linked for a fixed place among each thread's variables share a small reserve of glibc's when they are opened late; the one opened last finds it used up. "
                "Loaded with the program it has its room.",
        .unlike = "out of memory: there no static TLS block is named." }, look_for_static_tls },
    { { "library-missing", LINK_LOADING, .of_stack = true, .general = true, .what = "The loader does not find a library that another one names.",
        .unlike = "library-damaged; a link that leads nowhere, or a file for another processor, of which the loader says the same." }, look_for_missing },
    { { .id = NULL }, NULL },
};
