#include "verbs/hint.h"

#include "base/text.h"
#include "diagnose/look.h"

static const struct diagnosis *first_broken(const struct report *r, struct arena *a)
{
    struct diagnoses d;

    diagnose(&d, r, a);
    for (size_t i = 0; i < d.n; i++)
        if (!d.list[i].follows && d.list[i].stack == NULL && d.list[i].ailment->link <= LINK_DRIVER)
            return &d.list[i];
    return NULL;
}

static const char *in_words(const struct diagnosis *d, struct arena *a)
{
    const char *mends = d->fix != NULL ? d->fix : d->advice;

    return mends != NULL ? text_make(a, "%s: %s%s", d->cause, d->on_host ? "on the host: " : "", mends) : d->cause;
}

void hint_machine(struct judged *trials, const struct report *r, struct arena *a)
{
    const struct diagnosis *first = NULL;
    bool asked = false;

    for (size_t i = 0; i < r->n_trials; i++) {
        struct judged *j = &trials[i];

        if (j->verdict != FAIL || j->act != NULL || j->trial.probe->scope != SCOPE_MACHINE)
            continue;
        first = asked ? first : first_broken(r, a);
        asked = true;
        if (first != NULL)
            j->act = in_words(first, a);
    }
}
