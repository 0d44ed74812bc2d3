#include <string.h>

#include "base/text.h"
#include "model/figures.h"
#include "report/area.h"
#include "report/detail.h"
#include "report/evidence.h"
#include "report/github.h"
#include "report/not_proven.h"
#include "report/safe.h"

enum {
    CELL_CHARACTERS = 1000,             /* that are shown of one text */
    RESERVE = 4 << 10,                  /* for our own words */
};

struct writer {
    FILE                *f;
    const struct report *r;
    struct arena         arena;
    size_t               bytes, left_out;
};

/* ---- Small parts ---- */

/* As text and nothing else: no markup, no HTML, no link, no name that is notified. */
static void add(struct text *t, const char *s)
{
    for (int shown = 0; *s != '\0'; shown++) {
        size_t n;
        const char *c = safe_next(&s, &n);

        if (shown == CELL_CHARACTERS) {
            text_add(t, "...");
            return;
        }
        if (strchr("|<>&`*_[]\\~:#$@", *c) != NULL || text_starts(c, "www."))
            text_add(t, "&#%d;", *c);
        else if (safe_is_control(c))
            text_put(t, " ", 1);
        else
            text_put(t, c, n);
    }
}

static void add_code(struct text *t, const char *s)
{
    text_add(t, "<code>");
    add(t, s);
    text_add(t, "</code>");
}

/* One line, if there is room for it. */
static void put(struct writer *w, const struct text *line)
{
    if (w->bytes + line->n > GITHUB_SUMMARY_BYTES - RESERVE) {
        w->left_out++;
        return;
    }
    w->bytes += line->n;
    fwrite(line->s, 1, line->n, w->f);
    fputc('\n', w->f);
    w->bytes++;
}

/* ---- The parts ---- */

static void heading(struct writer *w)
{
    static const char *const words[] = { [PASS] = "PASS", [FAIL] = "FAIL", [BROKEN] = "BROKEN", [SKIP] = "SKIP" };
    const char *hostname = w->r->machine->hostname, *driver = report_driver(w->r);
    struct text t = { .arena = &w->arena };

    text_add(&t, "### gpuvet: %s%s on ", w->r->interrupted ? "INTERRUPTED, " : "", words[report_verdict(w->r)]);
    add(&t, hostname != NULL ? hostname : "this machine");
    text_add(&t, "\n\ngpuvet: ");
    add(&t, w->r->closing);
    text_add(&t, "\n\ngpuvet ");
    add(&t, w->r->version);
    text_add(&t, ", driver ");
    add(&t, driver != NULL ? driver : "?");
    put(w, &t);
}

static void finding(struct writer *w, const struct judged *j)
{
    const char *rerun = detail_rerun(w->r, j, &w->arena);
    struct text t = { .arena = &w->arena };

    text_add(&t, "| ");
    if (j->trial.device != NULL)
        text_add(&t, "gpu%d", j->trial.device->index);
    else if (j->trial.set != NULL)
        text_add(&t, "%s", gpu_set_names(j->trial.set, &w->arena));
    text_add(&t, " | ");
    if (j->trial.stack != NULL)
        add(&t, j->trial.stack->name);
    text_add(&t, " | ");
    add_code(&t, j->trial.probe->name);
    text_add(&t, " | %s", j->verdict == BROKEN ? "could not find out: " : j->warns ? "warning: " : "");
    add(&t, j->why);
    text_add(&t, " | ");
    if (j->act != NULL)
        add(&t, j->act);
    else if (rerun != NULL)
        add_code(&t, rerun);
    text_add(&t, " |");
    put(w, &t);
}

static void findings(struct writer *w, const char *word)
{
    for (size_t i = 0; i < w->r->n_trials; i++)
        if (text_is(detail_word(&w->r->trials[i]), word))
            finding(w, &w->r->trials[i]);
}

static void unmet(struct writer *w)
{
    for (size_t i = 0; i < w->r->n_requires; i++) {
        struct text t = { .arena = &w->arena };

        if (w->r->requires[i].met)
            continue;
        text_add(&t, "| | | required: ");
        add_code(&t, w->r->requires[i].text);
        text_add(&t, " | ");
        add(&t, w->r->requires[i].why);
        text_add(&t, " | |");
        put(w, &t);
    }
}

static void what_is_wrong(struct writer *w)
{
    bool any = false;

    for (size_t i = 0; i < w->r->n_trials && !any; i++)
        any = detail_is_due(&w->r->trials[i]);
    for (size_t i = 0; i < w->r->n_requires && !any; i++)
        any = !w->r->requires[i].met;
    if (!any)
        return;
    fputs("\n| GPU | stack | probe | what happened | do |\n|---|---|---|---|---|\n", w->f);
    findings(w, "fail");
    unmet(w);
    findings(w, "broken");
    findings(w, "warn");
}

static void area(struct writer *w, size_t first)
{
    const struct tally n = area_tally(w->r, first);
    struct text t = { .arena = &w->arena };

    text_add(&t, "| ");
    add(&t, area_name(&w->r->trials[first], &w->arena));
    text_add(&t, " | %zu | %zu | %zu | %zu | %zu |", n.pass, n.warn, n.fail, n.broken, n.skip);
    put(w, &t);
}

static void areas(struct writer *w)
{
    if (w->r->n_trials > 0)
        fputs("\n| area | passed | with a warning | failed | broken | skipped |\n|---|--:|--:|--:|--:|--:|\n", w->f);
    for (size_t i = 0; i < w->r->n_trials; i++)
        if (area_is_first(w->r, i))
            area(w, i);
}

static void figure(struct writer *w, const struct judged *j)
{
    const struct figure *x = j->figure;
    struct text t = { .arena = &w->arena };

    text_add(&t, "| ");
    add_code(&t, j->trial.id);
    text_add(&t, x->middle >= 1000 ? " | %.0f " : " | %.4g ", x->middle);
    add(&t, x->unit);
    if (x->n > 1)
        text_add(&t, " &#177; %.1f %%", 100 * x->spread);
    text_add(&t, " | ");
    if (x->peak > 0)
        text_add(&t, "%.1f %%", 100 * x->middle / x->peak);
    text_add(&t, " | ");
    if (x->least > 0 && x->peak > 0)
        text_add(&t, "%.1f %%%s", 100 * x->least / x->peak, x->middle < x->least ? ": **below**" : "");
    else if (x->least > 0) {
        text_add(&t, "%.4g ", x->least);
        add(&t, x->unit);
        text_add(&t, "%s", x->middle < x->least ? ": **below**" : "");
    }
    text_add(&t, " | ");
    if (x->disturbed != NULL)
        add(&t, x->disturbed);
    text_add(&t, " |");
    put(w, &t);
}

static void measured(struct writer *w)
{
    bool any = false;

    for (size_t i = 0; i < w->r->n_trials; i++) {
        if (w->r->trials[i].figure == NULL)
            continue;
        if (!any)
            fputs("\n| measurement | figure | of its limit | healthy from | disturbed |\n|---|--:|--:|--:|---|\n", w->f);
        any = true;
        figure(w, &w->r->trials[i]);
    }
}

static void not_proven(struct writer *w)
{
    if (w->r->n_unproved > 0)
        fputs("\n| not proven | because |\n|---|---|\n", w->f);
    for (size_t i = 0; i < w->r->n_unproved; i++) {
        struct text t = { .arena = &w->arena };

        text_add(&t, "| ");
        add(&t, not_proven_names(&w->r->unproved[i], &w->arena));
        text_add(&t, " | ");
        add(&t, w->r->unproved[i].why);
        text_add(&t, " |");
        put(w, &t);
    }
}

void github_summary(FILE *f, const struct report *r)
{
    struct writer w = { .f = f, .r = r };

    heading(&w);
    what_is_wrong(&w);
    areas(&w);
    measured(&w);
    not_proven(&w);
    if (w.left_out > 0)
        fprintf(f, "\n%zu rows are left out: GitHub takes no longer summary. The log and the saved run have them all.\n", w.left_out);
    arena_free(&w.arena);
}
