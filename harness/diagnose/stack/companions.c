/* What is made for a PyTorch and does not go with this one: torchvision and torchaudio, Triton, bitsandbytes, the toolkit that compiles
 * extensions. */
#include "diagnose/look.h"

#include <string.h>

#include "base/text.h"

static const char *source_of(const struct stack_version *v)
{
    return v->source != NULL ? v->source : v->what;
}

/* "2.4" of "2.4.1+cu124". */
static const char *minor_of(const struct look *l, const char *version)
{
    const char *dot = strchr(version, '.');

    return dot != NULL ? arena_copy(l->a, version, (size_t)(dot - version) + 1 + strspn(dot + 1, "0123456789")) : version;
}

/* ---- torchvision and torchaudio ---- */

/* "cu124", "cpu" of what stands behind the '+'; NULL: nothing does. */
static const char *variant_of(const char *version)
{
    const char *plus = version != NULL ? strchr(version, '+') : NULL;

    return plus != NULL && (text_starts(plus + 1, "cu") || text_is(plus + 1, "cpu")) ? plus + 1 : NULL;
}

/* Each refuses what it was not built for: torchvision another CUDA major, torchaudio another CUDA (_check_cuda_version of both). */
static bool is_of_other_cuda(const char *name, const char *torch, const char *its)
{
    if (torch == NULL || its == NULL || text_is(torch, its))
        return false;
    if (text_is(its, "cpu") || text_is(torch, "cpu"))
        return text_is(name, "torchvision") && text_is(its, "cpu");
    return text_is(name, "torchaudio") || strncmp(torch, its, strlen("cu12")) != 0;
}

/* Of a release: nightly builds, NVIDIA's and others' own are paired otherwise. */
static const char *release_that_goes_with(const struct look *l, const char *name)
{
    const char *kind = stated(l, "build:kind");

    return text_is(kind, "official") || text_is(kind, "not listed") || text_is(kind, "conda") ? stated(l, text_make(l->a, "expect:companion:%s", name)) : NULL;
}

static const char *why_not(struct look *l, const char *name, const struct stack_version *is)
{
    const char *torch = stated(l, "torch"), *pinned = stated(l, text_make(l->a, "companion:%s:torch", name)), *goes_with = release_that_goes_with(l, name);

    if (pinned != NULL && !text_is(minor_of(l, pinned), minor_of(l, torch)))
        return text_make(l->a, "it was built for PyTorch %s", pinned);
    if (pinned == NULL && goes_with != NULL && !text_version_within(arena_copy(l->a, is->version, text_version_length(is->version)), goes_with))
        return text_make(l->a, "%s %s goes with it", name, goes_with);
    if (is_of_other_cuda(name, variant_of(stated(l, "build:version")), variant_of(is->version)))
        return text_make(l->a, "one is built %s, and the other for CUDA %s", text_ends(is->version, "+cpu") ? "without CUDA" : text_make(l->a, "as %s", is->version), stated(l, "cuda"));
    return NULL;
}

static void fix_sister(struct look *l, const char *name)
{
    const char *goes_with = release_that_goes_with(l, name), *variant = variant_of(stated(l, "build:version"));
    const char *wanted = goes_with != NULL ? text_make(l->a, "'%s==%s.*'", name, goes_with) : name;

    if (stated(l, "conda:pytorch") != NULL && goes_with != NULL)
        fix(l, "conda install -p %s -y %s=%s", quoted(l, l->stack->prefix), name, goes_with);
    else if (!fix_by_pip(l, "--force-reinstall --no-deps %s%s%s", wanted, variant != NULL ? " --index-url https://download.pytorch.org/whl/" : "", variant != NULL ? variant : ""))
        advise(l, "install the %s that is built for this PyTorch", name);
}

static void look_for_sister(struct look *l)
{
    static const char *const names[] = { "torchvision", "torchaudio" };

    for (size_t i = 0; i < COUNT_OF(names) && stated(l, "torch") != NULL && l->stack->unusable == NULL; i++) {
        const struct stack_version *is = stated_whole(l, text_make(l->a, "companion:%s", names[i]));
        const char *why = is != NULL ? why_not(l, names[i], is) : NULL;

        if (why == NULL)
            continue;
        found(l, SHOWN, "%s %s does not go with PyTorch %s: %s", names[i], is->version, stated(l, "torch"), why);
        evidence(l, "%s: %s", source_of(is), is->version);
        evidence(l, "%s/torch/version.py: %s", stated(l, "site") != NULL ? stated(l, "site") : l->stack->prefix, stated(l, "torch"));
        fix_sister(l, names[i]);
        return;
    }
}

/* ---- Triton ---- */

static void look_for_assembler(struct look *l)
{
    for (size_t i = 0; i < l->r->n_devices; i++) {
        const struct device *d = &l->r->devices[i];
        const struct stack_version *ptxas = d->answers && d->cc >= 100 ? stated_whole(l, "ptxas.blackwell") : NULL, *toolkit = stated_whole(l, "machine:toolkit");
        const char *variable_name = ptxas != NULL ? "TRITON_PTXAS_BLACKWELL_PATH" : "TRITON_PTXAS_PATH";
        const char *first = stated(l, text_make(l->a, "first_cuda:sm_%d", d->cc));

        if (ptxas == NULL)
            ptxas = stated_whole(l, "ptxas");
        if (!d->answers || ptxas == NULL || first == NULL || text_compare_versions(ptxas->version, first) >= 0)
            continue;
        found(l, SHOWN, "the ptxas of Triton is of CUDA %s, and compute capability %d.%d is known from CUDA %s on: torch.compile and Triton's kernels fail, the rest works",
              ptxas->version, d->cc / 10, d->cc % 10, first);
        evidence(l, "%s: CUDA %s", source_of(ptxas), ptxas->version);
        evidence(l, "%s has compute capability %d.%d", d->name != NULL ? d->name : "a GPU", d->cc / 10, d->cc % 10);
        if (toolkit != NULL && toolkit->source != NULL && text_compare_versions(toolkit->version, first) >= 0)
            fix(l, "export %s=%s", variable_name, quoted(l, text_join(l->a, toolkit->source, "bin/ptxas")));
        else if (!fix_by_pip(l, "--upgrade torch triton"))
            advise(l, "install a newer PyTorch, which brings a newer Triton, or set %s to the ptxas of CUDA %s or newer", variable_name, first);
        return;
    }
}

/* Where the loader takes the driver's library from, if not from its cache; NULL: it is in the cache, or nowhere. */
static const struct driver_file *uncached(const struct look *l)
{
    const struct machine *m = l->r->machine;
    const struct driver_file *found_one = NULL;

    for (size_t i = 0; i < m->n_drivers; i++) {
        const struct driver_file *d = &m->drivers[i];

        if (!text_is(d->soname, "libcuda.so.1") || d->kind == DRIVER_STUB || d->kind == DRIVER_COMPAT)
            continue;
        if (d->in_cache)
            return NULL;
        found_one = found_one == NULL ? d : found_one;
    }
    return found_one;
}

static bool is_on_library_path(const struct look *l, const char *dir)
{
    const char *path = variable(l, "LD_LIBRARY_PATH");

    return path != NULL && text_has(text_make(l->a, ":%s:", path), text_make(l->a, ":%s:", dir));
}

static void look_for_cache(struct look *l)
{
    const struct stack_version *searches = stated_whole(l, "triton:searches");
    const struct driver_file *d = searches != NULL ? uncached(l) : NULL;
    const char *dir = d != NULL ? text_dir_name(l->a, d->path) : NULL;

    if (d == NULL || variable(l, "TRITON_LIBCUDA_PATH") != NULL || fact(l, "loader.cache") == NULL || !is_on_library_path(l, dir) || text_has(searches->version, "LD_LIBRARY_PATH"))
        return;
    found(l, SHOWN, "Triton asks ldconfig for libcuda.so.1, and the loader's cache does not have it: torch.compile and Triton's kernels fail, the rest works");
    evidence(l, "%s is found by LD_LIBRARY_PATH alone", d->path);
    evidence(l, "%s looks into %s", source_of(searches), searches->version);
    fix(l, "export TRITON_LIBCUDA_PATH=%s", quoted(l, dir));
    advise(l, "with root, `sudo ldconfig %s` mends it for all", dir);
}

/* ---- bitsandbytes ---- */

/* Whether "118 121" has that word, or one of the same CUDA major: 12 of "121". */
static bool has_binary(const char *list, const char *digits, bool of_major)
{
    const size_t n = of_major && strlen(digits) > 2 ? 2 : strlen(digits);

    for (const char *at = list; at != NULL && *at != '\0';) {
        const size_t length = strcspn(at, " ");

        if ((of_major ? length >= n : length == n) && strncmp(at, digits, n) == 0)
            return true;
        at += length + (at[length] == ' ');
    }
    return false;
}

/* "128" of "12.8". */
static const char *digits_of(const struct look *l, const char *cuda)
{
    const char *dot = strchr(cuda, '.');

    return dot != NULL ? text_make(l->a, "%.*s%.*s", (int)(dot - cuda), cuda, (int)strspn(dot + 1, "0123456789"), dot + 1) : cuda;
}

static void fix_bitsandbytes(struct look *l)
{
    if (!fix_by_pip(l, "--upgrade bitsandbytes"))
        advise(l, "install a newer bitsandbytes");
}

static void look_for_bitsandbytes(struct look *l)
{
    const struct stack_version *has = stated_whole(l, "bitsandbytes:cuda"), *searches = stated_whole(l, "bitsandbytes:searches");
    const char *cuda = stated(l, "cuda"), *asked = variable(l, "BNB_CUDA_VERSION"), *version = stated(l, "bitsandbytes");
    const char *wanted = cuda != NULL ? digits_of(l, cuda) : NULL;
    const bool serves = has != NULL && wanted != NULL && (has_binary(has->version, wanted, false)
                        || (stated(l, "bitsandbytes:chooses") != NULL && has_binary(has->version, wanted, true)));

    if (has == NULL || wanted == NULL)
        return;
    if (asked != NULL && *asked != '\0' && !has_binary(has->version, asked, false)) {
        found(l, SHOWN, "BNB_CUDA_VERSION asks bitsandbytes %s for its binary of CUDA %s, which it does not have", version, asked);
        evidence(l, "%s has binaries for %s", source_of(has), *has->version != '\0' ? has->version : "no CUDA");
        if (serves)
            fix(l, "unset BNB_CUDA_VERSION");
        else
            fix_bitsandbytes(l);
    } else if (!serves && (asked == NULL || *asked == '\0')) {
        found(l, SHOWN, "bitsandbytes %s has no binary for CUDA %s, with which PyTorch was built", version, cuda);
        evidence(l, "%s has binaries for %s, and none called libbitsandbytes_cuda%s.so", source_of(has), *has->version != '\0' ? has->version : "no CUDA", wanted);
        fix_bitsandbytes(l);
    } else if (searches != NULL && (asked == NULL || *asked == '\0')) {
        found(l, LIKELY, "bitsandbytes %s looks for libcudart in %s alone, where there is none, and falls back to its CPU binary", version, searches->version);
        evidence(l, "%s does not ask PyTorch for its CUDA", source_of(searches));
        fix_bitsandbytes(l);
    }
}

/* ---- The toolkit that compiles extensions ---- */

/* A sign that something is to be compiled: without one another toolkit is nobody's concern. CUDA_HOME is none: images and profiles set it for all. */
static const char *why_compiled(const struct look *l)
{
    static const char *const variables[] = { "TORCH_CUDA_ARCH_LIST", "FORCE_CUDA" };

    if (fact(l, "project.builds_cuda") != NULL)
        return text_make(l->a, "%s builds an extension for CUDA", fact(l, "project.builds_cuda"));
    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        const char *value = variable(l, variables[i]);

        if (value != NULL && *value != '\0')
            return text_make(l->a, "%s=%s is for those who compile", variables[i], value);
    }
    return NULL;
}

static const struct stack *fitting_toolkit(const struct look *l, const char *cuda)
{
    const struct stack *best = NULL;

    for (size_t i = 0; i < l->r->n_stacks; i++) {
        const struct stack *s = &l->r->stacks[i];
        const char *is = s->kind == STACK_TOOLKIT ? stack_version(s, "cuda") : NULL;

        if (is != NULL && text_version_major(is) == text_version_major(cuda) && (best == NULL || text_version_within(is, minor_of(l, cuda))))
            best = s;
    }
    return best;
}

static void look_for_toolkit(struct look *l)
{
    const char *cuda = stated(l, "cuda"), *version = fact(l, "nvcc.version"), *nvcc = fact(l, "nvcc"), *why = why_compiled(l);
    const struct stack *other;

    if (cuda == NULL || version == NULL || why == NULL || text_version_major(version) == text_version_major(cuda))
        return;
    found(l, SHOWN, "extensions would be compiled with CUDA %s, and PyTorch was built with CUDA %s: its build tools refuse another major version; nothing else is concerned",
          version, cuda);
    evidence(l, "%s: release %s", nvcc, version);
    evidence(l, "%s: torch.version.cuda is %s", l->stack->name, cuda);
    evidence(l, "%s", why);
    other = fitting_toolkit(l, cuda);
    if (other != NULL)
        fix(l, "export CUDA_HOME=%s PATH=%s/bin:\"$PATH\"", quoted(l, other->prefix), quoted(l, other->prefix));
    else if (text_starts(l->stack->name, "conda:"))
        fix(l, "conda install -p %s -y -c nvidia cuda-nvcc=%s", quoted(l, l->stack->prefix), minor_of(l, cuda));
    else
        advise(l, "install CUDA toolkit %s and set CUDA_HOME to it, or a PyTorch for CUDA %ld: gpuvet matrix", minor_of(l, cuda), text_version_major(version));
}

const struct rule companion_rules[] = {
    { { "sister-mismatch", LINK_LOADING, .of_stack = true, .what = "Each release of torchvision and torchaudio is built for one release of PyTorch, and for the same CUDA: \"operator torchvision::nms does not exist\".",
        .unlike = "An extension of another project that was built for another PyTorch misses names of c10 or torch." }, look_for_sister },
    { { "bitsandbytes-without-binary", LINK_WORK, .of_stack = true, .what = "bitsandbytes brings a binary for each CUDA that it supports, and takes the one that is called like PyTorch's CUDA, or like BNB_CUDA_VERSION.",
        .unlike = "libcuda-missing: there PyTorch does not see the GPU, either." }, look_for_bitsandbytes },
    { { "triton-too-old", LINK_WORK, .of_stack = true, .needs_gpu = true, .what = "Triton compiles with the ptxas that it brings, and that one knows no GPU that came after it.",
        .unlike = "gpu-newer-than-build: there PyTorch's own kernels fail, and no message names ptxas." }, look_for_assembler },
    { { "triton-without-libcuda", LINK_WORK, .of_stack = true, .what = "Old versions of Triton ask ldconfig alone where the driver's library is; one that is found by LD_LIBRARY_PATH is not in its cache.",
        .unlike = "libcuda-missing: there nothing finds it." }, look_for_cache },
    { { "toolkit-mismatch", LINK_WORK, .of_stack = true, .what = "PyTorch brings its own CUDA; a toolkit is used to compile extensions alone, and has to be of the same major version then.",
        .unlike = "Whoever compiles nothing may have any toolkit, or none." }, look_for_toolkit },
    { { .id = NULL }, NULL },
};
