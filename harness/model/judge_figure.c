/* Whether what was measured is what a healthy GPU of that model comes to. */
#include "model/judge.h"

#include "base/text.h"
#include "model/figures.h"

/* A board may be clocked a little above its datasheet; its multiprocessors much: boost clocks of desktop GPUs are the
 * maker's, and a tensor core's figure is by a lower clock than the highest (H100: 1830 of 1980 MHz). */
static double impossible(const struct judged *j)
{
    return peak_follows_clock(j->trial.probe->peak) ? 1.3 : 1.05;
}

/* At the clock that was measured it does what a healthy one does: that clock is power's or temperature's doing. */
static bool is_clock_alone(const struct figure *f)
{
    return f->attainable > 0 && f->attainable < f->peak && f->middle / f->attainable >= f->least / f->peak;
}

void judge_figure(struct judged *j, struct arena *a)
{
    const struct figure *f = j->figure;
    const struct device *d = j->trial.device;
    const char *below;

    if (f == NULL || j->verdict != PASS || f->least <= 0)
        return;
    if (f->middle > f->peak * impossible(j)) {
        judge_broken(j, text_make(a, "%s %s are more than the %s of %s: what was measured cannot be right",
                                 figure_shown(f->middle).s, f->unit, figure_shown(f->peak).s, f->peak_of));
        return;
    }
    if (f->middle >= f->least)
        return;
    below = text_make(a, "%s %s are %.1f %% of the %s of %s; a healthy GPU reaches %.0f %%", figure_shown(f->middle).s, f->unit,
                      100 * f->middle / f->peak, figure_shown(f->peak).s, f->peak_of, 100 * f->least / f->peak);
    if (f->disturbed != NULL)           /* the cause is what there is to act upon */
        below = text_make(a, "%s; while it was measured %s", below, f->disturbed);
    if (d->foreign != NULL) {
        j->warns = true;
        j->why = text_make(a, "%s, but it is not alone: %s", below, d->foreign);
        return;
    }
    if (is_clock_alone(f)) {
        j->warns = true;
        j->why = text_make(a, "%s, and at its %.0f MHz this one reaches %.0f %%: look at its power limit and temperature", below, f->clock,
                           100 * f->middle / f->attainable);
        return;
    }
    judge_failed(j, below);
    j->act = text_make(a, "nvidia-smi -q -d CLOCK,PERFORMANCE,TEMPERATURE,ECC,ROW_REMAPPER -i %s", d->pci != NULL ? d->pci : d->uuid);
}
