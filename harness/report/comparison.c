#include "report/comparison.h"

#include <string.h>

#include "model/figures.h"
#include "report/safe.h"

enum { ID_MOST = 64 };

static int id_width(const struct comparison *c)
{
    size_t most = sizeof "measurement" - 1;

    for (size_t i = 0; i < c->n_pairs; i++)
        if (strlen(c->pairs[i].id) > most)
            most = strlen(c->pairs[i].id);
    return most < ID_MOST ? (int)most : ID_MOST;
}

static void put_pair(FILE *f, const struct pair *p, int width)
{
    const struct compared *c = &p->c;

    safe_print(f, "  %-11s %-*s %9s %9s %-8s", difference_name(c->is), width, p->id, figure_shown(p->before).s, figure_shown(p->after).s, c->unit);
    if (c->ratio.middle > 0)
        safe_print(f, " %+6.2f %%  (%+.2f to %+.2f)", 100 * (c->ratio.middle - 1), 100 * (c->ratio.low - 1), 100 * (c->ratio.high - 1));
    if (c->ratio.middle <= 0)
        safe_print(f, "  it takes two rounds of each at least");
    else if (c->would_tell > 0)
        safe_print(f, "  %zu rounds of each would tell", c->would_tell);
    safe_print(f, "\n");
}

static void put_all_that_are(FILE *f, const struct comparison *c, enum difference is, int width)
{
    for (size_t i = 0; i < c->n_pairs; i++)
        if (c->pairs[i].c.is == is)
            put_pair(f, &c->pairs[i], width);
}

/* What is to be acted upon comes first. */
static void put_pairs(FILE *f, const struct comparison *c)
{
    const int width = id_width(c);

    if (c->n_pairs > 0)
        safe_print(f, "  %-11s %-*s %9s %9s\n", "", width, "measurement", "before", "after");
    put_all_that_are(f, c, SLOWER, width);
    for (size_t i = 0; i < c->n_missing; i++)
        safe_print(f, "  %-11s %s\n", "missing", c->missing[i]);
    put_all_that_are(f, c, CANNOT_TELL, width);
    put_all_that_are(f, c, FASTER, width);
    put_all_that_are(f, c, SAME, width);
}

void comparison_put(FILE *f, const struct comparison *c, const char *before, const char *after)
{
    safe_print(f, "%s, then %s\n", before, after);
    for (size_t i = 0; i < c->n_changed; i++)
        safe_print(f, "  differs     %s: %s, then %s\n", c->changed[i].what, c->changed[i].before, c->changed[i].after);
    if (c->n_changed == 0)
        safe_print(f, "  the same program, machine, driver and GPUs\n");
    if (c->n_pairs + c->n_missing > 0)
        safe_print(f, "\n");
    put_pairs(f, c);
}

void comparison_write(FILE *f, const struct comparison *c, const char *before, const char *after)
{
    const int exit_code = comparison_exit_code(c);
    struct arena arena = { NULL };

    comparison_put(f, c, before, after);
    safe_print(f, "\ngpuvet: %s - %s\n", exit_code == 0 ? "PASS" : exit_code == 1 ? "FAIL" : "CANNOT TELL", comparison_tally(c, &arena));
    arena_free(&arena);
}
