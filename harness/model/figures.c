#include "model/figures.h"

#include <math.h>

#include "base/text.h"
#include "model/difference.h"

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
}

/* A part of a GPU (MIG) has a part of its memory's rate: what it should come to is not known. */
static bool is_whole(const struct device *d)
{
    return d != NULL && !text_starts(d->uuid != NULL ? d->uuid : "", "MIG-");
}

/* A name may be that of several boards: of the same name with other multiprocessors, the datasheet says nothing. */
static const struct gpu_peak *datasheet_of(const struct device *d, const struct expected *x)
{
    const struct gpu_peak *p = d->name != NULL ? expected_peak(x, d->name) : NULL;

    return p != NULL && (d->sms == 0 || d->sms == p->sms) ? p : NULL;
}

/* What the driver says by bus width and clock: also where it contradicts the datasheet, since boards of one name may
 * have memory of half the width. The datasheet is nearer where it does not: clocks are rounded, and ECC takes its part. */
static bool driver_knows_better(const struct figure *f, const struct observation *derived)
{
    return derived != NULL && derived->is_number && derived->number > 0 && (f->peak <= 0 || fabs(derived->number / f->peak - 1) > 0.1);
}

static void find_peak(struct figure *f, const struct judged *j, const struct expected *x)
{
    const enum peak which = j->trial.probe->peak;
    const struct gpu_peak *peak = datasheet_of(j->trial.device, x);
    const struct observation *derived = outcome_saw(&j->outcome, "peak");

    if (peak != NULL && gpu_peak_of(peak, which) > 0) {
        f->peak = gpu_peak_of(peak, which);
        f->peak_of = "the datasheet";
    }
    if (which == PEAK_MEMORY && driver_knows_better(f, derived)) {
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
