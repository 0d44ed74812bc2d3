/* The run as a whole: what is required, the exit code, the closing line. */
#include "model/judge.h"

#include <math.h>

#include "base/text.h"
#include "model/comparison.h"
#include "model/figures.h"

static bool asks_for_gpu(const struct report *r)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].trial.probe->scope != SCOPE_STACK && r->trials[i].trial.probe->scope != SCOPE_PROGRAM)
            return true;
    return false;
}

/* Of those that are proved. */
static const char *names_of_devices(const struct report *r, struct arena *a)
{
    struct text t = { .arena = a };

    text_put(&t, "", 0);
    for (size_t i = 0; i < r->n_devices; i++) {
        size_t same = 1;
        bool seen = false;

        if (r->devices[i].name == NULL || !report_proves(r, &r->devices[i]))
            continue;
        for (size_t k = 0; k < r->n_devices; k++)
            if (k != i && report_proves(r, &r->devices[k]) && text_is(r->devices[k].name, r->devices[i].name)) {
                seen |= k < i;
                same++;
            }
        if (!seen)
            text_add(&t, "%s%zu x %s", t.n > 0 ? ", " : "", same, r->devices[i].name);
    }
    return t.s;
}

static const char *first_failure(const struct report *r, enum verdict v, struct arena *a)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].verdict == v)
            return text_make(a, "%s: %s", r->trials[i].trial.id, r->trials[i].why);
    return NULL;
}

static const char *first_warning(const struct report *r, struct arena *a)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].warns)
            return text_make(a, "--strict, and %s warns: %s", r->trials[i].trial.id, r->trials[i].why);
    return "--strict, and a warning";
}

static size_t count_stacks_run(const struct report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_trials; i++) {
        const struct stack *s = r->trials[i].trial.stack;
        bool before = s == NULL;

        for (size_t k = 0; k < i && !before; k++)
            before = r->trials[k].trial.stack == s;
        n += !before;
    }
    return n;
}

/* What was measured in every round and failed for what it came to. */
static bool is_slow(const struct judged *j)
{
    const struct figure *f = j->figure;

    return (j->verdict == FAIL && f->n >= (j->rounds > 1 ? j->rounds : 1)) || (f->least > 0 && f->middle < f->least);
}

static void add_figures(struct text *t, const struct report *r)
{
    size_t n = 0, slow = 0, disturbed = 0;

    for (size_t i = 0; i < r->n_trials; i++) {
        const struct judged *j = &r->trials[i];

        n += j->figure != NULL;
        slow += j->figure != NULL && is_slow(j);
        disturbed += j->figure != NULL && j->figure->disturbed != NULL;
    }
    if (n == 0)
        return;
    text_add(t, "; %zu measurement%s", n, n == 1 ? "" : "s");
    if (slow > 0)
        text_add(t, ", %zu too slow", slow);
    if (disturbed > 0)
        text_add(t, ", %zu disturbed", disturbed);
}

static bool has_figures(const struct report *r)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].figure != NULL)
            return true;
    return false;
}

/* It was to be measured, and nothing of it could be: the first reason. NULL: something was, or nothing was asked for. */
static const char *why_nothing_measured(const struct report *r)
{
    const char *why = NULL;

    for (size_t i = 0; i < r->n_trials && !has_figures(r); i++)
        if (why == NULL && r->trials[i].trial.probe->measures != NULL && r->trials[i].verdict == SKIP)
            why = r->trials[i].why;
    return why;
}

static const char *stacks_tested(const struct report *r, struct arena *a)
{
    size_t n = count_stacks_run(r);
    const struct caught self = report_caught(r);

    if (n == 0 && self.faults > 0)
        return text_make(a, "; of %zu faults that gpuvet put in itself %zu were caught", self.faults, self.caught);
    if (n == 0 && has_figures(r))
        return "";
    if (r->n_stacks == 0)
        return "; no stack found: cuBLAS and cuDNN not tested";
    if (n == 0)
        return "; no stack selected: cuBLAS and cuDNN not tested";
    return text_make(a, ", %zu stack%s", n, n == 1 ? "" : "s");
}

/* What was refused, and what could not be found out. */
struct demands { size_t unmet, unknown; const char *first_unmet, *first_unknown; };

static struct demands count_demands(const struct report *r, struct arena *a)
{
    struct demands n = { .unmet = 0 };

    for (size_t i = 0; i < r->n_requires; i++) {
        const struct requirement *q = &r->requires[i];
        const char **first = q->unknown ? &n.first_unknown : &n.first_unmet;

        if (q->met)
            continue;
        *(q->unknown ? &n.unknown : &n.unmet) += 1;
        if (*first == NULL)
            *first = text_make(a, "required %s: %s", q->text, q->why);
    }
    return n;
}

static const char *numbers_of(const struct report *r, const struct tally *n, struct arena *a)
{
    struct text t = { .arena = a };

    text_add(&t, "%zu of %zu trials passed, %zu failed, %zu broken, %zu skipped", n->pass, n->all, n->fail, n->broken, n->skip);
    if (n->warn > 0)
        text_add(&t, ", %zu with a warning", n->warn);
    if (r->rounds > 1)
        text_add(&t, "; each run %u times", r->rounds);
    add_figures(&t, r);
    return t.s;
}

static void close_report(struct report *r, int exit_code, const char *closing)
{
    r->exit_code = exit_code;
    r->closing = closing;
}

/* Nothing failed, nothing was broken, and no GPU was proved. */
static void close_without_gpu(struct report *r, const char *numbers, struct arena *a)
{
    const struct machine *m = r->machine;

    if (r->interrupted)
        close_report(r, 3, text_make(a, "no GPU was proved before that (%s)", numbers));
    else if (!asks_for_gpu(r))
        close_report(r, 77, text_make(a, "SKIP - nothing that was selected runs on a GPU: %s", numbers));
    else if (m->gpu_meant && report_answering(r) == 0)
        close_report(r, 3, text_make(a, "BROKEN - a GPU is meant for this process (%s), and none was asked (%s)",
                                     m->why_meant != NULL ? m->why_meant : "something names one", numbers));
    else if (!m->gpu_meant)
        close_report(r, 77, text_make(a, "SKIP - no GPU is meant for this process: %s%s (%s)",
                                      m->why_not_meant != NULL ? m->why_not_meant : "nothing names one", stacks_tested(r, a), numbers));
    else
        close_report(r, 77, text_make(a, "SKIP - no trial ran on a GPU (%s)", numbers));
}

/* What to look at first: what is slowest beside before, else what is gone. */
static const char *worst_of(const struct comparison *c, struct arena *a)
{
    const struct pair *worst = NULL;
    double most = 0;

    for (size_t i = 0; i < c->n_pairs; i++) {
        const double off = fabs(c->pairs[i].c.ratio.middle - 1);

        if (c->pairs[i].c.is != SLOWER || (worst != NULL && off <= most))
            continue;
        worst = &c->pairs[i];
        most = off;
    }
    if (worst != NULL)
        return text_make(a, "; %s: %s, then %s %s", worst->id, figure_shown(worst->before).s, figure_shown(worst->after).s, worst->c.unit);
    return c->n_missing > 0 ? text_make(a, "; %s is missing", c->missing[0]) : "";
}

void judge_comparison(struct report *r, struct arena *a)
{
    const struct comparison *c = r->comparison;
    const int code = c != NULL ? comparison_exit_code(c) : 0;
    const char *what;

    if (code == 0 || r->interrupted || (r->exit_code != 0 && !(r->exit_code == 3 && code == 1)))
        return;
    what = c->n_pairs + c->n_missing == 0 ? text_make(a, "%s has no measurement that this run has, too", r->baseline)
         : text_make(a, "compared with %s, %s%s", r->baseline, comparison_tally(c, a), worst_of(c, a));
    close_report(r, code, text_make(a, code == 1 ? "FAIL - %s" : "BROKEN - could not find out: %s", what));
}

void judge_report(struct report *r, const struct require *require, bool strict, struct arena *a)
{
    const struct tally n = report_tally(r);
    const char *numbers = numbers_of(r, &n, a);
    const size_t proved = report_proved(r);
    struct demands demands;

    require_judge(r, require, a);
    demands = count_demands(r, a);
    if (n.fail > 0 || demands.unmet > 0 || (strict && n.warn > 0))
        close_report(r, 1, text_make(a, "FAIL - %s (%s)", n.fail > 0 ? first_failure(r, FAIL, a)
                                     : demands.first_unmet != NULL ? demands.first_unmet : first_warning(r, a), numbers));
    else if (n.broken > 0 || demands.unknown > 0)
        close_report(r, 3, text_make(a, "BROKEN - could not find out: %s (%s)", n.broken > 0 ? first_failure(r, BROKEN, a)
                                     : demands.first_unknown, numbers));
    else if (why_nothing_measured(r) != NULL && report_answering(r) > 0 && !r->interrupted)
        close_report(r, 77, text_make(a, "SKIP - nothing was measured: %s (%s)", why_nothing_measured(r), numbers));
    else if (proved > 0)
        close_report(r, 0, text_make(a, "PASS - %zu GPU%s proved (%s)%s (%s)", proved, proved == 1 ? "" : "s",
                                     names_of_devices(r, a), stacks_tested(r, a), numbers));
    else
        close_without_gpu(r, numbers, a);
    if (r->interrupted)
        close_report(r, r->exit_code == 1 ? 1 : r->signo > 0 ? 128 + r->signo : 3, text_make(a, "INTERRUPTED - partial: %s", r->closing));
}
