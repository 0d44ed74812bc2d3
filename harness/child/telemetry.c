#include "child/telemetry.h"

#include "base/text.h"
#include "child/state.h"

static const struct { unsigned long long reason; const char *what; } findings[] = {
    { nvmlClocksThrottleReasonHwThermalSlowdown,    "heat, by the hardware (HW thermal slowdown)" },
    { nvmlClocksThrottleReasonSwThermalSlowdown,    "heat, by the driver (SW thermal slowdown)" },
    { nvmlClocksThrottleReasonHwPowerBrakeSlowdown, "its power supply (HW power brake)" },
    { nvmlClocksThrottleReasonHwSlowdown,           "heat or power (HW slowdown)" },
};

_Static_assert(COUNT_OF(findings) == COUNT_OF(((struct telemetry *)0)->slowed), "every finding is counted");

static void add(struct reading *r, double value)
{
    r->least = r->n == 0 || value < r->least ? value : r->least;
    r->most = r->n == 0 || value > r->most ? value : r->most;
    r->sum += value;
    r->n++;
}

/* The general reason is told where no closer one is. */
static void count_reasons(struct telemetry *t, unsigned long long reasons)
{
    const unsigned long long closer = nvmlClocksThrottleReasonHwThermalSlowdown | nvmlClocksThrottleReasonHwPowerBrakeSlowdown;

    if (reasons & closer)
        reasons &= ~(unsigned long long)nvmlClocksThrottleReasonHwSlowdown;
    for (size_t i = 0; i < COUNT_OF(findings); i++)
        t->slowed[i] += (reasons & findings[i].reason) != 0;
    t->capped += (reasons & nvmlClocksThrottleReasonSwPowerCap) != 0;
    t->reasons |= reasons;
}

void telemetry_take(struct child *c, struct telemetry *t)
{
    const struct gpu_state *gpu = &c->state->gpus[0];       /* a trial that takes long is about one */
    const struct nvml *n = &c->nvml;
    const nvmlDevice_t d = gpu->counted;
    unsigned long long reasons;
    unsigned value;

    if (!gpu->has_counters)
        return;
    t->samples++;
    if (n->nvmlDeviceGetPowerUsage != NULL && CALL(c, nvml, nvmlDeviceGetPowerUsage(d, &value)) == NVML_SUCCESS)
        add(&t->power, (double)value / 1000);
    if (n->nvmlDeviceGetTemperature != NULL && CALL(c, nvml, nvmlDeviceGetTemperature(d, NVML_TEMPERATURE_GPU, &value)) == NVML_SUCCESS)
        add(&t->temperature, value);
    if (n->nvmlDeviceGetClockInfo != NULL && CALL(c, nvml, nvmlDeviceGetClockInfo(d, NVML_CLOCK_SM, &value)) == NVML_SUCCESS)
        add(&t->sm_clock, value);
    if (n->nvmlDeviceGetClockInfo != NULL && CALL(c, nvml, nvmlDeviceGetClockInfo(d, NVML_CLOCK_MEM, &value)) == NVML_SUCCESS)
        add(&t->memory_clock, value);
    if (n->nvmlDeviceGetCurrentClocksThrottleReasons != NULL
        && CALL(c, nvml, nvmlDeviceGetCurrentClocksThrottleReasons(d, &reasons)) == NVML_SUCCESS)
        count_reasons(t, reasons);
}

static void tell(struct child *c, const char *what, const char *unit, const struct reading *r)
{
    if (r->n == 0)
        return;
    saw_num(c, text_make(&c->arena, "%s.min", what), unit, r->least);
    saw_num(c, text_make(&c->arena, "%s.avg", what), unit, r->sum / (double)r->n);
    saw_num(c, text_make(&c->arena, "%s.max", what), unit, r->most);
}

void telemetry_tell(struct child *c, const struct telemetry *t)
{
    struct text slow = { .arena = &c->arena };

    if (t->samples == 0)
        return;
    saw_num(c, "telemetry.samples", "", (double)t->samples);
    tell(c, "power", "W", &t->power);
    tell(c, "temperature", "C", &t->temperature);
    tell(c, "clock.sm", "MHz", &t->sm_clock);
    tell(c, "clock.memory", "MHz", &t->memory_clock);
    saw_num(c, "power.capped", "%", 100 * (double)t->capped / (double)t->samples);
    saw_text(c, "throttle.reasons", "0x%llx", t->reasons);
    for (size_t i = 0; i < COUNT_OF(findings); i++)
        if (t->slowed[i] > 0)
            text_add(&slow, "%s for %s in %zu of %zu samples", slow.n > 0 ? "," : "", findings[i].what, t->slowed[i], t->samples);
    if (slow.n > 0)
        saw_text(c, "warning", "under load the GPU slowed down%s; it was at up to %.0f degrees C and %.0f W", slow.s, t->temperature.most, t->power.most);
}
