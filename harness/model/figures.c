#include "model/figures.h"

#include <math.h>

#include "base/text.h"
#include "model/difference.h"

static void add_disturbance(struct figure *sum, const struct judged *one, struct arena *a)
{
    const struct observation *saw = outcome_saw(&one->outcome, text_make(a, "%s.disturbed", one->trial.probe->measures));

    if (saw == NULL)
        return;
    sum->disturbed_rounds++;
    if (sum->disturbed == NULL)
        sum->disturbed = saw->text;
}

void figure_add_round(struct figure *sum, const struct judged *one, struct arena *a)
{
    const char *key = one->trial.probe->measures;
    const struct observation *saw = key != NULL && one->verdict == PASS ? outcome_saw(&one->outcome, key) : NULL;
    double *rounds = NULL;

    if (saw == NULL || !saw->is_number || !isfinite(saw->number) || measure_of(saw->unit) == NULL)
        return;
    rounds = arena_alloc(a, (sum->n + 1) * sizeof *rounds);
    for (size_t i = 0; i < sum->n; i++)
        rounds[i] = sum->rounds[i];
    rounds[sum->n++] = saw->number;
    sum->rounds = rounds;
    sum->unit = saw->unit;
    add_disturbance(sum, one, a);
}

/* A part of a GPU (MIG) has a part of its memory's rate: what it should come to is not known. */
static bool is_whole(const struct device *d)
{
    return d != NULL && !text_starts(d->uuid != NULL ? d->uuid : "", "MIG-");
}

static void find_peak(struct figure *f, const struct judged *j, const struct expected *x)
{
    const struct gpu_peak *peak = j->trial.device->name != NULL ? expected_peak(x, j->trial.device->name) : NULL;
    const struct observation *derived = outcome_saw(&j->outcome, "peak");

    if (peak != NULL) {
        f->peak = peak->memory_gbs;
        f->peak_of = "the datasheet";
    } else if (derived != NULL && derived->is_number && derived->number > 0) {
        f->peak = derived->number;
        f->peak_of = "its driver: bus width and memory clock";
    }
}

void figure_settle(struct figure *f)
{
    f->middle = statistics_median(f->rounds, f->n);
    f->spread = statistics_mad(f->rounds, f->n) / f->middle;
}

void figure_expect(struct figure *f, const struct judged *j, const struct expected *x)
{
    const struct healthy_rate *healthy;

    f->peak = f->least = 0;
    f->peak_of = f->least_source = NULL;
    if (!is_whole(j->trial.device))
        return;
    find_peak(f, j, x);
    healthy = expected_rate(x, j->trial.probe->name, j->trial.device->name);
    /* Of a peak that is derived, nothing is demanded: it may be off. */
    if (healthy != NULL && text_is(f->peak_of, "the datasheet")) {
        f->least = f->peak * healthy->percent / 100;
        f->least_source = healthy->origin.source;
    }
}
