/* The end of the page: what the run did not prove, and how to run it again. */
#include "report/html/part.h"

#include "base/text.h"
#include "model/unproved.h"
#include "report/detail.h"
#include "report/html/markup.h"
#include "report/not_proven.h"

/* ---- Not proven ---- */

static bool is_asked(const struct report *r)
{
    return r->n_unproved > 0 || unproved_is_asked(r);
}

static void not_proven(struct page *p)
{
    if (p->r->n_unproved == 0) {
        markup(p->f, "<p>Nothing that this gpuvet looks at was left out.</p>\n");
        return;
    }
    markup(p->f, "<ul>\n");
    for (size_t i = 0; i < p->r->n_unproved; i++)
        markup_element(p->f, "li", NULL, "%s: %s", p->r->unproved[i].why, not_proven_names(&p->r->unproved[i], &p->arena));
    markup(p->f, "</ul>\n");
}

const struct part part_not_proven = { "not-proven", "Not proven", is_asked, not_proven };

/* ---- Again ---- */

static bool was_started(const struct report *r)
{
    return r->n_command > 0;
}

static void again(struct page *p)
{
    struct text t = { .arena = &p->arena };
    const char *alone = NULL;

    for (size_t i = 0; i < p->r->n_command; i++) {
        text_add(&t, "%s", i > 0 ? " " : "");
        text_add_quoted(&t, p->r->command[i]);
    }
    part_command(p, "The whole run", t.s);
    for (size_t i = 0; i < p->r->n_trials && alone == NULL; i++)
        if (detail_is_due(&p->r->trials[i]))
            alone = p->r->trials[i].outcome.rerun;
    if (alone == NULL)
        return;
    markup(p->f, "<details><summary>The first trial that is not well, alone, for a debugger</summary>\n");
    part_command(p, "Its child's own command", alone);
    markup(p->f, "</details>\n");
}

const struct part part_again = { "again", "Run it again", was_started, again };
