#include "report/diagnosed.h"

#include "report/paragraph.h"
#include "report/safe.h"

enum { WIDTH = 100, INDENT = 2, LAST_WORDS = 8 };

static void put_cause(FILE *f, const struct diagnosis *d)
{
    safe_print(f, "\n%s%s\n", d->ailment->id, d->certainty == LIKELY ? "  (likely)" : "");
    paragraph(f, WIDTH, INDENT, "cause     ", d->cause);
    for (size_t i = 0; i < d->n_evidence; i++)
        paragraph(f, WIDTH, INDENT, i == 0 ? "evidence  " : "          ", d->evidence[i]);
    if (d->fix != NULL)
        safe_print(f, "  %s%s\n", d->on_host ? "on host   " : "fix       ", d->fix);       /* never wrapped: it is pasted */
    if (d->advice != NULL)
        paragraph(f, WIDTH, INDENT, "advice    ", d->advice);
}

static void put_notes(FILE *f, const struct diagnoses *d)
{
    bool any = false;

    for (size_t i = 0; i < d->n; i++) {
        if (!d->list[i].follows)
            continue;
        if (!any)
            safe_print(f, "\nWhat follows from it, or is to be looked at once that is mended:\n");
        any = true;
        paragraph(f, WIDTH, INDENT, "- ", d->list[i].cause);
    }
}

static void put_unexplained(FILE *f, const struct diagnoses *d)
{
    for (size_t i = 0; i < d->n_unexplained; i++) {
        const struct judged *j = d->unexplained[i];

        if (i == 0)
            safe_print(f, "\nWhat failed, and has no known cause here:\n");
        paragraph(f, WIDTH, INDENT, "- ", j->trial.id);
        paragraph(f, WIDTH, INDENT + 2, "", j->why);
        if (j->act != NULL)
            safe_print(f, "    next      %s\n", j->act);
        if (j->outcome.rerun != NULL)
            safe_print(f, "    rerun     %s\n", j->outcome.rerun);
    }
}

/* What a command said last, where nothing in it is known. */
static void put_last_words(FILE *f, const struct diagnoses *d, const struct report *r)
{
    const struct complaint *c = r->complaint;

    if (c == NULL || c->source != COMPLAINT_COMMAND || !complaint_is_of_failure(c) || c->n_lines == 0 || d->n > 0)
        return;
    safe_print(f, "\nWhat the command said last:\n");
    for (size_t i = c->n_lines > LAST_WORDS ? c->n_lines - LAST_WORDS : 0; i < c->n_lines; i++)
        safe_print(f, "  %.*s\n", 2 * WIDTH, c->lines[i]);
}

/* What no verdict hangs on. */
static void put_warnings(FILE *f, const struct report *r)
{
    bool any = false;

    for (size_t i = 0; i < r->n_trials; i++) {
        if (!r->trials[i].warns)
            continue;
        if (!any)
            safe_print(f, "\nWorth knowing, though nothing failed by it:\n");
        any = true;
        paragraph(f, WIDTH, INDENT, "- ", r->trials[i].trial.id);
        paragraph(f, WIDTH, INDENT + 2, "", r->trials[i].why);
    }
}

void diagnosed_write(FILE *f, const struct diagnoses *d, const struct report *r, const char *closing)
{
    safe_print(f, "gpuvet %s doctor%s%s%s%s\n", r->version, r->machine->hostname != NULL ? " on " : "", r->machine->hostname != NULL ? r->machine->hostname : "",
               r->machine->os != NULL ? ": " : "", r->machine->os != NULL ? r->machine->os : "");
    for (size_t i = 0; i < d->n; i++)
        if (!d->list[i].follows)
            put_cause(f, &d->list[i]);
    put_notes(f, d);
    put_unexplained(f, d);
    put_last_words(f, d, r);
    put_warnings(f, r);
    if (diagnoses_log_unread(r) != NULL)
        safe_print(f, "\nkernel log not readable (%s): Xids were not looked at\n", diagnoses_log_unread(r));
    safe_print(f, "\ngpuvet: %s\n", closing);
}

void ailment_write(FILE *f, const struct ailment *one)
{
    safe_print(f, "%s\n", one->id);
    paragraph(f, WIDTH, INDENT, "what      ", one->what);
    paragraph(f, WIDTH, INDENT, "unlike    ", one->unlike);
}
