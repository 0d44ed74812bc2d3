/* The same measurement on the GPUs of a box: how far each is from the middle of the others. */
#include "report/html/part.h"

#include <math.h>

#include "base/text.h"
#include "model/difference.h"
#include "model/figures.h"
#include "report/html/family.h"
#include "report/html/markup.h"
#include "report/html/scale.h"
#include "report/html/svg.h"

static const double slow = 0.03;         /* that much behind the others is shown in red; what fails is for the judge to say */

static const char *const columns[] = { "Measurement", "Median of the GPUs", "Slower \xe2\x86\x90 each GPU \xe2\x86\x92 faster", "Furthest off", NULL };

struct gpus { const struct judged **of; double *offs; double *middles; size_t n; double median; };       /* off: as a share, better is above 0 */

static bool is_measured(const struct judged *j)
{
    return j->figure != NULL && j->trial.device != NULL;
}

static bool has(const struct report *r)
{
    for (size_t i = 0; i < r->n_trials; i++)
        for (size_t k = i + 1; k < r->n_trials && is_measured(&r->trials[i]); k++)
            if (is_measured(&r->trials[k]) && family_is_one(&r->trials[i], &r->trials[k]))
                return true;
    return false;
}

/* Against the median of the others, so that one slow GPU does not pull down what it is held against. */
static void set_offs(struct gpus *g, struct arena *a)
{
    double *others = arena_alloc(a, g->n * sizeof *others);
    const struct measure *m = measure_of(g->of[0]->figure->unit);

    g->offs = arena_alloc(a, g->n * sizeof *g->offs);
    g->median = statistics_median(g->middles, g->n);
    for (size_t i = 0; i < g->n; i++) {
        size_t n = 0;
        double middle;

        for (size_t k = 0; k < g->n; k++)
            if (k != i)
                others[n++] = g->middles[k];
        middle = statistics_median(others, n);
        g->offs[i] = m != NULL && m->less_is_better ? middle / g->middles[i] - 1 : g->middles[i] / middle - 1;
        if (!isfinite(g->offs[i]))
            g->offs[i] = 0;
    }
}

static size_t furthest(const struct gpus *g)
{
    size_t most = 0;

    for (size_t i = 1; i < g->n; i++)
        if (fabs(g->offs[i]) > fabs(g->offs[most]))
            most = i;
    return most;
}

static const char *names(const struct gpus *g, struct arena *a)
{
    struct text t = { .arena = a };

    for (size_t i = 0; i < g->n; i++)
        text_add(&t, "%sgpu%d %+.1f %%", i > 0 ? ", " : "", g->of[i]->trial.device->index, 100 * g->offs[i]);
    return t.s;
}

/* At least five percent each way: noise is not to look like a finding. */
static void strip(struct page *p, const struct gpus *g)
{
    const double most = fmax(0.05, fabs(g->offs[furthest(g)]));
    const struct scale s = { .from = -most, .to = most, .at_from = 6, .at_to = 194 };

    svg_begin(p->f, "strip", 200, 14, "Each GPU against the median of the others", names(g, &p->arena));
    svg_line(p->f, "axis", 0, 7, 200, 7);
    svg_line(p->f, "axis", 100, 0, 100, 14);
    for (size_t i = 0; i < g->n; i++)
        svg_dot(p->f, g->offs[i] < -slow ? "dot low" : "dot", scale_at(&s, g->offs[i]), 7, 4);
    svg_end(p->f);
    markup_element(p->f, "span", "of", "\xc2\xb1%.0f\xc2\xa0%%", 100 * most);
}

static void row(struct page *p, const struct gpus *g)
{
    const size_t off = furthest(g);
    char number[SCALE_NUMBER];

    markup(p->f, "<tr>");
    part_cell(p, columns[0]);
    markup_element(p->f, "code", NULL, "%s", family_short(g->of[0]));
    if (g->of[0]->trial.stack != NULL)
        markup_element(p->f, "span", "more", " %s", g->of[0]->trial.stack->name);
    markup(p->f, "</td>");
    part_cell(p, columns[1]);
    markup_print(p->f, "%s\xc2\xa0%s", scale_number(number, g->median), g->of[0]->figure->unit);
    markup(p->f, "</td>");
    part_cell(p, columns[2]);
    strip(p, g);
    markup(p->f, "</td>");
    part_cell(p, columns[3]);
    markup_element(p->f, "span", g->offs[off] < -slow ? "low" : "off", "gpu%d\xc2\xa0%+.1f\xc2\xa0%%", g->of[off]->trial.device->index, 100 * g->offs[off]);
    markup(p->f, "</td></tr>\n");
}

/* All measurements, each with its GPUs, in the order in which they were first made. */
static struct gpus *gather(struct page *p, size_t *n)
{
    struct gpus *all = NULL;

    for (const struct judged *j = p->r->trials; j < p->r->trials + p->r->n_trials; j++) {
        size_t k = 0, n_of;

        if (!is_measured(j))
            continue;
        while (k < *n && !family_is_one(all[k].of[0], j))
            k++;
        if (k == *n)
            ARENA_PUSH(&p->arena, all, *n);
        n_of = all[k].n;
        *ARENA_PUSH(&p->arena, all[k].of, n_of) = j;
        *ARENA_PUSH(&p->arena, all[k].middles, all[k].n) = j->figure->middle;
    }
    return all;
}

static void across(struct page *p)
{
    size_t n = 0;
    struct gpus *all = gather(p, &n);

    markup(p->f, "<p class=\"note\">Every dot is a GPU, against the median of the <em>others</em>; red is 3 % slower or more. "
                 "With two GPUs that differ, this cannot tell which is at fault.</p>\n");
    part_table(p, "stacked figures", "The same measurement on each GPU", columns);
    for (size_t i = 0; i < n; i++)
        if (all[i].n >= 2) {
            set_offs(&all[i], &p->arena);
            row(p, &all[i]);
        }
    part_table_end(p);
}

const struct part part_across = { "across", "GPU against GPU", has, across };
