#include "model/second_opinion.h"

#include "base/text.h"
#include "model/judge.h"

static struct judged *first_opinion(struct judged *trials, const struct report *r, const struct judged *second)
{
    const struct trial *t = &second->trial;

    for (size_t i = 0; i < r->n_trials; i++)
        if (trials[i].trial.probe == t->probe->seconds && trials[i].trial.device == t->device && trials[i].trial.stack == t->stack)
            return &trials[i];
    return NULL;
}

/* Once: a saved run that is judged again has its sentences already. */
static void tell(struct judged *failed, const char *what, bool before, struct arena *a)
{
    if (!text_has(failed->why, what))
        judge_failed(failed, before ? text_make(a, "%s: %s", what, failed->why) : text_make(a, "%s; %s", failed->why, what));
}

void second_opinions(struct judged *trials, const struct report *r, struct arena *a)
{
    for (size_t i = 0; i < r->n_trials; i++) {
        struct judged *second = &trials[i], *first = second->trial.probe->seconds != NULL ? first_opinion(trials, r, second) : NULL;
        const struct probe *p = second->trial.probe;

        if (first == NULL)
            continue;
        if (first->verdict == PASS && second->verdict == FAIL)
            tell(second, text_make(a, "%s it works, %s it does not", first->trial.probe->way, p->way), true, a);
        else if (first->verdict == FAIL && second->verdict == PASS)
            tell(first, text_make(a, "%s it works (%s)", p->way, p->name), false, a);
    }
}
