#include "model/diagnosis.h"

#include <string.h>

#include "base/text.h"

static const struct diagnosis *first_cause(const struct diagnoses *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (!d->list[i].follows)
            return &d->list[i];
    return NULL;
}

int diagnoses_exit_code(const struct diagnoses *d, const struct report *r)
{
    if (r->exit_code == 2 || r->interrupted)
        return r->exit_code;
    if (first_cause(d) != NULL)
        return 1;
    if (d->n_unexplained > 0 || r->exit_code == 1 || r->exit_code == 3)
        return 3;
    return r->exit_code;
}

const char *diagnoses_closing(const struct diagnoses *d, const struct report *r, struct arena *a)
{
    const struct diagnosis *cause = first_cause(d);
    size_t causes = 0;

    for (size_t i = 0; i < d->n; i++)
        causes += !d->list[i].follows;
    if (r->interrupted)
        return text_make(a, "INTERRUPTED - %zu cause%s found so far", causes, causes == 1 ? "" : "s");
    if (cause != NULL)
        return text_make(a, "%s - %s%s", cause->ailment->id, cause->cause, causes > 1 ? text_make(a, " (and %zu more)", causes - 1) : "");
    if (diagnoses_exit_code(d, r) == 3)
        return text_make(a, "CANNOT TELL - %s", d->n_unexplained > 0 ? text_make(a, "%s: %s", d->unexplained[0]->trial.id, d->unexplained[0]->why) : r->closing);
    if (r->exit_code == 77)
        return text_make(a, "nothing wrong was found; %s", r->closing);
    return text_make(a, "nothing wrong: %s", r->closing);
}

const char *diagnoses_log_unread(const struct report *r)
{
    const char *readable = r->machine != NULL && r->machine->gpu_meant ? machine_fact(r->machine, "log.readable") : NULL;

    return readable != NULL && text_starts(readable, "no: ") ? readable + strlen("no: ") : NULL;
}
