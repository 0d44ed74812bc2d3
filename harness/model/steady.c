#include "model/steady.h"

#include <math.h>

#include "base/text.h"
#include "model/statistics.h"

static const double settled_within = 0.005;

/* Of host and device time, and of each release of work to the device until its end is seen: the way there over PCIe, and
 * a host that looks again and again. */
static const double clocks_differ = 0.01, clocks_apart_ms = 0.03;

/* Boost clocks go in steps of 15 MHz, of which two are 1.5 % at 2 GHz: warming up alone is less than this. */
static const double clock_fell = 0.03;

static bool is_near(double one, double other)
{
    return fabs(one - other) < settled_within * other || one == other;
}

bool steady_is_settled(const double *took, size_t n)
{
    return n >= 2 && is_near(took[n - 2], took[n - 1]);
}

struct steady steady_of(const double *took, size_t n)
{
    struct steady s = { .first = took[0], .settled = steady_is_settled(took, n), .counted = n > 1 ? n - 1 : 1 };
    const double *later = n > 1 ? took + 1 : took;

    s.least = s.most = later[0];
    for (size_t i = 0; i < s.counted; i++) {
        s.least = fmin(s.least, later[i]);
        s.most = fmax(s.most, later[i]);
    }
    if (s.settled)
        for (s.counted = 2; s.counted < n && is_near(took[n - 1 - s.counted], took[n - 1]);)
            s.counted++;
    s.middle = statistics_median(took + n - s.counted, s.counted);
    s.spread = statistics_mad(took + n - s.counted, s.counted) / s.middle;
    return s;
}

bool steady_clocks_agree(double host_ms, double device_ms, unsigned batches)
{
    return fabs(host_ms - device_ms) <= clocks_differ * host_ms + clocks_apart_ms * batches;
}

/* At the power limit the clock follows the limit: no disturbance, and what full load is. */
static void add_clock(struct text *t, const struct disturbance *d)
{
    double most = 0, last = d->n_mhz > 0 ? d->mhz[d->n_mhz - 1] : 0;

    for (size_t i = 0; i < d->n_mhz; i++)
        most = fmax(most, d->mhz[i]);
    if (!d->capped && last > 0 && last < most * (1 - clock_fell))
        text_add(t, "%sthe clock fell from %.0f to %.0f MHz", t->n > 0 ? "; " : "", most, last);
}

const char *steady_disturbed(const struct steady *s, const struct disturbance *d, struct arena *a)
{
    struct text t = { .arena = a };

    if (d->slowed != NULL)
        text_add(&t, "the GPU slowed down%s", d->slowed);
    add_clock(&t, d);
    if (d->others > 0)
        text_add(&t, "%s%u other process%s computed on it", t.n > 0 ? "; " : "", d->others, d->others > 1 ? "es" : "");
    if (!s->settled)
        text_add(&t, "%sit did not settle: its windows differ by %.1f %%", t.n > 0 ? "; " : "", 100 * (s->most - s->least) / s->middle);
    return t.n > 0 ? t.s : NULL;
}
