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
    if (r->complaint != NULL && complaint_is_of_failure(r->complaint))
        return 3;                               /* something did go wrong, and nothing known is in it */
    if (d->n_unexplained > 0 || r->exit_code == 1 || r->exit_code == 3)
        return 3;
    return r->exit_code;
}

/* A complaint that no rule and no message explains: what was looked at all the same. */
static const char *nothing_known(const struct report *r, struct arena *a)
{
    const struct tally t = report_tally(r);
    const char *ending = complaint_ending(r->complaint, a);

    return text_make(a, "CANNOT TELL - %s, and nothing in %s is known here; %zu fact%s, %zu stack%s and %zu trial%s of this machine show nothing wrong",
                     ending != NULL ? ending : "something failed", r->complaint->source == COMPLAINT_COMMAND ? "what it said" : "that text",
                     r->machine->n_facts, r->machine->n_facts == 1 ? "" : "s", r->n_stacks, r->n_stacks == 1 ? "" : "s", t.pass, t.pass == 1 ? "" : "s");
}

const char *diagnoses_closing(const struct diagnoses *d, const struct report *r, struct arena *a)
{
    const struct diagnosis *cause = first_cause(d);
    const bool failed = r->complaint != NULL && complaint_is_of_failure(r->complaint);
    const char *ending = r->complaint != NULL && !failed ? text_make(a, "%s; ", complaint_ending(r->complaint, a)) : "";
    size_t causes = 0;

    for (size_t i = 0; i < d->n; i++)
        causes += !d->list[i].follows;
    if (r->interrupted)
        return text_make(a, "INTERRUPTED - %zu cause%s found so far", causes, causes == 1 ? "" : "s");
    if (cause != NULL)
        return text_make(a, "%s - %s%s%s", cause->ailment->id, ending, cause->cause, causes > 1 ? text_make(a, " (and %zu more)", causes - 1) : "");
    if (failed && d->n_unexplained == 0)
        return nothing_known(r, a);
    if (diagnoses_exit_code(d, r) == 3)
        return text_make(a, "CANNOT TELL - %s%s", ending, d->n_unexplained > 0 ? text_make(a, "%s: %s", d->unexplained[0]->trial.id, d->unexplained[0]->why) : r->closing);
    if (r->exit_code == 77)
        return text_make(a, "%snothing wrong was found; %s", ending, r->closing);
    return text_make(a, "%snothing wrong: %s", ending, r->closing);
}

const char *diagnoses_log_unread(const struct report *r)
{
    const char *readable = r->machine != NULL && r->machine->gpu_meant ? machine_fact(r->machine, "log.readable") : NULL;

    return readable != NULL && text_starts(readable, "no: ") ? readable + strlen("no: ") : NULL;
}
