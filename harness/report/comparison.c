#include "report/comparison.h"

#include "model/figures.h"
#include "report/safe.h"

static void put_pair(FILE *f, const struct pair *p)
{
    const struct compared *c = &p->c;

    safe_print(f, "  %-11s %-32s %9s %9s %-8s", difference_name(c->is), p->id, figure_shown(p->before).s, figure_shown(p->after).s, c->unit);
    if (c->ratio.middle > 0)
        safe_print(f, " %+6.2f %%  (%+.2f to %+.2f)", 100 * (c->ratio.middle - 1), 100 * (c->ratio.low - 1), 100 * (c->ratio.high - 1));
    if (c->ratio.middle <= 0)
        safe_print(f, "  it takes two rounds of each at least");
    else if (c->would_tell > 0)
        safe_print(f, "  %zu rounds of each would tell", c->would_tell);
    safe_print(f, "\n");
}

void comparison_put(FILE *f, const struct comparison *c, const char *before, const char *after)
{
    safe_print(f, "%s, then %s\n", before, after);
    for (size_t i = 0; i < c->n_changed; i++)
        safe_print(f, "  differs     %s: %s, then %s\n", c->changed[i].what, c->changed[i].before, c->changed[i].after);
    if (c->n_changed == 0)
        safe_print(f, "  the same program, machine, driver and GPUs\n");
    safe_print(f, "\n");
    for (size_t i = 0; i < c->n_pairs; i++)
        put_pair(f, &c->pairs[i]);
    for (size_t i = 0; i < c->n_missing; i++)
        safe_print(f, "  %-11s %s\n", "missing", c->missing[i]);
}

void comparison_write(FILE *f, const struct comparison *c, const char *before, const char *after)
{
    const int exit_code = comparison_exit_code(c);

    comparison_put(f, c, before, after);
    safe_print(f, "\ngpuvet: %s - of %zu measurements %zu the same, %zu faster, %zu slower, %zu that cannot be told",
               exit_code == 0 ? "PASS" : exit_code == 1 ? "FAIL" : "CANNOT TELL", c->n_pairs + c->n_missing,
               c->count[SAME], c->count[FASTER], c->count[SLOWER], c->count[CANNOT_TELL]);
    if (c->n_missing > 0)
        safe_print(f, ", %zu missing", c->n_missing);
    safe_print(f, "\n");
}
