#include "model/beside.h"

#include <math.h>

#include "base/text.h"
#include "model/gpu_property.h"
#include "model/statistics.h"

/* Products follow the clock, which follows power and temperature: good GPUs of one machine lie up to 5 % apart, and at the
 * same clock hardly. Memory and links do not. */
static const struct tolerance products = { 0.035, 0.07, 0.015, 0.03,
    "https://github.com/Azure/ai-infrastructure-on-azure (a01b073), sku_performance_baseline: GEMM warns at -3.5 %, is replaced at -7 %" };
static const struct tolerance memories = { 0.015, 0.03, 0, 0,
    "ours: memory does not follow power, and two good GPUs differ by less than what warns" };
static const struct tolerance links = { 0.02, 0.05, 0, 0,
    "ours: a link runs at its rate or at half of it, and what is between is overhead" };

static bool is_link(enum peak p)
{
    return p == PEAK_PCIE || p == PEAK_PCIE_BOTH || p == PEAK_NVLINK || p == PEAK_NVLINK_BOTH;
}

const struct tolerance *tolerance_of(const struct probe *p, const char *unit)
{
    if (p->peak == PEAK_MEMORY)
        return &memories;
    if (is_link(p->peak))
        return &links;
    return text_is(unit, "TFLOP/s") || text_is(unit, "TOP/s") || text_is(unit, "images/s") ? &products : NULL;
}

static double value_of(const struct beside_one *one, bool by_clock)
{
    return by_clock ? one->figure / one->clock : one->figure;
}

static double median_of_others(const struct beside_one *all, size_t n, size_t which, bool by_clock, struct arena *a)
{
    double *others = arena_alloc(a, n * sizeof *others);
    size_t k = 0;

    for (size_t i = 0; i < n; i++)
        if (i != which)
            others[k++] = value_of(&all[i], by_clock);
    return statistics_median(others, k);
}

static bool most_agree(const struct beside_one *all, size_t n, double median, double within, bool by_clock)
{
    size_t agree = 0;

    for (size_t i = 0; i < n; i++)
        agree += fabs(value_of(&all[i], by_clock) / median - 1) <= within;
    return 2 * agree > n;
}

static struct beside look(const struct beside_one *all, size_t n, size_t which, double warns, double fails, bool by_clock, struct arena *a)
{
    struct beside b = { .others = median_of_others(all, n, which, by_clock, a), .n_others = n - 1, .by_clock = by_clock };

    b.below = 1 - value_of(&all[which], by_clock) / b.others;
    if (b.below < warns)
        b.is = BESIDE_ALIKE;
    else if (n == 2)
        b.is = BESIDE_ONE_OF_TWO;
    else if (!most_agree(all, n, b.others, fails, by_clock))
        b.is = BESIDE_SPLIT;
    else if (b.below < fails)
        b.is = BESIDE_LOW;
    else
        b.is = 2 * all[which].spread > b.below ? BESIDE_NOISY : BESIDE_TOO_LOW;
    return b;
}

struct beside beside_find(const struct beside_one *all, size_t n, size_t which, const struct tolerance *t, struct arena *a)
{
    struct beside b, by_clock;
    bool clocks = t->clock_fails > 0;

    if (n < 2)
        return (struct beside){ .is = BESIDE_ALIKE };
    b = look(all, n, which, t->warns, t->fails, false, a);
    for (size_t i = 0; i < n; i++)
        clocks &= all[i].clock > 0;
    if (!clocks || b.is == BESIDE_TOO_LOW)
        return b;
    by_clock = look(all, n, which, t->clock_warns, t->clock_fails, true, a);
    /* Faster than the others by the wall, it is no worse for a higher clock. */
    if (by_clock.is == BESIDE_ALIKE || b.below <= 0 || (b.is != BESIDE_ALIKE && by_clock.is != BESIDE_TOO_LOW))
        return b;
    by_clock.others = b.others;
    return by_clock;
}

static bool same_property(const char *name, const struct device *x, const struct device *y, const struct report *r, struct arena *a)
{
    const struct gpu_property *p = gpu_property_of(name);
    struct gpu_value v, w;
    const bool has_v = gpu_property_read(&v, p, r, x, a), has_w = gpu_property_read(&w, p, r, y, a);

    return has_v == has_w && (!has_v || text_is(v.text, w.text));
}

static bool is_like(const struct judged *x, const struct judged *y, const struct report *r, struct arena *a)
{
    const struct device *d = x->trial.device, *o = y->trial.device;
    const char *stack = x->trial.stack != NULL ? x->trial.stack->name : "";

    if (x->trial.probe != y->trial.probe || !text_is(stack, y->trial.stack != NULL ? y->trial.stack->name : "") || !text_is(x->figure->unit, y->figure->unit))
        return false;
    if (!text_is(d->name, o->name) || d->memory_bytes != o->memory_bytes || d->sms != o->sms || !same_property("gpu.power_limit_w", d, o, r, a))
        return false;
    return !is_link(x->trial.probe->peak) || (same_property("gpu.pcie_width", d, o, r, a) && same_property("gpu.pcie_generation", d, o, r, a));
}

static bool is_whole_and_alone(const struct judged *j)
{
    const struct device *d = j->trial.device;

    return j->figure != NULL && d != NULL && d->name != NULL && d->foreign == NULL && !text_starts(d->uuid != NULL ? d->uuid : "", "MIG-")
        && j->figure->middle > 0;
}

size_t beside_like(const struct judged **out, size_t *which, const struct judged *j, const struct report *r, struct arena *a)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_trials && is_whole_and_alone(j); i++) {
        const struct judged *one = &r->trials[i];

        if (!is_whole_and_alone(one) || !is_like(j, one, r, a))
            continue;
        if (one == j)
            *which = n;
        out[n++] = one;
    }
    return n;
}
