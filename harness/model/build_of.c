/* The spellings are PyTorch's and its distributors': a wheel's own metadata may
 * say less than torch/version.py (PyPI's 2.4.1 calls itself 2.4.1+cu121). */
#include "model/build_of.h"

#include <string.h>

#include "base/text.h"

const char *build_kind_name(enum build_kind kind)
{
    static const char *const names[] = {
        [BUILD_UNNAMED] = "unnamed", [BUILD_OFFICIAL] = "official", [BUILD_NOT_LISTED] = "not listed", [BUILD_CPU] = "cpu",
        [BUILD_ROCM] = "rocm", [BUILD_NIGHTLY] = "nightly", [BUILD_NVIDIA] = "nvidia", [BUILD_JETSON] = "jetson",
        [BUILD_CONDA] = "conda", [BUILD_DISTRIBUTION] = "distribution", [BUILD_SOURCE] = "source",
    };

    return names[kind];
}

/* "cu124" of "12.4". */
static const char *variant_of(const char *cuda, struct arena *a)
{
    const char *dot = strchr(cuda, '.');

    return dot == NULL ? text_make(a, "cu%s", cuda)
                       : text_make(a, "cu%.*s%.*s", (int)(dot - cuda), cuda, (int)strspn(dot + 1, "0123456789"), dot + 1);
}

/* "12.4" of "cu124", "9.2" of "cu92"; NULL for anything else. */
static const char *cuda_of(const char *variant, struct arena *a)
{
    size_t n = variant != NULL && text_starts(variant, "cu") ? strspn(variant + 2, "0123456789") : 0;

    return n < 2 || variant[2 + n] != '\0' ? NULL : text_make(a, "%.*s.%c", (int)(n - 1), variant + 2, variant[1 + n]);
}

static void not_compared(struct build_of *b, enum build_kind kind, const char *is, const char *why)
{
    b->kind = kind;
    b->is = is;
    b->why_not_compared = why;
}

/* PyTorch's own channel builds "py3.11_cuda12.4_cudnn9.1.0_0"; others have other strings. */
static bool is_of_other_channel(const char *conda_build)
{
    return conda_build != NULL && !(text_starts(conda_build, "py3.") && (text_has(conda_build, "_cuda") || text_has(conda_build, "_cpu")));
}

static bool is_of_distribution(const struct stack *s)
{
    return (s->kind == STACK_LIBTORCH && text_is(s->found_by, "ld.so.cache"))
        || (s->lib_dir != NULL && text_has(s->lib_dir, "/usr/lib/python3/dist-packages/"));
}

/* What is no release of PyTorch's project; false if it may be one. */
static bool is_of_others(struct build_of *b, struct arena *a, const struct stack *s, const char *version, const char *conda, bool tegra)
{
    const char *tail = version + text_version_length(version), *local = strchr(version, '+');

    if (stack_member(s, "torch_hip") != NULL || stack_version(s, "hip") != NULL || (local != NULL && text_starts(local, "+rocm")))
        not_compared(b, BUILD_ROCM, text_make(a, "PyTorch %s for ROCm", version), "it is built for ROCm, not for CUDA");
    else if (local != NULL && text_has(local, ".nv"))
        not_compared(b, tegra ? BUILD_JETSON : BUILD_NVIDIA, text_make(a, "NVIDIA's own build %s%s", version, tegra ? " for Jetson" : ""),
                     "it is NVIDIA's own build, which the tables do not hold");
    else if (text_starts(tail, ".dev"))
        not_compared(b, BUILD_NIGHTLY, text_make(a, "the nightly build %s", version), "it is a nightly build");
    else if (is_of_distribution(s))
        not_compared(b, BUILD_DISTRIBUTION, text_make(a, "the distribution's own PyTorch %s", version), "it is the distribution's own build");
    else if (is_of_other_channel(conda))
        not_compared(b, BUILD_CONDA, text_make(a, "PyTorch %s of a conda channel that is not PyTorch's own (%s)", version, conda),
                     "it was built for another conda channel");
    else if (*tail != '\0' && *tail != '+')
        not_compared(b, BUILD_SOURCE, text_make(a, "a build from source, %s", version), "it was built from source, or is a release candidate");
    else
        return false;
    return true;
}

/* "2.4.7 is not known to this gpuvet; the nearest that are: 2.4.1 and 2.5.0" */
static const char *why_no_row(struct build_of *b, struct arena *a, const struct expected *x)
{
    const char *below, *above;
    struct text known = { .arena = a };
    bool elsewhere = false;

    text_put(&known, "", 0);
    for (size_t i = 0; i < x->n_torch; i++)
        if (text_is(x->torch[i].torch, b->torch) && text_is(x->torch[i].platform, b->platform))
            text_add(&known, "%s%s", known.n > 0 ? ", " : "", x->torch[i].variant);
        else if (text_is(x->torch[i].torch, b->torch) && text_is(x->torch[i].variant, b->variant))
            elsewhere = true;
    b->surprising = !elsewhere;
    if (elsewhere)
        return text_make(a, "%s+%s for %s is not known to this gpuvet, for other platforms it is", b->torch, b->variant, b->platform);
    if (known.n > 0)
        return text_make(a, "PyTorch %s is not known to this gpuvet with %s, only with %s", b->torch, b->variant, known.s);
    expected_nearest(x, b->torch, &below, &above);
    if (below == NULL && above == NULL)
        return text_make(a, "PyTorch %s is not known to this gpuvet", b->torch);
    return text_make(a, "PyTorch %s is not known to this gpuvet; nearest known: %s%s%s", b->torch, below != NULL ? below : above,
                     below != NULL && above != NULL ? " and " : "", below != NULL && above != NULL ? above : "");
}

/* A release by its spelling: "2.4.1+cu124", "2.4.1" (PyPI's before 2.1, conda's), "1.13.1+cu117.with.pypi.cudnn". */
static void look_up(struct build_of *b, struct arena *a, const struct expected *x, const char *version, const char *stated_cuda)
{
    const char *local = strchr(version, '+'), *named = local != NULL ? arena_copy(a, local + 1, strcspn(local + 1, ".")) : NULL;

    if (text_is(named, "cpu") || text_is(named, "cxx11") || (named == NULL && stated_cuda == NULL)) {
        not_compared(b, BUILD_CPU, text_make(a, "PyTorch %s without CUDA", version), "nothing of CUDA is in it");
        return;
    }
    b->variant = named != NULL ? named : variant_of(stated_cuda, a);
    b->cuda = stated_cuda != NULL ? stated_cuda : cuda_of(named, a);
    if (cuda_of(b->variant, a) == NULL) {
        not_compared(b, BUILD_SOURCE, text_make(a, "somebody's own build, %s", version), "no official build is called so");
        return;
    }
    if (stated_cuda != NULL && !text_is(variant_of(stated_cuda, a), b->variant)) {
        not_compared(b, BUILD_SOURCE, text_make(a, "somebody's own build, %s", version),
                     text_make(a, "it calls itself +%s and was built for CUDA %s: no official build does", b->variant, stated_cuda));
        return;
    }
    b->row = expected_build(x, b->torch, b->variant, b->platform);
    if (b->row == NULL) {
        not_compared(b, BUILD_NOT_LISTED, text_make(a, "PyTorch %s+%s for %s", b->torch, b->variant, b->platform), NULL);
        b->why_not_compared = why_no_row(b, a, x);
        return;
    }
    b->kind = BUILD_OFFICIAL;
    if (b->row->cuda != NULL)
        b->cuda = b->row->cuda;         /* "9.0" of "9.0.176" */
    b->is = text_make(a, "the official build %s+%s for %s", b->torch, b->variant, b->platform);
}

void build_of(struct build_of *b, struct arena *a, const struct expected *x, const struct stack *s, const char *arch, bool tegra)
{
    const char *version = stack_version(s, "torch"), *cuda = stack_version(s, "cuda");
    size_t n = version != NULL ? text_version_length(version) : 0;

    *b = (struct build_of){ .kind = BUILD_UNNAMED, .cuda = cuda, .platform = text_make(a, "linux-%s", arch != NULL ? arch : "unknown") };
    if (n == 0) {
        not_compared(b, BUILD_UNNAMED, "a PyTorch of unknown version", "none of its files states its version");
        return;
    }
    b->torch = arena_copy(a, version, n);
    if (!is_of_others(b, a, s, version, stack_version(s, "conda:pytorch"), tegra))
        look_up(b, a, x, version, cuda);
}
