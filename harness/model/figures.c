#include "model/figures.h"

#include <math.h>

#include "base/text.h"
#include "model/difference.h"

struct shown figure_shown(double x)
{
    struct shown t;

    if (fabs(x) >= 1000 && fabs(x) < 1e9)
        text_format(t.s, sizeof t.s, "%.0f", x);
    else
        text_format(t.s, sizeof t.s, "%.4g", x);
    return t;
}

static const double *with(const double *list, size_t n, double one, struct arena *a)
{
    double *more = arena_alloc(a, (n + 1) * sizeof *more);

    for (size_t i = 0; i < n; i++)
        more[i] = list[i];
    more[n] = one;
    return more;
}

static double number_above_0(const struct outcome *o, const char *key)
{
    const struct observation *saw = outcome_saw(o, key);

    return saw != NULL && saw->is_number && isfinite(saw->number) && saw->number > 0 ? saw->number : 0;
}

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
    double clock;

    if (saw == NULL || !saw->is_number || !isfinite(saw->number) || measure_of(saw->unit) == NULL)
        return;
    sum->rounds = with(sum->rounds, sum->n++, saw->number, a);
    sum->unit = saw->unit;
    clock = number_above_0(&one->outcome, text_make(a, "%s.clock", key));
    if (clock > 0)
        sum->clocks = with(sum->clocks, sum->n_clocks++, clock, a);
    add_disturbance(sum, one, a);
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
static bool driver_knows_better(const struct figure *f, double derived)
{
    return derived > 0 && (f->peak <= 0 || fabs(derived / f->peak - 1) > 0.1);
}

/* Of a model that is not known: what its multiprocessors do in a clock, times their number and their highest clock. */
static void derive_peak(struct figure *f, const struct judged *j, const struct expected *x)
{
    const struct device *d = j->trial.device;
    const struct sm_rate *rate = expected_sm_rate(x, d->cc, d->name);

    if (rate == NULL || d->sms <= 0 || d->clock_mhz <= 0)
        return;
    f->peak = sm_rate_of(rate, j->trial.probe->peak) * (double)d->sms * d->clock_mhz / 1e6;
    f->peak_of = f->peak > 0 ? "derived: multiprocessors, what those of its compute capability do in a clock, and its highest clock" : NULL;
}

static void find_peak(struct figure *f, const struct judged *j, const struct gpu_peak *peak, const struct expected *x)
{
    const enum peak which = j->trial.probe->peak;
    const double derived = number_above_0(&j->outcome, "peak");
    double of_clock = 0;

    if (peak != NULL && gpu_peak_of(peak, which) > 0) {
        f->peak = gpu_peak_of(peak, which);
        f->peak_of = "the datasheet";
        of_clock = peak_mhz(peak, which);
    } else if (peak == NULL) {
        derive_peak(f, j, x);
        of_clock = j->trial.device->clock_mhz;
    }
    if (which == PEAK_NONE && derived > 0) {
        const struct observation *of = outcome_saw(&j->outcome, "peak.of");

        f->peak = derived;
        f->peak_of = of != NULL ? of->text : "what was asked while it was measured";
    }
    if (which == PEAK_MEMORY && driver_knows_better(f, derived)) {
        f->peak = derived;
        f->peak_of = "its driver: bus width and memory clock";
    }
    if (peak_follows_clock(which) && f->peak > 0 && of_clock > 0 && f->clock > 0)
        f->attainable = f->peak * f->clock / of_clock;
}

/* The model that all of them are; NULL if they are several, or it is not known. */
static const struct gpu_peak *datasheet_of_set(const struct gpu_set *set, const struct expected *x)
{
    const struct gpu_peak *peak = set != NULL && set->n > 0 && is_whole(set->gpus[0]) ? datasheet_of(set->gpus[0], x) : NULL;

    for (size_t i = 1; peak != NULL && i < set->n; i++)
        if (!is_whole(set->gpus[i]) || datasheet_of(set->gpus[i], x) != peak)
            peak = NULL;
    return peak;
}

/* What several GPUs send one another is bound by each one's links, if all are of one model. */
static void find_peak_of_set(struct figure *f, enum peak which, const struct gpu_peak *peak)
{
    if (peak == NULL || (which != PEAK_NVLINK && which != PEAK_NVLINK_BOTH) || gpu_peak_of(peak, which) <= 0)
        return;
    f->peak = gpu_peak_of(peak, which);
    f->peak_of = "the datasheet";
}

void figure_settle(struct figure *f)
{
    f->middle = statistics_median(f->rounds, f->n);
    f->spread = statistics_mad(f->rounds, f->n) / f->middle;
    f->clock = f->n_clocks > 0 ? statistics_median(f->clocks, f->n_clocks) : 0;
}

/* Of a peak that is derived, nothing is demanded: it may be off. Nor of what may be another board of the name. */
static void expect_least(struct figure *f, const struct healthy_rate *healthy, const struct gpu_peak *model)
{
    const double least = healthy == NULL ? 0 : healthy->percent > 0 ? f->peak * healthy->percent / 100 : healthy->least;

    if (least <= 0 || (healthy->percent > 0 ? !text_is(f->peak_of, "the datasheet") : model == NULL))
        return;
    f->least = least;
    f->least_source = healthy->origin.source;
}

void figure_expect(struct figure *f, const struct judged *j, const struct expected *x)
{
    const struct gpu_set *set = j->trial.set;
    const struct gpu_peak *model;

    f->peak = f->least = f->attainable = 0;
    f->peak_of = f->least_source = NULL;
    if (j->trial.device == NULL) {
        model = datasheet_of_set(set, x);
        find_peak_of_set(f, j->trial.probe->peak, model);
        if (model != NULL)
            expect_least(f, expected_rate(x, j->trial.probe->name, model->gpu, set->n), model);
        return;
    }
    if (!is_whole(j->trial.device))
        return;
    model = datasheet_of(j->trial.device, x);
    find_peak(f, j, model, x);
    expect_least(f, expected_rate(x, j->trial.probe->name, j->trial.device->name, 0), model);
}
