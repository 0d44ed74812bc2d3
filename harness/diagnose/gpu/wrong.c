/* Results that are wrong while no call says so: of our own kernels, which is the GPU's doing, or of a library's alone. */
#include "diagnose/look.h"

#include "base/text.h"

/* Ended as it should, and some of what it computed is not what it must be. */
static bool is_wrong(const struct judged *j)
{
    static const char *const keys[] = { "wrong", "device.wrong", "host.wrong" };

    if (outcome_saw(&j->outcome, "wrong.pairs") != NULL)        /* on the way between GPUs (bus.c) */
        return false;
    for (size_t i = 0; i < COUNT_OF(keys) && j->verdict == FAIL && j->outcome.ending == ENDED_CLEAN && j->outcome.stop == STOP_NONE; i++) {
        const struct observation *o = outcome_saw(&j->outcome, keys[i]);

        if (o != NULL && o->is_number && o->number > 0)
            return true;
    }
    return false;
}

static const struct judged *wrong_of(const struct look *l, const struct stack *stack)
{
    for (size_t i = 0; i < l->r->n_trials; i++)
        if (l->r->trials[i].trial.stack == stack && is_wrong(&l->r->trials[i]))
            return &l->r->trials[i];
    return NULL;
}

static void look_for_gpu(struct look *l)
{
    const struct judged *told = wrong_of(l, NULL);
    size_t told_of = 0;

    if (told == NULL)
        return;
    found(l, SHOWN, "a GPU computes wrongly, and no call says so: %s", told->why);
    for (size_t i = 0; i < l->r->n_trials && told_of < 8; i++)
        if (l->r->trials[i].trial.stack == NULL && is_wrong(&l->r->trials[i])) {
            evidence(l, "%s: %s", l->r->trials[i].trial.id, l->r->trials[i].why);
            told_of++;
        }
    fix(l, "gpuvet torture");
    advise(l, "take it out of service and try it alone, at its own clocks, with its own power cables and without a riser; if it is wrong there, too, have it replaced");
}

/* The variables by which all FP32 products are made in TF32, of which one is set. */
static const char *forced_tf32(const struct look *l)
{
    static const char *const names[] = { "NVIDIA_TF32_OVERRIDE", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE" };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (text_is(variable(l, names[i]), "1"))
            return names[i];
    return NULL;
}

static void look_for_library(struct look *l)
{
    const struct judged *told = wrong_of(l, l->stack);
    const char *name = forced_tf32(l);

    if (told == NULL || wrong_of(l, NULL) != NULL)
        return;
    found(l, LIKELY, "a library of %s gives other results than it must on a GPU on which our own kernels are right%s", l->stack->name,
          name != NULL ? text_make(l->a, ": %s=1 has every FP32 product computed in TF32, which keeps about three digits", name) : "");
    evidence(l, "%s: %s", told->trial.id, told->why);
    if (name != NULL) {
        fix(l, "unset %s", name);
        return;
    }
    fix(l, "gpuvet matrix");
    advise(l, "install the build that it says is for this GPU; if that is wrong, too, tell its maintainers with this report");
}

const struct rule wrong_rules[] = {
    { { "gpu-computes-wrongly", LINK_GPU, .needs_gpu = true, .what = "A kernel of our own, without any library, gave another result than the one that is exact.",
        .unlike = "library-computes-wrongly: there our kernels are right. Where only copies between GPUs are wrong, it is the way between them. A kernel's error code is another thing." }, look_for_gpu },
    { { "library-computes-wrongly", LINK_BUILD, .of_stack = true, .needs_gpu = true,
        .what = "A library without right code for a GPU may give zeros or nonsense, the same at each run, and no error.",
        .unlike = "tf32-precision: there errors are about a thousandth. gpu-computes-wrongly: there everything on that GPU is in doubt." }, look_for_library },
    { { .id = NULL }, NULL },
};
