/* gpuvet judge: a saved run, judged again. No GPU is asked, no child started. */
#include "verbs/verbs.h"

#include <string.h>

#include "base/text.h"
#include "model/alike.h"
#include "model/judge.h"
#include "model/second_opinion.h"
#include "model/unproved.h"
#include "model/vote.h"
#include "report/out.h"
#include "store/expected.h"
#include "store/saved.h"
#include "verbs/deliver.h"
#include "verbs/expect.h"
#include "verbs/hint.h"
#include "verbs/requires.h"

/* Judged by what this program expects of its probes; what it does not know stays as it was. Where it failed before and
 * fails again the sentence stays: the run may have compared and sharpened it. */
static void judge_again(struct judged *j, const struct machine *m, struct arena *a)
{
    struct judged now = *j;

    if (probe_by_name(j->trial.probe->name) == NULL)
        return;
    judge_trial(&now, m, a);
    if (now.verdict != j->verdict || now.verdict == PASS)
        *j = now;
}

static bool read_expect(struct require *q, struct arena *a, const struct options *o, struct err *e)
{
    struct expected x;
    struct want want;

    return o->expect == NULL || (expected_read(&x, a, o->data, e) && expect_read(&want, q, a, o, &x, e));
}

/* What the run itself required, unless something else is asked for now. */
static bool read_requires(struct require *q, struct arena *a, const struct options *o, const struct report *r, struct err *e)
{
    if (o->requires.n > 0)
        return requires_read(q, a, o, e) && read_expect(q, a, o, e);
    for (size_t i = 0; i < r->n_requires; i++)
        if (!require_parse(q, a, r->requires[i].text, e)) {
            e->kind = ERR_FORMAT;       /* the run is another version's, the command line is fine */
            return err_in(e, "what that run required (--require replaces it)");
        }
    return read_expect(q, a, o, e);
}

int verb_judge(const struct options *o, char *const *env)
{
    struct arena arena = { NULL };
    struct require require = { NULL, 0 };
    struct err e = { .kind = ERR_NONE };
    struct report r;
    struct judged *trials;

    if (!saved_read(&r, &arena, o->rest.items[0], &e) || !read_requires(&require, &arena, o, &r, &e)) {
        out_refusal(o->nagios, e.text);
        return e.kind == ERR_USAGE ? options_usage_code(o) : 3;
    }
    trials = arena_alloc(&arena, r.n_trials * sizeof *trials);
    for (size_t i = 0; i < r.n_trials; i++) {
        trials[i] = r.trials[i];
        judge_again(&trials[i], r.machine, &arena);
    }
    if (!expect_figures(trials, r.n_trials, &arena, o, &e)) {
        out_refusal(o->nagios, e.text);
        return 3;
    }
    r.trials = trials;
    r.earlier = r.closing;
    alike_warn(trials, &r, &arena);
    judge_beside(trials, &r, &arena);
    vote(trials, &r, &arena);
    second_opinions(trials, &r, &arena);
    hint_machine(trials, &r, &arena);
    judge_report(&r, &require, o->strict, &arena);
    unproved_list(&r, all_probes, &arena);
    return deliver(&r, o, env, NULL);
}
