#include "report/skipped.h"

#include "base/text.h"

static bool is_skipped_for(const struct judged *j, const char *why)
{
    return j->verdict == SKIP && text_is(j->why, why);
}

bool skipped_is_first(const struct report *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (is_skipped_for(&r->trials[k], r->trials[i].why))
            return false;
    return r->trials[i].verdict == SKIP;
}

const char *skipped_names(const struct report *r, size_t i, struct arena *a)
{
    struct text names = { .arena = a };
    size_t n = 0;

    for (size_t k = i; k < r->n_trials; k++)
        if (is_skipped_for(&r->trials[k], r->trials[i].why)) {
            n++;
            if (n <= 6)
                text_add(&names, "%s%s", n > 1 ? ", " : "", r->trials[k].trial.id);
        }
    if (n > 6)
        text_add(&names, " and %zu more", n - 6);
    return names.s;
}
