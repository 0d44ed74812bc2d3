/* One failure has many causes: it is tried once more with one thing changed at a time, and the change with which it passes names the cause. */
#include "verbs/session.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

/* For all variants of a diagnosis, and for each of them. A user whose driver hangs waits for the trial itself, and for no more than this. */
enum { ALL_MS = 10000, ONE_S = 4 };

/* Which failures a variant may mend. */
enum subject {
    OF_DRIVER = 1,              /* the driver's own trial: libcuda does not begin */
    OF_GPU    = 2,              /* the first one on a GPU that failed in a call */
    OF_JIT    = 4,              /* ... in a call that compiles PTX */
};

struct variant {
    const char *key;            /* under which the failed trial is told what came of it */
    int         subjects;
    const char *without, *with; /* as struct job's */
    bool        own_libcuda;    /* with the libcuda that belongs to the loaded kernel module */
    bool      (*applies)(const struct session *s);      /* NULL: where `without` is set */
};

/* Where one was asked for, or where CUDA looks by itself. */
static bool may_use_mps(const struct session *s)
{
    return machine_fact(&s->machine, "mps.pipe") != NULL;
}

static bool is_split_by_hami(const struct session *s)
{
    const char *hook = machine_fact(&s->machine, "preload.hook");

    return hook != NULL && text_has(hook, "libvgpu");
}

/* NULL: it is the one that is used, or is not known. */
static const char *own_libcuda(const struct session *s)
{
    const char *own = machine_fact(&s->machine, "driver.library.own");

    return own != NULL && !text_is(own, machine_fact(&s->machine, "driver.library.file")) ? root_outer_path(&s->root, s->arena, own) : NULL;
}

static bool has_another_libcuda(const struct session *s)
{
    return own_libcuda(s) != NULL;
}

static bool may_cache(const struct session *s)
{
    return environment_get(&s->environment, "CUDA_CACHE_DISABLE") == NULL;
}

/* In this order: what says most comes first. */
static const struct variant variants[] = {
    { "without.LD_PRELOAD", OF_DRIVER | OF_GPU, "LD_PRELOAD", NULL, false, NULL },
    { "with.own_libcuda", OF_DRIVER, NULL, NULL, true, has_another_libcuda },
    { "without.CUDA_VISIBLE_DEVICES", OF_DRIVER, "CUDA_VISIBLE_DEVICES", NULL, false, NULL },
    { "without.MPS", OF_DRIVER | OF_GPU, NULL, "CUDA_MPS_PIPE_DIRECTORY=/nonexistent", false, may_use_mps },
    { "without.LD_LIBRARY_PATH", OF_DRIVER, "LD_LIBRARY_PATH", NULL, false, NULL },
    /* The switch of HAMi-core, a library that splits GPUs: https://github.com/Project-HAMi/HAMi-core */
    { "with.CUDA_DISABLE_CONTROL", OF_DRIVER | OF_GPU, NULL, "CUDA_DISABLE_CONTROL=true", false, is_split_by_hami },
    { "without.PTX_cache", OF_JIT, NULL, "CUDA_CACHE_DISABLE=1", false, may_cache },
};

/* It is this process's variables that a child gets; those of a recorded machine are only told. */
static bool is_set(const struct session *s, const char *name)
{
    const size_t n = strlen(name);

    for (char *const *v = s->env; *v != NULL; v++)
        if (strncmp(*v, name, n) == 0 && (*v)[n] == '=' && (*v)[n + 1] != '\0')
            return true;
    return false;
}

static bool changes_anything(const struct session *s, const struct variant *v)
{
    return v->applies != NULL ? v->applies(s) : is_set(s, v->without);
}

/* A call or a crash in one that loads or links a GPU's code. */
static bool is_jit(const struct outcome *o)
{
    static const char *const calls[] = { "cuModuleLoad", "cuLibraryLoad", "cuLink" };

    for (size_t i = 0; i < COUNT_OF(calls) && o->call != NULL; i++)
        if (text_starts(o->call, calls[i]))
            return true;
    return false;
}

static int subject_of(const struct judged *j)
{
    const struct outcome *o = &j->outcome;
    const bool is_call = o->stop == STOP_CALL || o->ending == ENDED_CRASHED || o->ending == ENDED_TIMEOUT;

    if (j->trial.stack == NULL && j->trial.device == NULL && j->trial.set == NULL)
        return text_is(j->trial.probe->name, "driver.answers") ? OF_DRIVER : 0;
    if (j->trial.device == NULL || !is_call)
        return 0;
    return OF_GPU | (is_jit(o) ? OF_JIT : 0);
}

static const char *in_words(const struct judged *tried, const struct judged *failed, struct arena *a)
{
    const struct outcome *now = &tried->outcome, *before = &failed->outcome;

    if (tried->verdict == PASS)
        return "passes";
    if (now->ending == before->ending && now->stop == before->stop && now->code == before->code && text_is(now->call, before->call))
        return "the same";
    return text_make(a, "%s", tried->why);
}

/* True: it passes so. */
static bool try_one(struct session *s, struct judged *j, const struct variant *v, int64_t left_ms)
{
    const struct trial *t = &s->plan.trials[(size_t)(j - s->judged)];
    struct judged tried = { .why = NULL };
    struct batch b = session_batch(s, t);

    b.job.without = v->without;
    b.job.with = v->with;
    b.job.libcuda = v->own_libcuda ? own_libcuda(s) : NULL;
    b.limit_s = left_ms < ONE_S * 1000 ? (unsigned)(left_ms + 999) / 1000 : ONE_S;
    b.grace_ms = b.limit_s * 250;
    session_run_aside(s, &b, t, &tried);
    if (tried.outcome.ending == ENDED_NOT_RUN)
        return false;
    outcome_add(&j->outcome, s->arena, v->key, in_words(&tried, j, s->arena));
    return tried.verdict == PASS;
}

static void try_all(struct session *s, struct judged *j, int subjects, int64_t end_ms)
{
    for (size_t i = 0; i < COUNT_OF(variants); i++) {
        const int64_t left_ms = end_ms - clock_ms();

        if (left_ms <= 0 || process_interrupted() != 0)
            return;
        if ((variants[i].subjects & subjects) != 0 && changes_anything(s, &variants[i]) && try_one(s, j, &variants[i], left_ms))
            return;
    }
}

void session_try_variants(struct session *s)
{
    const int64_t end_ms = clock_ms() + ALL_MS;
    int tried = 0;

    for (size_t i = 0; i < s->plan.n_trials; i++) {
        struct judged *j = &s->judged[i];
        const int subjects = s->has_outcome[i] && j->verdict == FAIL ? subject_of(j) & ~tried : 0;

        /* What the kernel keeps would keep its like, too. */
        if (subjects == 0 || j->outcome.ending == ENDED_STUCK || session_is_quarantined(s, &s->plan.trials[i]))
            continue;
        tried |= subjects;
        try_all(s, j, subjects, end_ms);
    }
}
