/* The doctor's answer for programs. */
#include "report/diagnosed.h"

#include "report/json_complaint.h"
#include "report/json_value.h"

static json_t *one(const struct diagnosis *d)
{
    json_t *o = json_object(), *evidence = json_array();

    json_put_text(o, "id", d->ailment->id);
    json_put_text(o, "certainty", d->certainty == SHOWN ? "shown" : "likely");
    json_put_text(o, "stack", d->stack != NULL ? d->stack->name : NULL);
    json_put_text(o, "cause", d->cause);
    for (size_t i = 0; i < d->n_evidence; i++)
        json_array_append_new(evidence, json_of_text(d->evidence[i]));
    json_put(o, "evidence", evidence);
    json_put_text(o, "fix", d->fix);
    json_put(o, "fix_on_host", d->on_host ? json_true() : NULL);
    json_put_text(o, "advice", d->advice);
    return o;
}

static json_t *all_that(const struct diagnoses *d, bool follows)
{
    json_t *list = json_array();

    for (size_t i = 0; i < d->n; i++)
        if (d->list[i].follows == follows)
            json_array_append_new(list, one(&d->list[i]));
    return list;
}

static json_t *unexplained(const struct diagnoses *d)
{
    json_t *list = json_array();

    for (size_t i = 0; i < d->n_unexplained; i++) {
        json_t *o = json_object();

        json_put_text(o, "id", d->unexplained[i]->trial.id);
        json_put_text(o, "why", d->unexplained[i]->why);
        json_put_text(o, "act", d->unexplained[i]->act);
        json_put_text(o, "rerun", d->unexplained[i]->outcome.rerun);
        json_array_append_new(list, o);
    }
    return list;
}

bool diagnosed_json(FILE *f, const struct diagnoses *d, const struct report *r, const char *closing, struct err *e)
{
    json_t *o = json_object();

    json_put_text(o, "gpuvet", r->version);
    json_put(o, "exit_code", json_integer(diagnoses_exit_code(d, r)));
    json_put_text(o, "closing", closing);
    json_put(o, "complaint", r->complaint != NULL ? json_complaint(r->complaint) : NULL);
    json_put(o, "causes", all_that(d, false));
    json_put(o, "notes", all_that(d, true));
    json_put(o, "unexplained", unexplained(d));
    json_put_text(o, "log_unread", diagnoses_log_unread(r));
    return json_finish(f, o, false, e);
}
