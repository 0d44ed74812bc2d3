/* All that is not well, and what was required and is not so. */
#include "report/html/part.h"

#include "base/text.h"
#include "report/detail.h"
#include "report/html/markup.h"

static const char *const columns[] = { "State", "Where", "What happened", "What to do", NULL };

static bool has(const struct report *r)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (detail_is_due(&r->trials[i]))
            return true;
    for (size_t i = 0; i < r->n_requires; i++)
        if (!r->requires[i].met)
            return true;
    return false;
}

static void begin_row(struct page *p, const char *word)
{
    markup(p->f, "<tr>");
    part_cell(p, columns[0]);
    part_badge(p, word);
    markup(p->f, "</td>");
    part_cell(p, columns[1]);
}

static void put_said(struct page *p, const char *said)
{
    const char *at = detail_last_lines(said), *line;
    size_t n;

    markup(p->f, "<pre>");
    while (text_next_line(&at, &line, &n))
        if (n > 0)
            markup_print(p->f, "%.*s\n", (int)(n < DETAIL_LINE ? n : DETAIL_LINE), line);
    markup(p->f, "</pre>");
}

static void finding(struct page *p, const struct judged *j)
{
    const char *rerun = detail_rerun(p->r, j, &p->arena), *others = detail_same_on(p->r, j, &p->arena);

    begin_row(p, detail_word(j));
    markup_element(p->f, "code", NULL, "%s", j->trial.id);
    if (*others != '\0')
        markup_element(p->f, "p", "more", "the same on %s", others);
    markup(p->f, "</td>");
    part_cell(p, columns[2]);
    markup_text(p->f, j->why);
    markup_element(p->f, "p", "more", "claim: %s", j->trial.probe->claim);
    if (j->outcome.said != NULL && *j->outcome.said != '\0')
        put_said(p, j->outcome.said);
    markup(p->f, "</td>");
    part_cell(p, columns[3]);
    if (j->act != NULL)
        part_command(p, "try", j->act);
    if (rerun != NULL)
        part_command(p, "run again", rerun);
    markup(p->f, "</td></tr>\n");
}

static void unmet(struct page *p, bool unknown)
{
    for (size_t i = 0; i < p->r->n_requires; i++) {
        const struct requirement *q = &p->r->requires[i];

        if (q->met || q->unknown != unknown)
            continue;
        begin_row(p, unknown ? "broken" : "fail");
        markup(p->f, "required: ");
        markup_element(p->f, "code", NULL, "%s", q->text);
        markup(p->f, "</td>");
        part_cell(p, columns[2]);
        markup_text(p->f, q->why);
        markup(p->f, "</td>");
        part_cell(p, columns[3]);
        markup(p->f, "</td></tr>\n");
    }
}

static void findings(struct page *p, const char *word)
{
    for (size_t i = 0; i < p->r->n_trials; i++) {
        const struct judged *j = &p->r->trials[i];

        if (text_is(detail_word(j), word) && !detail_is_told_before(p->r, j))
            finding(p, j);
    }
}

static void put_all(struct page *p)
{
    part_table(p, "stacked", "What failed first, then what could not be found out, then warnings", columns);
    findings(p, "fail");
    unmet(p, false);
    findings(p, "broken");
    unmet(p, true);
    findings(p, "warn");
    part_table_end(p);
}

const struct part part_findings = { "findings", "What is not well", has, put_all };
