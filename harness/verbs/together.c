/* A trial about several GPUs: those take part that may be used and have passed what it rests on. A sick one is told of,
 * and the others are tested without it. */
#include "verbs/session.h"

#include "base/text.h"
#include "model/harm.h"

/* What was not reached says itself what failed. */
static const char *how_it_ended(const struct judged *j, struct arena *a)
{
    static const char not_reached[] = "not reached: ";

    if (j->verdict == SKIP && text_starts(j->why, not_reached))
        return j->why + sizeof not_reached - 1;
    if (j->verdict == SKIP)
        return text_make(a, "%s was skipped: %s", j->trial.id, j->why);
    return text_make(a, "%s %s", j->trial.id, j->verdict == FAIL ? "failed" : "is broken");
}

/* The first thing under one of the batch's trials that did not pass on that GPU; NULL: all did. */
static const char *what_failed(const struct session *s, const struct batch *b, const struct device *d)
{
    for (size_t i = 0; i < s->plan.n_trials; i++) {
        const struct judged *j = &s->judged[i];

        if (s->plan.trials[i].device != d || !s->has_outcome[i] || j->verdict == PASS)
            continue;
        for (size_t k = 0; k < b->n; k++)
            for (size_t at = 0; at < COUNT_OF(b->trials[k]->probe->rests_on) && b->trials[k]->probe->rests_on[at] != NULL; at++)
                if (trial_is_under(&s->plan.trials[i], b->trials[k], b->trials[k]->probe->rests_on[at]))
                    return how_it_ended(j, s->arena);
    }
    return NULL;
}

static const char *why_not(const struct session *s, const struct batch *b, const struct device *d)
{
    const char *why = harm_forbids(d, s->o->level >= LEVEL_FULL, s->o->even_if_busy, s->arena);
    const struct judged *stuck = session_stuck_on(s, d);

    /* What NCCL allocates for itself among several GPUs cannot be held below harm.h's bound. */
    if (why == NULL && d->foreign != NULL && b->job.stack != NULL && !s->o->even_if_busy)
        why = text_make(s->arena, "it is used by %s (--even-if-busy tests it all the same)", d->foreign);
    if (why != NULL)
        return why;
    return stuck != NULL ? text_make(s->arena, "it is left alone since %s is stuck", stuck->trial.id) : what_failed(s, b, d);
}

void session_gather(struct session *s, struct batch *b)
{
    const struct gpu_set *all = b->job.set;
    const struct device **gpus = arena_alloc(s->arena, all->n * sizeof *gpus);
    struct gpu_set *able = arena_alloc(s->arena, sizeof *able);
    struct text without = { .arena = s->arena };

    *able = (struct gpu_set){ .gpus = gpus };
    for (size_t i = 0; i < all->n; i++) {
        const char *why = why_not(s, b, all->gpus[i]);

        if (why == NULL)
            gpus[able->n++] = all->gpus[i];
        else
            text_add(&without, "%sgpu%d (%s)", without.n > 0 ? ", " : "", all->gpus[i]->index, why);
    }
    able->without = without.s;
    b->job.set = able;
    for (size_t i = 0; i < b->n; i++)
        s->gathered[session_index(s, b->trials[i])] = able;
}
