/* gpuvet report: a saved run, told again as it was judged. Nothing is decided here, but for the journal of a run that
 * was killed, which never was. */
#include "verbs/verbs.h"

#include "model/judge.h"
#include "model/unproved.h"
#include "report/out.h"
#include "store/saved.h"
#include "verbs/expect.h"

static bool read_run(struct report *r, struct arena *a, const struct options *o, struct err *e)
{
    struct require require = { NULL, 0 };
    struct judged *trials;

    if (!saved_read(r, a, o->rest.items[0], e))
        return false;
    if (*r->closing != '\0')
        return true;
    trials = arena_alloc(a, r->n_trials * sizeof *trials);
    for (size_t i = 0; i < r->n_trials; i++)
        trials[i] = r->trials[i];
    if (!expect_figures(trials, r->n_trials, a, o, e))
        return false;
    r->trials = trials;
    for (size_t i = 0; i < r->n_requires; i++)
        if (!require_parse(&require, a, r->requires[i].text, e)) {
            e->kind = ERR_FORMAT;       /* the run is another version's, the command line is fine */
            return err_in(e, "what that run required");
        }
    judge_report(r, &require, false, a);
    unproved_list(r, all_probes, a);
    return true;
}

/* To the file that was named, else to standard output. */
static bool write_it(const struct report *r, const struct options *o, char *const *env, struct err *e)
{
    if (o->html)
        return o->out != NULL ? out_file_html(o->out, r, e) : out_html(r, e);
    if (o->markdown)
        return o->out != NULL ? out_file_markdown(o->out, r, e) : out_markdown(r, e);
    if (o->out != NULL)
        return out_file_json(o->out, r, e);
    if (o->json)
        return out_json(r, e);
    if (o->ci != NULL)
        return out_github(r, o->colour == COLOUR_ALWAYS, o->colour == COLOUR_NEVER, env, e);
    return out_terminal(r, o->colour == COLOUR_ALWAYS, o->colour == COLOUR_NEVER, env, e);
}

int verb_report(const struct options *o, char *const *env)
{
    struct arena arena = { NULL };
    struct err e = { .kind = ERR_NONE };
    struct report r;
    bool ok;

    if (!read_run(&r, &arena, o, &e)) {
        out_error("%s", e.text);
        return 3;
    }
    ok = write_it(&r, o, env, &e) && (o->junit == NULL || out_file_junit(o->junit, &r, &e))
      && (o->metrics == NULL || out_file_metrics(o->metrics, &r, &e));
    if (!ok)
        out_error("%s", e.text);
    return ok ? 0 : 3;
}
