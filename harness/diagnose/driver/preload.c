/* Libraries that are preloaded before the driver's: those that split GPUs between containers (HAMi, cGPU), profilers, and leftovers. */
#include "diagnose/look.h"

#include "base/text.h"

static const struct fact *fact_with_source(const struct look *l, const char *key)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_facts; i++)
        if (text_is(m->facts[i].key, key))
            return &m->facts[i];
    return NULL;
}

/* The file of "/usr/local/vgpu/libvgpu.so, which defines dlsym". */
static const char *hook_file(const struct look *l, const struct fact *hook)
{
    size_t n = 0;

    while (hook->value[n] != '\0' && hook->value[n] != ',')
        n++;
    return arena_copy(l->a, hook->value, n);
}

/* A crash inside it, a crash or a hang in a call that goes through it; NULL: nothing is seen of it. */
static const struct judged *died_by(const struct look *l, const char *file, bool *inside)
{
    const struct judged *died = NULL;

    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];
        const struct outcome *o = &j->outcome;

        if (o->ending != ENDED_CRASHED && o->ending != ENDED_TIMEOUT)
            continue;
        *inside = o->blamed != NULL && text_is(text_base_name(o->blamed), text_base_name(file));
        if (*inside)
            return j;
        if (died == NULL)
            died = j;
    }
    return died;
}

static void fix_of_file(struct look *l, const char *whose)
{
    if (text_is(whose, "LD_PRELOAD"))
        fix(l, "unset LD_PRELOAD");
    else
        advise(l, "update that library to a version for this driver; or take its line out of %s, which needs root, and is its owner's to decide where it shares GPUs", whose);
}

/* Tried both ways. */
static void look_for_shown(struct look *l, const struct judged *without, const struct judged *off)
{
    const struct fact *hook = fact_with_source(l, "preload.hook");
    const char *list = variable(l, "LD_PRELOAD");
    const struct judged *j = without != NULL ? without : off;

    found(l, SHOWN, "a preloaded library breaks the driver's calls: %s", hook != NULL ? hook->value : list != NULL ? list : "one of LD_PRELOAD");
    evidence(l, "%s: %s; %s it passes", j->trial.id, j->why, without != NULL ? "without LD_PRELOAD" : "with CUDA_DISABLE_CONTROL=true");
    if (list != NULL && without != NULL)
        evidence(l, "LD_PRELOAD=%s", list);
    fix(l, without != NULL ? "unset LD_PRELOAD" : "export CUDA_DISABLE_CONTROL=true");
}

static void look_for_hook(struct look *l)
{
    const struct judged *without = passes_with(l, "without.LD_PRELOAD"), *off = passes_with(l, "with.CUDA_DISABLE_CONTROL"), *died;
    const struct fact *hook = fact_with_source(l, "preload.hook");
    const char *tried = NULL;
    bool inside = false;

    if (without != NULL || off != NULL) {
        look_for_shown(l, without, off);
        return;
    }
    died = hook != NULL ? died_by(l, hook_file(l, hook), &inside) : NULL;
    if (died == NULL)
        return;
    for (size_t i = 0; i < died->outcome.n_saw; i++)
        if (text_is(died->outcome.saw[i].key, "without.LD_PRELOAD"))
            tried = died->outcome.saw[i].text;
    if (!inside && tried != NULL)
        return;                         /* without it, it is no better */
    found(l, inside ? SHOWN : LIKELY, inside ? "a preloaded library crashes in the driver's calls: %s" : "a preloaded library stands between programs and the driver, and what goes "
          "through it does not come back: %s", hook->value);
    evidence(l, "%s: %s", died->trial.id, died->why);
    evidence_of_fact(l, "preload.hook");
    fix_of_file(l, hook->source);
}

static void look_for_unusable(struct look *l)
{
    const struct fact *file = fact_with_source(l, "preload.unusable");

    if (file == NULL)
        return;
    found(l, SHOWN, "%s names a library that cannot be preloaded, which every program complains of, and does without: %s", file->source, file->value);
    evidence_of_fact(l, "preload.unusable");
    if (text_is(file->source, "LD_PRELOAD"))
        fix(l, "unset LD_PRELOAD");
    else
        advise(l, "install that library again, or take its line out of %s, which needs root", file->source);
}

const struct rule preload_rules[] = {
    { { "preload-hook", LINK_DRIVER_LIBRARY, .what = "LD_PRELOAD or /etc/ld.so.preload brings a library that answers the driver's calls, or dlsym, before the driver: those that split GPUs "
        "between containers do. One that is not made for this driver or this cuDNN crashes, hangs, or refuses memory that is free.",
        .unlike = "driver-hangs: there no such library is loaded. A real vGPU needs none." }, look_for_hook },
    { { "preload-unusable", LINK_WORK, .what = "The loader writes \"cannot be preloaded\" at the start of every program: the file is missing or is no library, as when a host's folder is not mounted "
        "into its container.", .unlike = "preload-hook: there it is loaded, and does harm." }, look_for_unusable },
    { { .id = NULL }, NULL },
};
