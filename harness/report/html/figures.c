/* What was measured, by what it is about, with a bar against what the GPU can do. */
#include "report/html/part.h"

#include <string.h>

#include "base/text.h"
#include "model/difference.h"
#include "model/figures.h"
#include "report/html/family.h"
#include "report/html/markup.h"
#include "report/html/scale.h"
#include "report/html/svg.h"

enum { SHOWN_OPEN = 64 };               /* rows: what is longer is unfolded by whoever wants it */

static const char *const columns[] = { "Measurement", "Figure", "Of the limit", NULL };

static bool has(const struct report *r)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].figure != NULL)
            return true;
    return false;
}

/* Of what is measured in that unit, in that family: the bars of what has no limit are shares of it. */
static double largest(const struct report *r, const struct judged *j)
{
    double most = 0;

    for (size_t i = 0; i < r->n_trials; i++) {
        const struct figure *x = r->trials[i].figure;

        if (x != NULL && text_is(x->unit, j->figure->unit) && family_is_same(&r->trials[i], j) && x->middle > most)
            most = x->middle;
    }
    return most;
}

static void against_limit(struct page *p, const struct figure *x)
{
    const bool low = x->least > 0 && x->middle < x->least;
    const double percent = 100 * x->middle / x->peak;
    char peak[SCALE_NUMBER], label[160];
    struct bar b = { .share = x->middle / x->peak, .mark = x->least / x->peak, .is = low ? "low" : "good", .label = label };

    scale_number(peak, x->peak);
    if (x->least > 0)
        text_format(label, sizeof label, "%.1f %% of %s %s; a healthy GPU reaches %.1f %%", percent, peak, x->unit, 100 * x->least / x->peak);
    else
        text_format(label, sizeof label, "%.1f %% of %s %s", percent, peak, x->unit);
    svg_bar(p->f, &b);
    markup_element(p->f, "span", low ? "of low" : "of", "%.1f %% of %s", percent, peak);
    if (low)
        markup_element(p->f, "span", "of low", ", below the healthy %.1f %%", 100 * x->least / x->peak);
}

static void row(struct page *p, const struct judged *j, double most)
{
    const struct figure *x = j->figure;
    const struct observation *way = outcome_saw(&j->outcome, "rate.way");
    char number[SCALE_NUMBER], label[96];
    const bool low = x->least > 0 && x->middle < x->least;
    struct bar b = { .share = x->middle / most, .is = low ? "low" : "plain", .label = label };

    markup(p->f, "<tr><th scope=\"row\"><code>");
    markup_text(p->f, family_short(j));
    markup(p->f, "</code>");
    if (j->trial.device != NULL)
        markup_element(p->f, "span", "name", " gpu%d", j->trial.device->index);
    if (j->trial.stack != NULL)
        markup_element(p->f, "span", "more", " %s", j->trial.stack->name);
    markup(p->f, "</th><td class=\"number\">");
    markup_print(p->f, "%s\xc2\xa0%s", scale_number(number, x->middle), x->unit);
    if (x->n > 1)
        markup_element(p->f, "span", "more", " \xc2\xb1%.1f\xc2\xa0%%", 100 * x->spread);
    markup(p->f, "</td><td class=\"wide\">");
    if (way != NULL)
        markup_element(p->f, "p", "more", "%s", way->text);
    if (x->peak > 0) {
        against_limit(p, x);
    } else {
        text_format(label, sizeof label, "%.0f %% of the largest in this table; its limit is not known", 100 * b.share);
        svg_bar(p->f, &b);
        markup(p->f, "<span class=\"of\">limit not known</span>");
        if (x->least > 0)
            markup_element(p->f, "span", low ? "of low" : "of", ", healthy from %s %s", scale_number(number, x->least), x->unit);
    }
    if (x->disturbed != NULL && x->n > 1)
        markup_element(p->f, "p", "more", "disturbed in %u of %zu rounds: %s", x->disturbed_rounds, x->n, x->disturbed);
    else if (x->disturbed != NULL)
        markup_element(p->f, "p", "more", "disturbed: %s", x->disturbed);
    markup(p->f, "</td></tr>\n");
}

/* Several units may stand in one family: the largest of each is asked for once. */
static void rows(struct page *p, const struct judged *first)
{
    struct { const char *unit; double most; } known[8];
    size_t n = 0;

    for (const struct judged *j = first; j < p->r->trials + p->r->n_trials; j++) {
        size_t k = 0;

        if (j->figure == NULL || !family_is_same(j, first))
            continue;
        while (k < n && !text_is(known[k].unit, j->figure->unit))
            k++;
        if (k == n && n < COUNT_OF(known)) {
            known[n].unit = j->figure->unit;
            known[n++].most = largest(p->r, j);
        }
        row(p, j, k < n ? known[k].most : largest(p->r, j));
    }
}

static void family(struct page *p, const struct judged *first)
{
    const struct family of = family_of(first);
    size_t n = 0;

    for (const struct judged *j = first; j < p->r->trials + p->r->n_trials; j++)
        n += j->figure != NULL && family_is_same(j, first);
    fprintf(p->f, "<details%s><summary><h3>", n <= SHOWN_OPEN ? " open" : "");
    markup_text(p->f, of.title);
    markup(p->f, "</h3>");
    markup_print(p->f, " %zu figure%s", n, n == 1 ? "" : "s");
    markup(p->f, "</summary>\n");
    part_table(p, "bars", text_make(&p->arena, "%s: the median of %u round%s", of.title, p->r->rounds > 1 ? p->r->rounds : 1, p->r->rounds > 1 ? "s" : ""), columns);
    rows(p, first);
    part_table_end(p);
    markup(p->f, "</details>\n");
}

static void sources(struct page *p)
{
    const char *told[4];
    size_t n = 0;

    markup(p->f, "<p class=\"note\">A bar is a share of the limit");
    for (size_t i = 0; i < p->r->n_trials; i++) {
        const struct figure *x = p->r->trials[i].figure;
        size_t k = 0;

        if (x == NULL || x->peak_of == NULL)
            continue;
        while (k < n && !text_is(told[k], x->peak_of))
            k++;
        if (k < n || n == COUNT_OF(told))
            continue;
        markup_print(p->f, "%s%s", n == 0 ? " by " : ", or by ", x->peak_of);
        told[n++] = x->peak_of;
    }
    markup(p->f, "; the line in it is where a healthy GPU of that model begins. \xc2\xb1 is the spread of the rounds.</p>\n");
}

static void figures(struct page *p)
{
    const struct judged **firsts = NULL;
    size_t n = 0;

    sources(p);
    for (const struct judged *j = p->r->trials; j < p->r->trials + p->r->n_trials; j++) {
        size_t k = 0;

        while (k < n && j->figure != NULL && !family_is_same(firsts[k], j))
            k++;
        if (j->figure == NULL || k < n)
            continue;
        *ARENA_PUSH(&p->arena, firsts, n) = j;
        family(p, j);
    }
}

const struct part part_figures = { "measured", "Measured", has, figures };
