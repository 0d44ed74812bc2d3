#include "report/html/part.h"

#include "base/text.h"
#include "report/html/markup.h"

void part_badge(struct page *p, const char *word)
{
    static const struct { const char *word, *shown; } words[] = {
        { "pass", "PASS" }, { "fail", "FAIL" }, { "broken", "BROKEN" }, { "warn", "WARNING" }, { "skip", "SKIP" },
    };

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (text_is(words[i].word, word))
            fprintf(p->f, "<span class=\"badge %s\">%s</span>", words[i].word, words[i].shown);
}

void part_table(struct page *p, const char *is, const char *caption, const char *const *columns)
{
    fprintf(p->f, "<table class=\"%s\">", is);
    markup_element(p->f, "caption", NULL, "%s", caption);
    markup(p->f, "<thead><tr>");
    for (; *columns != NULL; columns++) {
        markup(p->f, "<th scope=\"col\">");
        markup_text(p->f, *columns);
        markup(p->f, "</th>");
    }
    markup(p->f, "</tr></thead><tbody>\n");
}

void part_table_end(struct page *p)
{
    markup(p->f, "</tbody></table>\n");
}

void part_cell(struct page *p, const char *column)
{
    markup(p->f, "<td");
    markup_attribute(p->f, "data-of", "%s", column);
    markup(p->f, ">");
}

void part_command(struct page *p, const char *label, const char *command)
{
    markup(p->f, "<div class=\"command\">");
    markup_element(p->f, "span", "label", "%s", label);
    markup_element(p->f, "code", NULL, "%s", command);
    markup(p->f, "</div>\n");
}
