/* What the run came to beside an earlier one (--baseline): what is slower or gone first, what is the same folded away. */
#include "report/html/part.h"

#include "base/text.h"
#include "model/comparison.h"
#include "report/html/markup.h"
#include "report/html/scale.h"

static const char *const columns[] = { "Is", "Measurement", "Before", "Now", "Change, with 99 % certainty", NULL };
static const char *const changes[] = { "Differs", "Before", "Now", NULL };

static bool has(const struct report *r)
{
    return r->comparison != NULL;
}

static const char *change_of(const struct pair *p, struct arena *a)
{
    const struct ratio *x = &p->c.ratio;

    if (x->middle <= 0)
        return "it takes two rounds of each at least";
    if (p->c.would_tell > 0)
        return text_make(a, "%+.2f %% (%+.2f to %+.2f); %zu rounds of each would tell", 100 * (x->middle - 1), 100 * (x->low - 1), 100 * (x->high - 1), p->c.would_tell);
    return text_make(a, "%+.2f %% (%+.2f to %+.2f)", 100 * (x->middle - 1), 100 * (x->low - 1), 100 * (x->high - 1));
}

static void cell(struct page *p, const char *column, const char *s)
{
    part_cell(p, column);
    markup_text(p->f, s);
    markup(p->f, "</td>");
}

static void measurement(struct page *p, const char *is, bool bad, const char *id)
{
    markup(p->f, "<tr>");
    part_cell(p, columns[0]);
    markup_element(p->f, "span", bad ? "low" : "off", "%s", is);
    markup(p->f, "</td>");
    part_cell(p, columns[1]);
    markup_element(p->f, "code", NULL, "%s", id);
    markup(p->f, "</td>");
}

static void row(struct page *p, const struct pair *pair)
{
    char number[SCALE_NUMBER];

    measurement(p, difference_name(pair->c.is), pair->c.is == SLOWER, pair->id);
    cell(p, columns[2], text_make(&p->arena, "%s\xc2\xa0%s", scale_number(number, pair->before), pair->c.unit));
    cell(p, columns[3], text_make(&p->arena, "%s\xc2\xa0%s", scale_number(number, pair->after), pair->c.unit));
    cell(p, columns[4], change_of(pair, &p->arena));
    markup(p->f, "</tr>\n");
}

static void rows(struct page *p, const struct comparison *c, enum difference is)
{
    for (size_t i = 0; i < c->n_pairs; i++)
        if (c->pairs[i].c.is == is)
            row(p, &c->pairs[i]);
}

static void what_differs(struct page *p, const struct comparison *c)
{
    if (c->n_changed == 0) {
        markup(p->f, "<p class=\"note\">The same program, machine, driver and GPUs.</p>\n");
        return;
    }
    part_table(p, "stacked figures", "What is not the same around both runs", changes);
    for (size_t i = 0; i < c->n_changed; i++) {
        markup(p->f, "<tr>");
        cell(p, changes[0], c->changed[i].what);
        cell(p, changes[1], c->changed[i].before);
        cell(p, changes[2], c->changed[i].after);
        markup(p->f, "</tr>\n");
    }
    part_table_end(p);
}

static void compared(struct page *p)
{
    const struct comparison *c = p->r->comparison;

    markup_element(p->f, "p", "note", "Before is %s. %s.", p->r->baseline, comparison_tally(c, &p->arena));
    what_differs(p, c);
    if (c->n_pairs + c->n_missing > c->count[SAME]) {
        part_table(p, "stacked figures", "Measurements that are not the same, or of which it cannot be told", columns);
        rows(p, c, SLOWER);
        for (size_t i = 0; i < c->n_missing; i++) {
            measurement(p, "missing", true, c->missing[i]);
            for (size_t k = 2; columns[k] != NULL; k++)
                cell(p, columns[k], "\xe2\x80\x93");
            markup(p->f, "</tr>\n");
        }
        rows(p, c, CANNOT_TELL);
        rows(p, c, FASTER);
        part_table_end(p);
    }
    if (c->count[SAME] == 0)
        return;
    markup(p->f, "<details><summary>");
    markup_print(p->f, "%zu the same", c->count[SAME]);
    markup(p->f, "</summary>\n");
    part_table(p, "stacked figures", "Measurements that are the same", columns);
    rows(p, c, SAME);
    part_table_end(p);
    markup(p->f, "</details>\n");
}

const struct part part_compared = { "compared", "Before and now", has, compared };
