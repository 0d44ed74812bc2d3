/* Every trial, by what it is about; those that passed are folded away. */
#include "report/html/part.h"

#include "base/text.h"
#include "report/area.h"
#include "report/detail.h"
#include "report/html/markup.h"
#include "report/html/scale.h"

static const char *const columns[] = { "State", "Trial", "Took", NULL };

static bool has(const struct report *r)
{
    return r->n_trials > 0;
}

static void row(struct page *p, const struct judged *j)
{
    char number[SCALE_NUMBER];

    markup(p->f, "<tr><td>");
    part_badge(p, detail_word(j));
    markup(p->f, "</td><th scope=\"row\"><code>");
    markup_text(p->f, j->trial.probe->name);
    markup(p->f, "</code>");
    markup_element(p->f, "p", "more", "%s", j->why[0] != '\0' ? j->why : j->trial.probe->claim);
    markup(p->f, "</th><td class=\"number\">");
    if (j->outcome.ending != ENDED_NOT_RUN)
        markup_print(p->f, "%s\xc2\xa0ms", scale_number(number, j->outcome.took_ms));
    markup(p->f, "</td></tr>\n");
}

static bool is_of(const struct judged *j, const struct judged *first, const char *const *words)
{
    if (!area_is_same(j, first))
        return false;
    for (; *words != NULL; words++)
        if (text_is(detail_word(j), *words))
            return true;
    return false;
}

static void table(struct page *p, size_t first, const char *what, const char *const *verdicts)
{
    part_table(p, "figures", text_make(&p->arena, "%s: %s", area_name(&p->r->trials[first], &p->arena), what), columns);
    for (size_t i = first; i < p->r->n_trials; i++)
        if (is_of(&p->r->trials[i], &p->r->trials[first], verdicts))
            row(p, &p->r->trials[i]);
    part_table_end(p);
}

static void folded(struct page *p, size_t first, size_t n, const char *what, const char *const *verdicts)
{
    if (n == 0)
        return;
    markup(p->f, "<details><summary>");
    markup_print(p->f, "%zu %s", n, what);
    markup(p->f, "</summary>\n");
    table(p, first, what, verdicts);
    markup(p->f, "</details>\n");
}

static void area(struct page *p, size_t first)
{
    static const char *const not_well[] = { "fail", "broken", "warn", NULL }, *const passed[] = { "pass", NULL }, *const skipped[] = { "skip", NULL };
    const struct tally n = area_tally(p->r, first);

    markup(p->f, "<section class=\"area\"><h3>");
    markup_text(p->f, area_name(&p->r->trials[first], &p->arena));
    markup(p->f, "</h3>\n");
    if (n.fail + n.broken + n.warn > 0)
        table(p, first, "not well", not_well);
    folded(p, first, n.pass - n.warn, "passed", passed);
    folded(p, first, n.skip, "skipped", skipped);
    markup(p->f, "</section>\n");
}

static void trials(struct page *p)
{
    const struct tally n = report_tally(p->r);

    markup_element(p->f, "p", "note", "%zu trials: %zu passed (%zu with a warning), %zu failed, %zu broken, %zu skipped.", n.all, n.pass, n.warn, n.fail, n.broken, n.skip);
    for (size_t i = 0; i < p->r->n_trials; i++)
        if (area_is_first(p->r, i))
            area(p, i);
}

const struct part part_trials = { "trials", "Trials", has, trials };
