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
    safe_print(f, "  %s %5.1f %% of %.4g", bar, 100 * x->middle / x->peak, x->peak);
}

static void put_figure(FILE *f, const struct judged *j)
{
    const struct figure *x = j->figure;

    safe_print(f, "  %-32s %9.4g %-8s", j->trial.id, x->middle, x->unit);
    if (x->n > 1)
        safe_print(f, " +-%4.1f %%", 100 * x->spread);
    if (x->peak > 0)
        put_bar(f, x);
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
            return "the datasheet, or where the model is not known the driver's bus width and memory clock";
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
