/* What the driver is too old for, and what of it compiles PTX. */
#include "diagnose/look.h"

#include "base/text.h"

/* ---- The stack's CUDA is newer than the driver ---- */

/* A call of the runtime that answers 35, in a trial of this stack. */
static const struct judged *insufficient(const struct look *l)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct outcome *o = &l->r->trials[i].outcome;

        if (l->r->trials[i].trial.stack == l->stack && o->stop == STOP_CALL && o->call != NULL && text_starts(o->call, "cuda") && o->code == 35)
            return &l->r->trials[i];
    }
    return NULL;
}

/* A driver runs what was built for any CUDA of its own major version, and for older ones. Of a stack that is for a newer one, the first trial that a
 * call's code ended; NULL: it is not, or there is none, as under a libcuda for forward compatibility. */
static const struct judged *failed_under_older(const struct look *l)
{
    const char *driver = report_saw(l->r, "cuda.driver"), *cuda = stated(l, "cuda");

    if (driver == NULL || cuda == NULL || text_version_major(driver) >= text_version_major(cuda))
        return NULL;
    for (size_t i = 0; i < l->r->n_trials; i++)
        if (l->r->trials[i].trial.stack == l->stack && l->r->trials[i].verdict == FAIL && l->r->trials[i].outcome.stop == STOP_CALL)
            return &l->r->trials[i];
    return NULL;
}

static void evidence_of_failure(struct look *l, const struct judged *j)
{
    const char *driver = report_saw(l->r, "cuda.driver"), *cuda = stated(l, "cuda");

    evidence(l, "%s: %s", j->trial.id, j->why);
    if (driver != NULL && cuda != NULL)
        evidence(l, "driver.answers: the driver is for CUDA %s; %s is for CUDA %s", driver, l->stack->name, cuda);
}

/* 35 is the runtime's word for a libcuda that it could not load, too: that one is found by itself. */
static void look_for_old_driver(struct look *l)
{
    const struct stack *s = l->stack;
    const char *needs = stated(l, "expect:driver"), *has = stated(l, "machine:driver"), *install = stated(l, "fits:install"), *why = stated(l, "driver:why");
    const bool by_files = text_is(stated(l, "driver:holds"), "no");
    const struct judged *told = report_answering(l->r) > 0 ? insufficient(l) : NULL;

    if (told == NULL)
        told = failed_under_older(l);
    if (!by_files && told == NULL)
        return;
    found(l, SHOWN, "the driver is too old for %s%s%s", s->name, why != NULL && by_files ? ": " : "", why != NULL && by_files ? why : "");
    if (needs != NULL && has != NULL && by_files)
        evidence(l, "it needs driver %s or newer, and this machine has %s", needs, has);
    if (told != NULL)
        evidence_of_failure(l, told);
    if (install == NULL || !fix_by_pip(l, "%s", install))
        fix_driver(l, needs != NULL ? (unsigned)text_version_major(needs) : 0, fact(l, "module.flavor"));
}

/* ---- The driver's compiler ---- */

/* Of another version than libcuda, both by the names of their files; NULL: not so. */
static const char *other_version(const struct look *l)
{
    const char *jit = fact(l, "driver.jit.version"), *cuda = fact(l, "driver.library.version");

    return jit != NULL && cuda != NULL && text_compare_versions(jit, cuda) != 0 ? jit : NULL;
}

static void look_for_jit(struct look *l)
{
    const struct judged *told = ended_by(l, NULL, 221);
    const char *other = other_version(l), *cuda = fact(l, "driver.library.version");
    const bool is_there = fact(l, "driver.jit") != NULL;

    if (told == NULL && other == NULL)
        return;
    if (other != NULL)
        found(l, told != NULL ? SHOWN : LIKELY, "libnvidia-ptxjitcompiler.so.1, by which the driver compiles PTX, is of version %s, and libcuda of %s", other, cuda);
    else if (!is_there)
        found(l, SHOWN, "libnvidia-ptxjitcompiler.so.1, by which the driver compiles PTX, is nowhere that the loader looks");
    else
        found(l, LIKELY, "the driver does not find a compiler for what it was given, though its PTX compiler is there: the code is of a newer kind than this driver knows");
    if (told != NULL)
        evidence_of_call(l, told);
    if (is_there)
        evidence_of_fact(l, "driver.jit");
    if (other != NULL) {
        evidence_of_fact(l, "driver.jit.version");
        evidence_of_fact(l, "driver.library.version");
    }
    if (is_in_container(l) && !is_there)
        advise(l, "start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility, which gives it the whole of the driver's compute part");
    else
        fix_driver(l, l->r->machine->module_version != NULL && (other != NULL || !is_there) ? (unsigned)text_version_major(l->r->machine->module_version) : 0, fact(l, "module.flavor"));
}

/* Tried both ways. */
static void look_for_cache(struct look *l)
{
    const struct judged *without = passes_with(l, "without.PTX_cache");
    const char *path = variable(l, "CUDA_CACHE_PATH");

    if (without == NULL)
        return;
    found(l, SHOWN, "the cache of compiled PTX, %s, is damaged or cannot be used: without it the same code loads", path != NULL ? path : "~/.nv/ComputeCache");
    evidence(l, "%s: %s; with CUDA_CACHE_DISABLE=1 it passes", without->trial.id, without->why);
    fix(l, "export CUDA_CACHE_DISABLE=1");
    advise(l, "once that folder is deleted, which loses only what is compiled again, the cache may be used again");
}

const struct rule age_rules[] = {
    { { "jit-missing", LINK_DRIVER, .needs_gpu = true, .what = "The driver's compiler for PTX is a library of its own, which goes with a libcuda of its very version (221).",
        .unlike = "ptx-too-new answers 222." }, look_for_jit },
    { { "ptx-cache-damaged", LINK_DRIVER, .needs_gpu = true, .what = "What the driver compiled is kept in a folder of the user's, and taken from there the next time.",
        .unlike = "jit-missing and ptx-too-new: there it fails without the cache, too." }, look_for_cache },
    { { "driver-too-old", LINK_BUILD, .of_stack = true, .what = "The driver is older than the CUDA with which the stack was built needs: the runtime answers 35, cuBLAS 1 and cuDNN 1001.",
        .unlike = "35 with no libcuda at all is libcuda-missing; compat-mismatch; cpu-only-build; ptx-too-new, where the driver is of the right major version." }, look_for_old_driver },
    { { .id = NULL }, NULL },
};
