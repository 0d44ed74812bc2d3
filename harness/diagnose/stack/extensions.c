/* Compiled modules of other packages, against the PyTorch in the same environment. */
#include "diagnose/stack/unmet.h"

#include <string.h>

#include "base/text.h"
#include "model/repair.h"

/* "flash-attn" of "flash-attn 2.5.9". */
static const char *name_of(const struct look *l, const struct unmet *u)
{
    return arena_copy(l->a, u->package, strcspn(u->package, " "));
}

static bool is_torchs_library(const char *name)
{
    return text_starts(name, "libtorch") || text_starts(name, "libc10") || text_starts(name, "libcaffe2");
}

static const char *torch_of(const struct look *l)
{
    const char *torch = stated(l, "torch");

    return torch != NULL ? torch : "of this environment";
}

/* Built again beside the PyTorch that is there: a wheel from the index would be for whichever is the newest. */
static void mend(struct look *l, const struct unmet *u)
{
    const char *name = name_of(l, u);

    if (!fix_by_pip(l, "--force-reinstall --no-deps --no-cache-dir --no-build-isolation --no-binary %s %s", name, name))
        advise(l, "install %s again, built for PyTorch %s", name_of(l, u), torch_of(l));
}

/* One finding for each package: `matches` decides on its first. */
static void each(struct look *l, bool (*matches)(const struct unmet *u), void (*say)(struct look *l, const struct unmet *u))
{
    for (size_t i = 0; i < l->stack->n_unmet; i++) {
        const struct unmet *u = &l->stack->unmet[i];
        bool again = false;

        if (u->package == NULL || !matches(u))
            continue;
        for (size_t k = 0; k < i; k++)
            again |= text_is(l->stack->unmet[k].package, u->package) && matches(&l->stack->unmet[k]);
        if (!again)
            say(l, u);
    }
}

static bool is_of_abi(const struct unmet *u)   { return u->kind == UNMET_SYMBOL && u->library == NULL && u->alike != NULL; }
static bool is_of_torch(const struct unmet *u)
{
    return u->alike == NULL && ((u->kind == UNMET_SYMBOL && u->library == NULL) || (u->kind == UNMET_LIBRARY && is_torchs_library(u->name)));
}
static bool is_of_cuda(const struct unmet *u)
{
    return (u->kind == UNMET_LIBRARY && component_of_library(u->name) != NULL) || (u->kind == UNMET_SYMBOL && u->library != NULL);
}
static bool is_of_old_cudnn(const struct unmet *u)
{
    return u->kind == UNMET_PART && u->taken == NULL && u->own_version != NULL && soname_major(u->name) != 0 && soname_major(u->name) != text_version_major(u->own_version);
}
static bool is_of_cudnn(const struct unmet *u)
{
    return u->kind == UNMET_PART && u->taken == NULL && !is_of_old_cudnn(u) && text_starts(u->name, "libcudnn");
}

static void say_abi(struct look *l, const struct unmet *u)
{
    const struct member *c10 = stack_member(l->stack, "c10");
    bool new = text_has(u->name, "__cxx11") || text_has(u->name, "B5cxx11");

    found(l, SHOWN, "%s was built with the %s C++ ABI of GCC, and PyTorch %s with the %s one", u->package, new ? "new" : "old", torch_of(l), new ? "old" : "new");
    evidence(l, "%s: wants %s", u->file, u->name);
    evidence(l, "%s: defines %s", c10 != NULL ? c10->place : l->stack->prefix, u->alike);
    mend(l, u);
}

static void say_torch(struct look *l, const struct unmet *u)
{
    found(l, SHOWN, "%s was built for another PyTorch than %s: %s is not in it", u->package, torch_of(l), u->name);
    evidence(l, "%s: %s %s", u->file, u->kind == UNMET_SYMBOL ? "wants" : "needs", u->name);
    if (stated(l, "torch") != NULL)
        evidence(l, "%s: torch %s", l->stack->prefix, torch_of(l));
    mend(l, u);
}

static void say_cuda(struct look *l, const struct unmet *u)
{
    const char *cuda = stated(l, "cuda");

    if (u->kind == UNMET_SYMBOL)
        found(l, SHOWN, "%s wants %s, which %s does not have: it was built with a later release of that library", u->package, u->name,
              u->taken != NULL ? unmet_file(l, u->taken, u->taken_version) : u->library);
    else
        found(l, SHOWN, "%s needs %s, and nothing here brings it%s%s", u->package, u->name, cuda != NULL ? ": this PyTorch was built for CUDA " : "",
              cuda != NULL ? cuda : "");
    evidence_of_unmet(l, u);
    if (cuda != NULL)
        advise(l, "install a %s that was built for CUDA %s, or the PyTorch of its CUDA", name_of(l, u), cuda);
    else
        mend(l, u);
}

static void say_old_cudnn(struct look *l, const struct unmet *u)
{
    const bool old = soname_major(u->name) < text_version_major(u->own_version);

    found(l, SHOWN, "%s opens %s, of cuDNN %ld, and this environment has cuDNN %s", u->package, u->name, soname_major(u->name), u->own_version);
    evidence_of_unmet(l, u);
    if (!fix_by_pip(l, old ? "--upgrade %s" : "--upgrade %s torch", name_of(l, u)))
        advise(l, "install a %s that was built for cuDNN %ld", name_of(l, u), text_version_major(u->own_version));
}

static void say_cudnn(struct look *l, const struct unmet *u)
{
    const char *path = variable(l, "LD_LIBRARY_PATH");

    found(l, SHOWN, "%s opens %s by its name while a program runs, and no folder that is searched has it%s", u->package, u->name,
          u->own != NULL ? ": the environment's own cuDNN is in none of them" : "");
    evidence_of_unmet(l, u);
    if (u->own != NULL) {
        fix(l, "export LD_LIBRARY_PATH=%s",
            quoted(l, text_make(l->a, "%s%s%s", text_dir_name(l->a, u->own), path != NULL && *path != '\0' ? ":" : "", path != NULL ? path : "")));
    } else if (!fix_by_pip(l, "'nvidia-cudnn-cu12>=9,<10'")) {
        advise(l, "install cuDNN %ld", soname_major(u->name));
    }
}

static void look_for_abi(struct look *l)       { each(l, is_of_abi, say_abi); }
static void look_for_torch(struct look *l)     { each(l, is_of_torch, say_torch); }
static void look_for_cuda(struct look *l)      { each(l, is_of_cuda, say_cuda); }
static void look_for_old_cudnn(struct look *l) { each(l, is_of_old_cudnn, say_old_cudnn); }
static void look_for_cudnn(struct look *l)     { each(l, is_of_cudnn, say_cudnn); }

const struct rule extension_rules[] = {
    { { "extension-cxx11-abi", LINK_LOADING, .of_stack = true,
        .what = "GCC has two ABIs for std::string, and the names of functions tell which one a library was built with. PyTorch's wheels changed from the old to the new one "
                "between 2.6 and 2.7; a module built with the other one does not find c10::Error and its like (https://gcc.gnu.org/onlinedocs/libstdc++/manual/using_dual_abi.html).",
        .unlike = "extension-torch-mismatch: there no such function exists in either ABI. GLIBCXX_3.4.N not found is about the age of libstdc++." }, look_for_abi },
    { { "extension-torch-mismatch", LINK_LOADING, .of_stack = true,
        .what = "A compiled module calls functions of PyTorch that the installed one does not have: it was built for another release. PyTorch keeps no C++ ABI from one release to the next.",
        .unlike = "extension-cxx11-abi: there the same function exists with the other std::string." }, look_for_torch },
    { { "extension-cuda-mismatch", LINK_LOADING, .of_stack = true,
        .what = "A compiled module names CUDA's libraries of another release than those that came with the PyTorch beside it: libcudart.so.12 in an environment of CUDA 11 or 13.",
        .unlike = "library-missing: there PyTorch itself does not find a library." }, look_for_cuda },
    { { "cudnn-8-vs-9", LINK_LOADING, .of_stack = true,
        .what = "A package was built for one major release of cuDNN, and the environment has the other. Names of cuDNN 8's parts do not exist in 9, and links do not help.",
        .unlike = "extension-cudnn-missing: there the releases agree, and no path leads to the files." }, look_for_old_cudnn },
    { { "extension-cudnn-missing", LINK_LOADING, .of_stack = true,
        .what = "A package that brings a libcudnn without its parts opens these by name, and they lie in a folder that only PyTorch searches.",
        .unlike = "cudnn-8-vs-9: there the parts are of another major release." }, look_for_cudnn },
    { { .id = NULL }, NULL },
};
