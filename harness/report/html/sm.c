/* The map of a GPU's multiprocessors: which were proved, which were not reached, which computed something wrong. */
#include "report/html/part.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/html/markup.h"
#include "report/html/svg.h"

enum { COLUMNS = 24, CELL = 14, SMS_MAX = 1024 };

enum state { UNKNOWN, PROVED, NOT_REACHED, WRONG };

static const char *const words[] = { [UNKNOWN] = "unknown", [PROVED] = "proved", [NOT_REACHED] = "missed", [WRONG] = "wrong" };
static const char *const columns[] = { "GPU", "Multiprocessors", "Proved", "What is said of the others", NULL };

static const struct observation *number_of(const struct judged *j, const char *key)
{
    const struct observation *o = outcome_saw(&j->outcome, key);

    return o != NULL && o->is_number ? o : NULL;
}

static bool is_map(const struct judged *j)
{
    return j->trial.device != NULL && j->trial.device->sms > 0 && j->trial.device->sms <= SMS_MAX && number_of(j, "sm.proved") != NULL;
}

static bool has(const struct report *r)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (is_map(&r->trials[i]))
            return true;
    return false;
}

/* Marks those that a sentence names behind `before`: "12, 13, 40". Returns where the list ends. */
static const char *mark(enum state *map, size_t n, const char *list, enum state as)
{
    for (;;) {
        char *end;
        const unsigned long sm = strtoul(list, &end, 10);

        if (end == list)
            return list;
        if (sm < n)
            map[sm] = as;
        list = end;
        if (!text_starts(list, ", "))
            return list;
        list += 2;
    }
}

/* The first ones are named (child: sm.missing, sm.where); of more, only how many they are. */
static void read_map(enum state *map, size_t n, const struct judged *j)
{
    static const char missed[] = "no block ran on SM ", named[] = "SM ", wrong[] = " is wrong";
    const struct observation *missing = outcome_saw(&j->outcome, "sm.missing"), *where = outcome_saw(&j->outcome, "sm.where");
    const char *at = missing != NULL ? strstr(missing->text, missed) : NULL;
    double left = number_of(j, "sm.proved")->number;

    if (at != NULL)
        mark(map, n, at + sizeof missed - 1, NOT_REACHED);
    for (at = where != NULL ? strstr(where->text, named) : NULL; at != NULL; at = strstr(at + 1, named)) {
        const char *end = at + sizeof named - 1 + strspn(at + sizeof named - 1, "0123456789");

        if (text_starts(end, wrong))
            mark(map, n, at + sizeof named - 1, WRONG);
    }
    for (size_t i = 0; i < n && left > 0; i++)
        if (map[i] == UNKNOWN) {
            map[i] = PROVED;
            left--;
        }
}

static void picture(struct page *p, const struct judged *j)
{
    enum state map[SMS_MAX] = { UNKNOWN };
    const size_t n = (size_t)j->trial.device->sms, rows = (n + COLUMNS - 1) / COLUMNS;
    size_t count[COUNT_OF(words)] = { 0 };

    read_map(map, n, j);
    for (size_t i = 0; i < n; i++)
        count[map[i]]++;
    markup(p->f, "<figure>");
    svg_begin(p->f, "map", COLUMNS * CELL, (double)rows * CELL, text_make(&p->arena, "Multiprocessors of gpu%d", j->trial.device->index),
              text_make(&p->arena, "%zu proved, %zu wrong, %zu not reached, %zu unknown", count[PROVED], count[WRONG], count[NOT_REACHED], count[UNKNOWN]));
    for (size_t i = 0; i < n; i++)
        svg_box(p->f, words[map[i]], (double)(i % COLUMNS) * CELL + 1, (double)(i / COLUMNS) * CELL + 1, CELL - 2, CELL - 2);
    svg_end(p->f);
    markup_element(p->f, "figcaption", NULL, "gpu%d, %s: %zu of %zu multiprocessors proved%s", j->trial.device->index, j->trial.probe->name, count[PROVED], n,
                   count[UNKNOWN] > 0 ? "; of those not filled, the run does not say which they are" : "");
    markup(p->f, "</figure>\n");
}

static void row(struct page *p, const struct judged *j)
{
    const struct observation *missing = outcome_saw(&j->outcome, "sm.missing"), *where = outcome_saw(&j->outcome, "sm.where");

    markup(p->f, "<tr><th scope=\"row\">");
    markup_print(p->f, "gpu%d", j->trial.device->index);
    markup(p->f, "</th><td>");
    markup_print(p->f, "%d", j->trial.device->sms);
    markup(p->f, "</td><td>");
    markup_print(p->f, "%.0f", number_of(j, "sm.proved")->number);
    markup(p->f, "</td><td>");
    markup_print(p->f, "%s%s%s", where != NULL ? where->text : "", where != NULL && missing != NULL ? "; " : "", missing != NULL ? missing->text : "");
    markup(p->f, "</td></tr>\n");
}

static void maps(struct page *p)
{
    markup(p->f, "<p class=\"note key\">Each square is one: <span class=\"swatch proved\"></span> proved, <span class=\"swatch wrong\"></span> wrong, "
                 "<span class=\"swatch missed\"></span> not reached, <span class=\"swatch unknown\"></span> unknown.</p>\n");
    markup(p->f, "<div class=\"charts\">\n");
    for (size_t i = 0; i < p->r->n_trials; i++)
        if (is_map(&p->r->trials[i]))
            picture(p, &p->r->trials[i]);
    markup(p->f, "</div>\n");
    part_table(p, "figures", "Multiprocessors by GPU", columns);
    for (size_t i = 0; i < p->r->n_trials; i++)
        if (is_map(&p->r->trials[i]))
            row(p, &p->r->trials[i]);
    part_table_end(p);
}

const struct part part_sm = { "multiprocessors", "Multiprocessors", has, maps };
