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

/* "4100 GB/s are 85.2 % of the 4814 of the datasheet; a healthy GPU reaches 90 %" */
static const char *below_least(const struct judged *j, struct arena *a)
{
    const struct figure *f = j->figure;
    const struct gpu_set *set = j->trial.set;
    const char *healthy = set != NULL ? text_make(a, "%zu such GPUs that are healthy reach", set->n) : "a healthy GPU reaches";
    const char *of_peak = f->peak > 0 ? text_make(a, " are %.1f %% of the %s of %s", 100 * f->middle / f->peak, figure_shown(f->peak).s, f->peak_of) : "";
    const char *least = f->least < f->peak ? text_make(a, "%.0f %%", 100 * f->least / f->peak) : text_make(a, "%s %s", figure_shown(f->least).s, f->unit);
    const char *below = text_make(a, "%s %s%s; %s %s", figure_shown(f->middle).s, f->unit, of_peak, healthy, least);

    /* The cause is what there is to act upon. */
    return f->disturbed != NULL ? text_make(a, "%s; while it was measured %s", below, f->disturbed) : below;
}

/* Who else computes on what was measured; NULL: nobody. */
static const char *foreign_of(const struct trial *t)
{
    for (size_t i = 0; t->set != NULL && i < t->set->n; i++)
        if (t->set->gpus[i]->foreign != NULL)
            return t->set->gpus[i]->foreign;
    return t->device != NULL ? t->device->foreign : NULL;
}

/* What tells more. */
static const char *look_at(const struct device *d, struct arena *a)
{
    if (d == NULL)
        return "nvidia-smi topo -m && nvidia-smi nvlink --status && nvidia-smi nvlink --errorcounters";
    return text_make(a, "nvidia-smi -q -d CLOCK,PERFORMANCE,TEMPERATURE,ECC,ROW_REMAPPER -i %s", d->pci != NULL ? d->pci : d->uuid);
}

void judge_figure(struct judged *j, struct arena *a)
{
    const struct figure *f = j->figure;
    const char *below, *foreign;

    if (f == NULL || j->verdict != PASS || f->least <= 0)
        return;
    if (f->peak > 0 && f->middle > f->peak * impossible(j)) {
        judge_broken(j, text_make(a, "%s %s are more than the %s of %s: what was measured cannot be right",
                                 figure_shown(f->middle).s, f->unit, figure_shown(f->peak).s, f->peak_of));
        return;
    }
    if (f->middle >= f->least)
        return;
    below = below_least(j, a);
    foreign = foreign_of(&j->trial);
    if (foreign != NULL) {
        j->warns = true;
        j->why = text_make(a, "%s, but it is not alone: %s", below, foreign);
        return;
    }
    if (is_clock_alone(f)) {
        j->warns = true;
        j->why = text_make(a, "%s, and at its %.0f MHz this one reaches %.0f %%: look at its power limit and temperature", below, f->clock,
                           100 * f->middle / f->attainable);
        return;
    }
    judge_failed(j, below);
    j->act = look_at(j->trial.device, a);
}
