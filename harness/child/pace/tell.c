/* What a measurement says of itself, beside its figure. */
#include "child/pace/pace.h"

#include "base/text.h"

static const char *of(struct child *c, const char *key, const char *what)
{
    return text_make(&c->arena, "%s.%s", key, what);
}

static void saw_conditions(struct child *c, const struct pace *p, const char *key)
{
    static const char *const gates[] = { [PACE_UNGATED] = "not used", [PACE_GATED] = "open", [PACE_EXPIRED] = "expired" };

    saw_text(c, of(c, key, "gate"), "%s", gates[p->gate]);
    if (p->cold)
        saw_text(c, of(c, key, "cache"), "cold");
    if (p->mhz > 0)
        saw_num(c, of(c, key, "clock"), "MHz", p->mhz);
    if (p->pcie_width > 0)
        saw_text(c, of(c, key, "pcie"), "generation %u, %u lanes", p->pcie_generation, p->pcie_width);
    if (p->disturbed != NULL)
        saw_text(c, of(c, key, "disturbed"), "%s", p->disturbed);
    telemetry_tell(c, &p->telemetry);
}

static void saw_pace(struct child *c, const struct pace *p, const char *key, double middle, double first, const char *unit)
{
    saw_num(c, key, unit, middle);
    saw_num(c, of(c, key, "first"), unit, first);
    saw_num(c, of(c, key, "spread"), "%", 100 * p->spread);
    saw_num(c, of(c, key, "windows"), "", p->windows);
    saw_text(c, of(c, key, "settled"), "%s", p->settled ? "yes" : "no");
    saw_conditions(c, p, key);
}

/* Units of work in a millisecond that make one of the rate's unit. */
static double work_of(const char *unit)
{
    return text_is(unit, "GB/s") ? 1e6 : text_is(unit, "images/s") ? 1e-3 : 1e9;
}

void saw_rate(struct child *c, const struct pace *p, double work, const char *unit)
{
    saw_pace(c, p, "rate", work / (p->took_ms * work_of(unit)), work / (p->first_ms * work_of(unit)), unit);
}

void saw_time(struct child *c, const struct pace *p, const char *unit)
{
    const double of_ms = text_is(unit, "ns") ? 1e6 : text_is(unit, "us") ? 1e3 : 1;

    saw_pace(c, p, "time", p->took_ms * of_ms, p->first_ms * of_ms, unit);
}
