/* Whether what a GPU measured is what the others like it in the machine measure. */
#include "model/judge.h"

#include "base/text.h"
#include "model/beside.h"

static const char *below(const struct judged *j, const struct beside *b, struct arena *a)
{
    const struct figure *f = j->figure;
    const char *others = b->n_others == 1 ? text_make(a, "the other %s of this machine", j->trial.device->name)
                                          : text_make(a, "the other %zu %s of this machine, by their median", b->n_others, j->trial.device->name);

    if (b->by_clock)
        return text_make(a, "%s %s at %.0f MHz are, clock for clock, %.1f %% less than %s", figure_shown(f->middle).s, f->unit, f->clock, 100 * b->below, others);
    return text_make(a, "%s %s are %.1f %% less than the %s of %s", figure_shown(f->middle).s, f->unit, 100 * b->below, figure_shown(b->others).s, others);
}

static void warn(struct judged *j, const char *why, struct arena *a)
{
    j->why = j->warns ? text_make(a, "%s; %s", j->why, why) : why;
    j->warns = true;
}

static void decide(struct judged *j, const struct beside *b, struct arena *a)
{
    switch (b->is) {
    case BESIDE_ALIKE:
        break;
    case BESIDE_LOW:
        warn(j, below(j, b, a), a);
        break;
    case BESIDE_NOISY:
        warn(j, text_make(a, "%s, but its own rounds differ by %.1f %%", below(j, b, a), 100 * j->figure->spread), a);
        break;
    case BESIDE_ONE_OF_TWO:
        warn(j, text_make(a, "%s; of two that differ, which is as it should be cannot be told", below(j, b, a)), a);
        break;
    case BESIDE_SPLIT:
        warn(j, text_make(a, "%s; but no more than half of them agree, so that which are as they should be cannot be told", below(j, b, a)), a);
        break;
    case BESIDE_TOO_LOW:
        judge_failed(j, below(j, b, a));
        j->act = text_make(a, "nvidia-smi -q -d CLOCK,PERFORMANCE,POWER,TEMPERATURE -i %s", j->trial.device->pci != NULL ? j->trial.device->pci : j->trial.device->uuid);
        break;
    }
}

void judge_beside(struct judged *trials, const struct report *r, struct arena *a)
{
    const struct judged **like = arena_alloc(a, (r->n_trials + 1) * sizeof *like);
    struct beside_one *all = arena_alloc(a, (r->n_trials + 1) * sizeof *all);

    for (size_t i = 0; i < r->n_trials; i++) {
        struct judged *j = &trials[i];
        const struct tolerance *t = j->figure != NULL ? tolerance_of(j->trial.probe, j->figure->unit) : NULL;
        size_t which = 0, n = t != NULL ? beside_like(like, &which, j, r, a) : 0;
        struct beside b;

        for (size_t k = 0; k < n; k++)
            all[k] = (struct beside_one){ like[k]->figure->middle, like[k]->figure->spread, like[k]->figure->clock };
        b = n > 1 ? beside_find(all, n, which, t, a) : (struct beside){ .is = BESIDE_ALIKE };
        if (j->verdict == PASS)
            decide(j, &b, a);
    }
}
