/* Whether what was measured is what a healthy GPU of that model comes to. */
#include "model/judge.h"

#include "base/text.h"
#include "model/figures.h"

/* A board may be clocked a little above its datasheet. */
static const double impossible = 1.05;

void judge_figure(struct judged *j, struct arena *a)
{
    const struct figure *f = j->figure;
    const struct device *d = j->trial.device;
    const char *below;

    if (f == NULL || j->verdict != PASS || f->least <= 0)
        return;
    if (f->middle > f->peak * impossible) {
        judge_broken(j, text_make(a, "%.0f %s are more than the %.0f of %s: what was measured cannot be right", f->middle, f->unit, f->peak, f->peak_of));
        return;
    }
    if (f->middle >= f->least)
        return;
    below = text_make(a, "%.0f %s are %.1f %% of the %.0f of %s; a healthy GPU reaches %.0f %%", f->middle, f->unit,
                      100 * f->middle / f->peak, f->peak, f->peak_of, 100 * f->least / f->peak);
    if (f->disturbed != NULL)           /* the cause is what there is to act upon */
        below = text_make(a, "%s; while it was measured %s", below, f->disturbed);
    if (d->foreign != NULL) {
        j->warns = true;
        j->why = text_make(a, "%s, but it is not alone: %s", below, d->foreign);
        return;
    }
    judge_failed(j, below);
    j->act = text_make(a, "nvidia-smi -q -d CLOCK,PERFORMANCE,TEMPERATURE,ECC,ROW_REMAPPER -i %s", d->pci != NULL ? d->pci : d->uuid);
}
