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

void second_opinions(struct judged *trials, const struct report *r, struct arena *a)
{
    for (size_t i = 0; i < r->n_trials; i++) {
        struct judged *second = &trials[i], *first;
        const char *way = second->trial.probe->way;

        if (second->trial.probe->seconds == NULL)
            continue;
        first = first_opinion(trials, r, second);
        if (first == NULL)
            continue;
        if (first->verdict == PASS && second->verdict == FAIL)
            judge_failed(second, text_make(a, "%s it works, %s it does not: %s", first->trial.probe->way, way, second->why));
        else if (first->verdict == FAIL && second->verdict == PASS)
            judge_failed(first, text_make(a, "%s; %s it works (%s)", first->why, way, second->trial.probe->name));
    }
}
