#include "report/html/page.h"

#include "base/embed.h"
#include "base/text.h"
#include "report/html/markup.h"
#include "report/html/part.h"

EMBED(page_style, "harness/report/html/page.css")

static const struct part *const parts[] = {
    &part_findings, &part_compared, &part_across, &part_figures, &part_roofline, &part_sm, &part_soak, &part_machine, &part_stacks, &part_trials, &part_not_proven, &part_again,
};

/* Whatever got past the escaping: the page may fetch nothing and run nothing. */
static void head(struct page *p)
{
    const char *hostname = p->r->machine->hostname;

    markup(p->f, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
                 "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    markup_print(p->f, "gpuvet: %s on %s", verdict_name(report_verdict(p->r)), hostname != NULL ? hostname : "this machine");
    markup(p->f, "</title>\n<style>\n");
    markup(p->f, page_style);
    markup(p->f, "</style>\n</head>\n<body>\n");
}

static void contents(struct page *p)
{
    markup(p->f, "<nav aria-label=\"On this page\"><ul>\n");
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (parts[i]->has(p->r))
            fprintf(p->f, "<li><a href=\"#%s\">%s</a></li>\n", parts[i]->id, parts[i]->title);
    markup(p->f, "</ul></nav>\n");
}

void html_page(FILE *f, const struct report *r)
{
    struct page p = { .f = f, .r = r };

    head(&p);
    verdict_write(&p);
    contents(&p);
    markup(f, "<main>\n");
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (!parts[i]->has(r))
            continue;
        fprintf(f, "<section id=\"%s\" aria-labelledby=\"h-%s\"><h2 id=\"h-%s\">%s</h2>\n", parts[i]->id, parts[i]->id, parts[i]->id, parts[i]->title);
        parts[i]->write(&p);
        markup(f, "</section>\n");
    }
    markup(f, "</main>\n</body>\n</html>\n");
    arena_free(&p.arena);
}
