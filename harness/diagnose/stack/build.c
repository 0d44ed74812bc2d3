/* What a PyTorch was built for: a machine without GPUs, AMD's, Jetsons, older or newer GPUs than this machine's. */
#include "diagnose/look.h"

#include <string.h>

#include "base/text.h"
#include "model/gpu_code.h"
#include "model/repair.h"

/* " torchvision==0.19.1+cu124" for one that was built without CUDA as well: the pair must be of one build. */
static const char *sisters(const struct look *l, const char *usable)
{
    static const char *const names[] = { "torchvision", "torchaudio" };
    const char *variant = strchr(usable, '+'), *torch = stated(l, "torch");
    struct text t = { .arena = l->a };

    text_put(&t, "", 0);
    for (size_t i = 0; i < COUNT_OF(names) && variant != NULL && torch != NULL; i++) {
        const char *is = stated(l, text_make(l->a, "companion:%s", names[i]));

        if (is != NULL && text_starts(usable, arena_copy(l->a, torch, text_version_length(torch))))
            text_add(&t, " %s==%.*s%s", names[i], (int)text_version_length(is), is, variant);
    }
    return t.s;
}

/* R36 of "# R36 (release), REVISION: 4.3, ...": JetPack 6. From R38 on Jetsons run what servers run (JetPack 7). */
static bool runs_server_builds(const char *release)
{
    const char *at = release != NULL ? strchr(release, 'R') : NULL;

    return at == NULL || text_version_major(at + 1) >= 38;
}

static void advise_jetson(struct look *l)
{
    advise(l, "install the PyTorch that NVIDIA builds for this JetPack: https://docs.nvidia.com/deeplearning/frameworks/install-pytorch-jetson-platform/");
}

/* By the one that installed it: conda's other builds are found in other ways. */
static void fix_build(struct look *l)
{
    const char *install = stated(l, "usable:install"), *conda = stated(l, "usable:conda"), *usable = stated(l, "usable");
    const char *prefix = quoted(l, l->stack->prefix), *held = stated(l, "conda:cpuonly") != NULL ? text_make(l->a, "conda remove -p %s -y cpuonly && ", prefix) : "";

    if (l->r->machine->place == PLACE_TEGRA && !runs_server_builds(fact(l, "tegra.release")))
        advise_jetson(l);
    else if (stated(l, "conda:pytorch") != NULL && (conda == NULL || text_is(stated(l, "build:kind"), "conda")))
        fix(l, "%sconda install -p %s -y -c conda-forge pytorch-gpu", held, prefix);
    else if (stated(l, "conda:pytorch") != NULL)
        fix(l, "%sconda install -p %s -y %s", held, prefix, conda);
    else if (install == NULL || !fix_by_pip(l, "%s%s", text_make(l->a, "%.*s%s", (int)strcspn(install, " "), install, sisters(l, usable)), install + strcspn(install, " ")))
        fix(l, "gpuvet matrix");            /* prints the build that fits this machine, and how it is installed */
}

static bool is_hip(const struct look *l)
{
    return stated(l, "hip") != NULL || text_is(stated(l, "build:kind"), "rocm") || text_has(l->stack->unusable, "ROCm");
}

/* ---- Not for NVIDIA's GPUs at all ---- */

static void look_for_cpu_build(struct look *l)
{
    const char *torch = stated(l, "torch"), *conda = stated(l, "conda:pytorch");

    if (l->stack->unusable == NULL || !l->r->machine->gpu_meant || is_hip(l))
        return;
    found(l, SHOWN, "%s is %s", l->stack->name, l->stack->unusable);
    evidence(l, "%s: torch %s, and torch.version.cuda is None", l->stack->prefix, torch != NULL ? torch : "of a version that no file says");
    if (conda != NULL)
        evidence(l, "conda chose the build %s%s", conda, stated(l, "conda:cpuonly") != NULL ? "; its package cpuonly holds it to builds without CUDA" : "");
    if (text_is(l->r->machine->arch, "aarch64") && conda == NULL)
        evidence(l, "this machine is aarch64, for which PyPI's own builds had no CUDA; those of PyTorch's index have");
    fix_build(l);
}

static void look_for_hip_build(struct look *l)
{
    const char *hip = stated(l, "hip");

    if (l->stack->unusable == NULL || !l->r->machine->gpu_meant || !is_hip(l))
        return;
    found(l, SHOWN, "%s is a build of PyTorch for AMD's GPUs (ROCm), and this machine has NVIDIA's", l->stack->name);
    evidence(l, "%s: torch %s%s%s", l->stack->prefix, stated(l, "torch") != NULL ? stated(l, "torch") : "of a version that no file says",
             hip != NULL ? ", torch.version.hip is " : "", hip != NULL ? hip : "");
    evidence(l, "%s", l->r->machine->why_meant != NULL ? l->r->machine->why_meant : "an NVIDIA GPU is meant");
    fix_build(l);
}

/* ---- For another kind of machine ---- */

static void look_for_jetson(struct look *l)
{
    const struct machine *m = l->r->machine;
    const char *torch = stated(l, "torch"), *kind = stated(l, "build:kind"), *release = fact(l, "tegra.release");

    if (!text_is(m->arch, "aarch64") || torch == NULL)
        return;
    if (m->place == PLACE_HOST && text_has(torch, ".nv")) {
        found(l, LIKELY, "%s is NVIDIA's build for Jetson, whose libraries come with JetPack, and this machine is none", l->stack->name);
        evidence(l, "%s: torch %s", l->stack->prefix, torch);
        evidence(l, "there is no /etc/nv_tegra_release");
        fix_build(l);
    } else if (m->place == PLACE_TEGRA && (text_is(kind, "official") || text_is(kind, "not listed")) && !runs_server_builds(release)) {
        found(l, SHOWN, "%s is built for servers of aarch64, and this is a Jetson, whose GPU is driven otherwise", l->stack->name);
        evidence(l, "%s: torch %s", l->stack->prefix, torch);
        evidence_of_fact(l, "tegra.release");
        advise_jetson(l);
    }
}

/* ---- For other GPUs ---- */

/* The architectures that it was seen to have code for, newest and oldest as compute capabilities times ten; 0: not known. */
struct span { int oldest, newest; };

static struct span span_of(const struct look *l, const char *list)
{
    struct span s = { 0, 0 };
    char *words = arena_text(l->a, list != NULL ? list : ""), *word;
    struct gpu_code code;

    while ((word = strtok_r(words, " ,", &words)) != NULL) {
        if (!gpu_code_parse(&code, word))
            continue;
        s.oldest = s.oldest == 0 || code.arch < s.oldest ? code.arch : s.oldest;
        s.newest = code.arch > s.newest ? code.arch : s.newest;
    }
    return s;
}

/* What a trial on that GPU saw of a library that has nothing for it. */
static const struct judged *uncovered(const struct look *l, const char **what)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];
        const struct observation *o = j->trial.stack == l->stack && j->trial.device != NULL ? outcome_saw(&j->outcome, "uncovered") : NULL;

        if (o != NULL) {
            *what = o->text;
            return j;
        }
    }
    return NULL;
}

static void tell_uncovered(struct look *l, const struct judged *j, const char *what, const char *how)
{
    const struct device *d = j->trial.device;
    const char *usable = stated(l, "usable");

    found(l, SHOWN, "%s was built for %s GPUs than %s (compute capability %d.%d): \"no kernel image is available\"", l->stack->name, how,
          d->name != NULL ? d->name : "this one", d->cc / 10, d->cc % 10);
    evidence(l, "%s", what);
    if (usable != NULL)
        evidence(l, "PyTorch %s has code for it", usable);
    fix_build(l);
}

static void look_for_newer_gpu(struct look *l)
{
    const char *what;
    const struct judged *j = uncovered(l, &what);
    const struct span s = j != NULL ? span_of(l, strstr(what, "it has ")) : (struct span){ 0, 0 };

    if (j != NULL && s.newest > 0 && j->trial.device->cc > s.newest)
        tell_uncovered(l, j, what, "older");
}

static void look_for_older_gpu(struct look *l)
{
    const char *what;
    const struct judged *j = uncovered(l, &what);
    const struct span s = j != NULL ? span_of(l, strstr(what, "it has ")) : (struct span){ 0, 0 };

    if (j != NULL && s.newest > 0 && j->trial.device->cc < s.oldest)
        tell_uncovered(l, j, what, "newer");
}

/* Between those that it has: of a Jetson, or one whose PTX the driver is too old for. */
static void look_for_gap(struct look *l)
{
    const char *what;
    const struct judged *j = uncovered(l, &what);
    const struct span s = j != NULL ? span_of(l, strstr(what, "it has ")) : (struct span){ 0, 0 };

    if (j == NULL || (s.newest > 0 && (j->trial.device->cc > s.newest || j->trial.device->cc < s.oldest)))
        return;
    found(l, SHOWN, "%s cannot be used on %s: %s", l->stack->name, j->trial.device->name != NULL ? j->trial.device->name : "this GPU", what);
    evidence(l, "%s: %s", j->trial.id, what);
    fix_build(l);
}

/* ---- Other packages' code ---- */

static struct gpu_cover cover_of(const struct look *l, const char *list, int cc)
{
    char *words = arena_text(l->a, list), *word;
    struct gpu_code *codes = NULL, code;
    size_t n = 0;

    while ((word = strtok_r(words, " ", &words)) != NULL)
        if (gpu_code_parse(&code, word))
            *ARENA_PUSH(l->a, codes, n) = code;
    return gpu_code_covers(codes, n, cc);
}

static void tell_extension(struct look *l, const struct stack_version *v, const struct device *d)
{
    const char *package = v->what + strlen("codes:"), *name = arena_copy(l->a, package, strcspn(package, " "));

    found(l, LIKELY, "%s has no code for %s (compute capability %d.%d): where it is used, \"no kernel image is available\"", package,
          d->name != NULL ? d->name : "this GPU", d->cc / 10, d->cc % 10);
    evidence(l, "%s has code for %s", v->source != NULL ? v->source : package, v->version);
    (void)fix_by_pip(l, "--upgrade --no-deps %s", quoted(l, name));
    advise(l, "where no newer one has it: TORCH_CUDA_ARCH_LIST=%d.%d pip install --force-reinstall --no-deps --no-build-isolation --no-cache-dir --no-binary %s %s", d->cc / 10, d->cc % 10, name, name);
}

static void look_for_extension(struct look *l)
{
    for (size_t i = 0; i < l->stack->n_versions; i++) {
        const struct stack_version *v = &l->stack->versions[i];

        for (size_t k = 0; k < l->r->n_devices && text_starts(v->what, "codes:"); k++) {
            const struct device *d = &l->r->devices[k];
            const struct gpu_cover cover = d->answers ? cover_of(l, v->version, d->cc) : (struct gpu_cover){ .sass = true };

            if (cover.has_code && !cover.sass && !cover.ptx) {
                tell_extension(l, v, d);
                break;
            }
        }
    }
}

const struct rule build_rules[] = {
    { { "cpu-only-build", LINK_BUILD, .of_stack = true, .what = "The installed PyTorch was built without CUDA: pip or conda chose such a build, or a dependency brought it.",
        .unlike = "driver-too-old, and a driver that does not answer: there torch.version.cuda says something." }, look_for_cpu_build },
    { { "rocm-build", LINK_BUILD, .of_stack = true, .what = "The installed PyTorch was built for AMD's GPUs: torch.version.hip says something, torch.version.cuda nothing.",
        .unlike = "cpu-only-build: there neither says anything." }, look_for_hip_build },
    { { "jetson-mixed-up", LINK_BUILD, .of_stack = true, .what = "Jetsons up to JetPack 6 need builds of their own; those need libraries that JetPack alone brings.",
        .unlike = "cpu-only-build: PyPI's builds for aarch64 had no CUDA." }, look_for_jetson },
    { { "gpu-newer-than-build", LINK_BUILD, .of_stack = true, .needs_gpu = true, .what = "A build runs on the GPUs whose machine code it carries, and by its PTX on later ones. This one was made before this GPU.",
        .unlike = "gpu-older-than-build: the same code 209, the other way round. triton-too-old: there the message names ptxas. ptx-too-new is code 222." }, look_for_newer_gpu },
    { { "gpu-older-than-build", LINK_BUILD, .of_stack = true, .needs_gpu = true, .what = "New builds leave out old GPUs: those for CUDA 12.8 have nothing before Volta, those for CUDA 13 nothing before Turing.",
        .unlike = "gpu-newer-than-build. A driver that no longer drives the GPU shows none." }, look_for_older_gpu },
    { { "build-not-for-gpu", LINK_BUILD, .of_stack = true, .needs_gpu = true, .general = true, .what = "A library of the build has no code that this GPU runs, though it has for older and newer ones.",
        .unlike = "gpu-newer-than-build, gpu-older-than-build." }, look_for_gap },
    { { "extension-not-for-gpu", LINK_BUILD, .of_stack = true, .needs_gpu = true, .general = true, .what = "A package that is compiled by itself (flash-attn, xformers, vllm) has a list of GPUs of its own.",
        .unlike = "gpu-newer-than-build: there PyTorch's own kernels fail as well." }, look_for_extension },
    { { .id = NULL }, NULL },
};
