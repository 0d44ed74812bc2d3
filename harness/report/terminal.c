#include "report/terminal.h"

#include <string.h>

#include "base/text.h"
#include "model/harm.h"
#include "model/unproved.h"
#include "report/area.h"
#include "report/comparison.h"
#include "report/detail.h"
#include "report/evidence.h"
#include "report/measured.h"
#include "report/not_proven.h"
#include "report/paragraph.h"
#include "report/safe.h"
#include "report/selftest_table.h"
#include "report/soaked.h"

struct writer {
    FILE                  *f;
    const struct report   *r;
    const struct terminal *t;
    struct arena           arena;
};

/* ---- Small parts ---- */

static void tag(struct writer *w, const char *word)
{
    static const struct { const char *word, *colour; } colours[] = {
        { "pass", "\033[32m" }, { "fail", "\033[31;1m" }, { "broken", "\033[35;1m" }, { "warn", "\033[33;1m" }, { "skip", "\033[36m" },
    };
    const char *on = "", *off = "", *shown = text_is(word, "pass") ? "ok" : word;

    for (size_t i = 0; i < COUNT_OF(colours) && w->t->colour; i++)
        if (text_is(word, colours[i].word)) {
            on = colours[i].colour;
            off = "\033[0m";
        }
    fprintf(w->f, "%s[%s]%s%*s", on, shown, off, (int)(8 - strlen(shown)), "");
}

/* ---- The header ---- */

static const char *known(const char *s)
{
    return s != NULL ? s : "?";
}

static void put_driver(struct writer *w)
{
    const char *version = report_driver(w->r), *cuda = report_saw(w->r, "cuda.driver");

    if (version != NULL || cuda != NULL)
        safe_print(w->f, "  driver %s%s%s\n", known(version), cuda != NULL ? ", for CUDA up to " : "", cuda != NULL ? cuda : "");
}

/* How our kernels were loaded there; "" before they were. */
static const char *rung_of(const struct report *r, const struct device *d)
{
    for (size_t i = 0; i < r->n_trials; i++) {
        const struct judged *j = &r->trials[i];
        const bool is_its = j->trial.device != NULL && j->trial.device->index == d->index;
        const struct observation *o = is_its ? outcome_saw(&j->outcome, "kernels") : NULL;

        if (o != NULL)
            return text_is(o->text, "sass") ? "; our kernels: machine code" : "; our kernels: PTX, compiled by the driver";
    }
    return "";
}

static void header(struct writer *w)
{
    const struct machine *m = w->r->machine;
    static const char *const places[] = { [PLACE_HOST] = "", [PLACE_CONTAINER] = ", in a container", [PLACE_WSL] = ", WSL", [PLACE_TEGRA] = ", Tegra" };

    /* A label indents what is wrapped: no word from outside starts a line. */
    paragraph(w->f, w->t->width, 0, text_make(&w->arena, "gpuvet %s ", w->r->version),
              text_make(&w->arena, "on %s: %s, Linux %s %s%s%s%s%s", m->hostname != NULL ? m->hostname : "this machine",
                        m->os != NULL ? m->os : "an unknown system", known(m->kernel), known(m->arch), places[m->place],
                        m->container != NULL ? " (" : "", m->container != NULL ? m->container : "", m->container != NULL ? ")" : ""));
    put_driver(w);
    for (size_t i = 0; i < w->r->n_devices; i++) {
        const struct device *d = &w->r->devices[i];

        if (d->answers)
            paragraph(w->f, w->t->width, 2, text_make(&w->arena, "gpu%d  ", d->index),
                      text_make(&w->arena, "%s, compute capability %d.%d, %.1f GiB, %s, %s%s", known(d->name), d->cc / 10, d->cc % 10,
                                (double)d->memory_bytes / (1 << 30), known(d->pci), known(d->uuid), rung_of(w->r, d)));
        if (d->answers && d->foreign != NULL)
            paragraph(w->f, w->t->width, 8, "", text_make(&w->arena, "used by %s: the buffers of a trial take at most %d MiB", d->foreign, (int)(HARM_BUSY_BYTES >> 20)));
        if (!d->answers)
            safe_print(w->f, "  gpu%d  at %s does not answer\n", d->index, known(d->pci));
    }
    if (w->r->n_devices == 0)
        safe_print(w->f, "  no GPU answers%s%s\n", m->gpu_meant ? "; one is meant: " : "; none is meant: ",
                   known(m->gpu_meant ? m->why_meant : m->why_not_meant));
}

/* ---- Areas: one line for each stack and for each GPU without a stack ---- */

static bool is_first_of_stack(const struct report *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (r->trials[k].trial.stack == r->trials[i].trial.stack)
            return false;
    return true;
}

/* The evidence behind a stack's name: its versions, said once. */
static void put_evidence(struct writer *w, const struct judged *j)
{
    const struct stack *s = j->trial.stack;
    const char *before = "  ";

    for (const char *const *what = evidence_shown; s != NULL && *what != NULL; what++) {
        const char *v = evidence_version(s, *what);

        if (v == NULL)
            continue;
        safe_print(w->f, "%s%s %s", before, *what, v);
        before = ", ";
    }
}

/* How many results the trial held against a reference, by the keys that count them. */
static double compared(const struct judged *j)
{
    double sum = 0;

    for (size_t i = 0; i < j->outcome.n_saw && j->verdict == PASS; i++)
        if (j->outcome.saw[i].is_number && (text_ends(j->outcome.saw[i].key, ".compared") || text_is(j->outcome.saw[i].key, "words")))
            sum += j->outcome.saw[i].number;
    return sum;
}

/* How wrong it is, worst last. */
static int rank(const struct judged *j)
{
    static const int of[] = { [FAIL] = 5, [BROKEN] = 4, [PASS] = 1, [SKIP] = 0 };

    if (j->verdict == SKIP && text_starts(j->why, "not reached"))
        return 2;                       /* with it an area is not well, whatever else passed */
    return j->warns ? 3 : of[j->verdict];
}

/* What a passing trial has to say that people are told otherwise. */
static void put_remarks(struct writer *w, size_t first)
{
    for (size_t i = first; i < w->r->n_trials; i++) {
        const struct judged *j = &w->r->trials[i];

        for (size_t k = 0; k < j->outcome.n_saw && j->verdict == PASS && area_is_same(j, &w->r->trials[first]); k++)
            if (text_is(j->outcome.saw[k].key, "remark"))
                paragraph(w->f, w->t->width, 10, "", j->outcome.saw[k].text);
    }
}

static void area(struct writer *w, size_t first)
{
    const struct judged *worst = &w->r->trials[first];
    const struct tally n = area_tally(w->r, first);
    double values = 0;

    for (size_t i = first; i < w->r->n_trials; i++) {
        const struct judged *j = &w->r->trials[i];

        if (!area_is_same(j, &w->r->trials[first]))
            continue;
        values += compared(j);
        if (rank(j) > rank(worst))
            worst = j;
    }
    tag(w, detail_word(worst));
    safe_print(w->f, "%s", area_name(&w->r->trials[first], &w->arena));
    if (is_first_of_stack(w->r, first))
        put_evidence(w, &w->r->trials[first]);
    safe_print(w->f, "  (%zu passed", n.pass);
    if (n.warn > 0)
        safe_print(w->f, ", %zu of them with a warning", n.warn);
    if (n.fail > 0)
        safe_print(w->f, ", %zu failed", n.fail);
    if (n.broken > 0)
        safe_print(w->f, ", %zu broken", n.broken);
    if (n.skip > 0)
        safe_print(w->f, ", %zu skipped", n.skip);
    safe_print(w->f, ")");
    if (values > 0)
        safe_print(w->f, "  %.0f values compared", values);
    fputc('\n', w->f);
    put_remarks(w, first);
}

/* ---- Details of what is wrong ---- */

static void put_said(struct writer *w, const char *said)
{
    const char *at = detail_last_lines(said), *line;
    size_t n;

    while (text_next_line(&at, &line, &n))
        if (n > 0)
            safe_print(w->f, "         said: %.*s\n", (int)(n < DETAIL_LINE ? n : DETAIL_LINE), line);
}

static void detail(struct writer *w, const struct judged *j)
{
    const char *rerun = detail_rerun(w->r, j, &w->arena), *others = detail_same_on(w->r, j, &w->arena);

    fputc('\n', w->f);
    tag(w, detail_word(j));
    safe_print(w->f, "%s\n", j->trial.id);
    paragraph(w->f, w->t->width, 9, "", j->why);
    if (*others != '\0')
        paragraph(w->f, w->t->width, 9, "the same on: ", others);
    paragraph(w->f, w->t->width, 9, "claim: ", j->trial.probe->claim);
    if (j->outcome.said != NULL)
        put_said(w, j->outcome.said);
    if (j->act != NULL)
        safe_print(w->f, "         try: %s\n", j->act);
    if (rerun != NULL)
        safe_print(w->f, "         rerun: %s\n", rerun);
}

static void details(struct writer *w)
{
    for (size_t i = 0; i < w->r->n_trials; i++)
        if (detail_is_due(&w->r->trials[i]) && !detail_is_told_before(w->r, &w->r->trials[i]))
            detail(w, &w->r->trials[i]);
}

/* ---- What was not proven ---- */

static void not_proven(struct writer *w)
{
    const struct report *r = w->r;

    if (r->n_unproved == 0 && !unproved_is_asked(r))
        return;
    safe_print(w->f, "\nNot proven:%s\n", r->n_unproved == 0 ? " nothing that this gpuvet looks at was left out" : "");
    for (size_t i = 0; i < r->n_unproved && i < NOT_PROVEN_LINES; i++)
        paragraph(w->f, w->t->width, 2, "- ", text_make(&w->arena, "%s: %s", r->unproved[i].why, not_proven_names(&r->unproved[i], &w->arena)));
    if (r->n_unproved > NOT_PROVEN_LINES)
        safe_print(w->f, "  - and %zu more reasons, in what -o or --json writes\n", r->n_unproved - NOT_PROVEN_LINES);
}

/* Those that are met are counted: an order sheet is long. */
static void requirements(struct writer *w)
{
    size_t n_met = 0;

    for (size_t i = 0; i < w->r->n_requires; i++)
        n_met += w->r->requires[i].met;
    if (n_met > 0) {
        tag(w, "pass");
        safe_print(w->f, "required  (%zu of %zu met)\n", n_met, w->r->n_requires);
    }
    for (size_t i = 0; i < w->r->n_requires; i++) {
        const struct requirement *q = &w->r->requires[i];

        if (q->met)
            continue;
        tag(w, q->unknown ? "broken" : "fail");
        safe_print(w->f, "required: %s: %s\n", q->text, q->why);
    }
}

/* Of all trials: how many results of calls were held against what they should be. Without the reports of earlier versions. */
static void put_verified(struct writer *w)
{
    double results = 0;

    for (size_t i = 0; i < w->r->n_trials; i++) {
        const struct observation *o = outcome_saw(&w->r->trials[i].outcome, "verified");

        results += o != NULL && o->is_number ? o->number : 0;
    }
    if (results > 0)
        safe_print(w->f, "\nVerified: the result%s of %.0f call%s.\n", results == 1 ? "" : "s", results, results == 1 ? "" : "s");
}

void terminal_report(FILE *f, const struct report *r, const struct terminal *t)
{
    struct writer w = { .f = f, .r = r, .t = t };

    header(&w);
    fputc('\n', f);
    for (size_t i = 0; i < r->n_trials; i++)
        if (area_is_first(r, i))
            area(&w, i);
    requirements(&w);
    measured_write(f, r, t->width);
    if (r->comparison != NULL) {
        fputc('\n', f);
        comparison_put(f, r->comparison, r->baseline, "now");
    }
    selftest_table(f, r, t->width);
    details(&w);
    not_proven(&w);
    soaked_write(f, r, t->width);
    put_verified(&w);
    fputc('\n', f);
    if (r->earlier != NULL && *r->earlier != '\0' && !text_is(r->earlier, r->closing))
        paragraph(w.f, w.t->width, 0, "judged again; that run itself closed with: ", r->earlier);
    safe_print(f, "gpuvet: %s\n", r->closing);
    arena_free(&w.arena);
}
