#include "report/measured.h"

#include "base/text.h"
#include "model/figures.h"
#include "report/safe.h"

enum { BAR = 20 };

/* "########----------------": as much of it as of the peak; '|' where a healthy GPU's begins. */
static void put_bar(FILE *f, const struct figure *x)
{
    const int reached = (int)(BAR * x->middle / x->peak + 0.5), least = (int)(BAR * x->least / x->peak + 0.5);
    char bar[BAR + 1];

    for (int i = 0; i < BAR; i++)
        bar[i] = x->least > 0 && i == least ? '|' : i < reached ? '#' : '.';
    bar[BAR] = '\0';
    safe_print(f, "  %s %5.1f %% of %s%s", bar, 100 * x->middle / x->peak, figure_shown(x->peak).s, text_is(x->peak_of, "the datasheet") ? "" : " (derived)");
}

static void put_figure(FILE *f, const struct judged *j)
{
    const struct figure *x = j->figure;

    safe_print(f, "  %-32s %9s %-8s", j->trial.id, figure_shown(x->middle).s, x->unit);
    if (x->n > 1)
        safe_print(f, " +-%4.1f %%", 100 * x->spread);
    if (x->peak > 0)
        put_bar(f, x);
    if (x->attainable > 0)
        safe_print(f, ", %.1f %% at %.0f MHz", 100 * x->middle / x->attainable, x->clock);
    safe_print(f, "\n");
    if (x->disturbed != NULL && x->n > 1)
        safe_print(f, "      disturbed in %u of %zu rounds: %s\n", x->disturbed_rounds, x->n, x->disturbed);
    else if (x->disturbed != NULL)
        safe_print(f, "      disturbed: %s\n", x->disturbed);
}

/* Who says what a GPU can do; said once. */
static const char *only_peak_of(const struct report *r)
{
    const char *one = NULL;

    for (size_t i = 0; i < r->n_trials; i++) {
        const struct figure *x = r->trials[i].figure;

        if (x == NULL || x->peak_of == NULL)
            continue;
        if (one != NULL && !text_is(one, x->peak_of))
            return "the datasheet; where that says nothing, by what the driver says of memory, multiprocessors, clock and link";
        one = x->peak_of;
    }
    return one;
}

void measured_write(FILE *f, const struct report *r)
{
    bool any = false;

    for (size_t i = 0; i < r->n_trials; i++) {
        if (r->trials[i].figure == NULL)
            continue;
        if (!any)
            safe_print(f, "\nMeasured, the median of %u round%s:\n", r->rounds > 1 ? r->rounds : 1, r->rounds > 1 ? "s" : "");
        any = true;
        put_figure(f, &r->trials[i]);
    }
    if (any && only_peak_of(r) != NULL)
        safe_print(f, "  the peak is by %s; | is where a healthy GPU begins\n", only_peak_of(r));
}
