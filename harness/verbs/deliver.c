#include "verbs/deliver.h"

#include "report/nagios.h"
#include "report/out.h"

static bool write_standard_output(const struct report *r, const struct options *o, char *const *env, struct err *e)
{
    const bool always = o->colour == COLOUR_ALWAYS, never = o->colour == COLOUR_NEVER;

    if (o->json)
        return out_json(r, e);
    if (o->nagios)
        return out_nagios(r, e);
    if (o->ci != NULL)
        return out_github(r, always, never, env, e);
    return out_terminal(r, always, never, env, e);
}

/* Says what could not be delivered, and goes on: the rest is wanted all the same. */
static bool check(bool ok, const struct err *e)
{
    if (!ok)
        out_error("%s", e->text);
    return ok;
}

bool outputs_check(const struct options *o, struct err *e)
{
    const char *const files[] = { o->out, o->junit, o->metrics, o->save };

    for (size_t i = 0; i < COUNT_OF(files) && !o->plan; i++)
        if (files[i] != NULL && !out_file_check(files[i], e))
            return false;
    return true;
}

int deliver(const struct report *r, const struct options *o, char *const *env, struct journal *journal)
{
    struct err e = { .kind = ERR_NONE };
    bool ok = check(write_standard_output(r, o, env, &e), &e), warns = report_tally(r).warn > 0;
    int exit_code;

    if (journal != NULL)
        ok &= check(journal_finish(journal, r, &e), &e);
    else if (o->out != NULL)
        ok &= check(out_file_json(o->out, r, &e), &e);
    if (o->junit != NULL)
        ok &= check(out_file_junit(o->junit, r, &e), &e);
    if (o->metrics != NULL)
        ok &= check(out_file_metrics(o->metrics, r, &e), &e);
    /* A report that could not be delivered is no verdict, but a found fault stays one. */
    exit_code = !ok && r->exit_code != 1 ? 3 : r->exit_code;
    return o->nagios ? nagios_exit_code(exit_code, warns) : exit_code;
}
