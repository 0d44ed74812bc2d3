#include "child/telemetry.h"

#include "base/clock.h"
#include "base/text.h"
#include "child/state.h"

enum { PROCESSES_MAX = 64, ENERGY_MS = 5000 };

static const struct { unsigned long long reason; const char *what; } findings[] = {
    { nvmlClocksThrottleReasonHwThermalSlowdown,    "heat, by the hardware (HW thermal slowdown)" },
    { nvmlClocksThrottleReasonSwThermalSlowdown,    "heat, by the driver (SW thermal slowdown)" },
    { nvmlClocksThrottleReasonHwPowerBrakeSlowdown, "its power supply (HW power brake)" },
    { nvmlClocksThrottleReasonHwSlowdown,           "heat or power (HW slowdown)" },
};

_Static_assert(COUNT_OF(findings) == COUNT_OF(((struct telemetry *)0)->slowed), "every finding is counted");

/* Where there is no room any more, two points become one. */
static void add_point(struct reading *r, double value)
{
    if (r->n_points == COURSE_POINTS) {
        for (size_t i = 0; i < COURSE_POINTS / 2; i++)
            r->points[i] = (r->points[2 * i] + r->points[2 * i + 1]) / 2;
        r->n_points = COURSE_POINTS / 2;
        r->each *= 2;
        r->part = value * (double)(r->each / 2);
        r->n_part = r->each / 2;
        return;
    }
    r->points[r->n_points++] = value;
    r->part = 0;
    r->n_part = 0;
}

void reading_add(struct reading *r, double value)
{
    r->each = r->each > 0 ? r->each : 1;
    r->part += value;
    if (++r->n_part == r->each)
        add_point(r, r->part / (double)r->each);
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

static void take_energy(struct child *c, struct telemetry *t)
{
    const struct nvml *n = &c->nvml;
    unsigned long long mj;

    if (n->nvmlDeviceGetTotalEnergyConsumption == NULL
        || CALL(c, nvml, nvmlDeviceGetTotalEnergyConsumption(c->state->gpus[c->gpu].counted, &mj)) != NVML_SUCCESS)
        return;
    t->energy_to.mj = (double)mj;
    t->energy_to.ms = clock_ms_fine();
    if (t->energy_from.ms == 0)
        t->energy_from = t->energy_to;
}

void telemetry_take(struct child *c, struct telemetry *t)
{
    const struct gpu_state *gpu = &c->state->gpus[c->gpu];
    const struct nvml *n = &c->nvml;
    const nvmlDevice_t d = gpu->counted;
    unsigned long long reasons;
    unsigned value;

    if (!gpu->has_counters)
        return;
    t->last_ms = clock_ms_fine();
    t->first_ms = t->samples == 0 ? t->last_ms : t->first_ms;
    t->samples++;
    take_energy(c, t);
    if (n->nvmlDeviceGetPowerUsage != NULL && CALL(c, nvml, nvmlDeviceGetPowerUsage(d, &value)) == NVML_SUCCESS)
        reading_add(&t->power, (double)value / 1000);
    if (n->nvmlDeviceGetTemperature != NULL && CALL(c, nvml, nvmlDeviceGetTemperature(d, NVML_TEMPERATURE_GPU, &value)) == NVML_SUCCESS)
        reading_add(&t->temperature, value);
    if (n->nvmlDeviceGetClockInfo != NULL && CALL(c, nvml, nvmlDeviceGetClockInfo(d, NVML_CLOCK_SM, &value)) == NVML_SUCCESS)
        reading_add(&t->sm_clock, value);
    if (n->nvmlDeviceGetClockInfo != NULL && CALL(c, nvml, nvmlDeviceGetClockInfo(d, NVML_CLOCK_MEM, &value)) == NVML_SUCCESS)
        reading_add(&t->memory_clock, value);
    if (n->nvmlDeviceGetCurrentClocksThrottleReasons != NULL
        && CALL(c, nvml, nvmlDeviceGetCurrentClocksThrottleReasons(d, &reasons)) == NVML_SUCCESS)
        count_reasons(t, reasons);
}

static void tell_course(struct child *c, const char *what, const struct reading *r, const struct telemetry *t)
{
    struct text course = { .arena = &c->arena };

    if (r->n_points < 2 || t->samples < 2)
        return;
    text_add(&course, "%.4g", (t->last_ms - t->first_ms) / 1000 / (double)(t->samples - 1) * (double)r->each);
    for (size_t i = 0; i < r->n_points; i++)
        text_add(&course, " %.4g", r->points[i]);
    saw_text(c, text_make(&c->arena, "%s.course", what), "%s", course.s);
}

/* In a container NVML tells the numbers of processes elsewhere, and ours is not among them: it is one of them all the same. */
unsigned telemetry_others(struct child *c)
{
    nvmlProcessInfo_t list[PROCESSES_MAX];
    unsigned n = PROCESSES_MAX;

    if (!c->state->gpus[c->gpu].has_counters || child_under_mps(c)
        || child_processes(c, c->state->gpus[c->gpu].counted, &n, list) != NVML_SUCCESS)
        return 0;
    return n > 1 ? n - 1 : 0;
}

void telemetry_link(struct child *c, unsigned *generation, unsigned *width)
{
    const struct nvml *n = &c->nvml;
    const struct gpu_state *gpu = &c->state->gpus[c->gpu];
    unsigned value;

    if (!gpu->has_counters)
        return;
    if (n->nvmlDeviceGetCurrPcieLinkGeneration != NULL && CALL(c, nvml, nvmlDeviceGetCurrPcieLinkGeneration(gpu->counted, &value)) == NVML_SUCCESS)
        *generation = value;
    if (n->nvmlDeviceGetCurrPcieLinkWidth != NULL && CALL(c, nvml, nvmlDeviceGetCurrPcieLinkWidth(gpu->counted, &value)) == NVML_SUCCESS)
        *width = value;
}

static void tell(struct child *c, const char *what, const char *unit, const struct reading *r, const struct telemetry *t)
{
    if (r->n == 0)
        return;
    saw_num(c, text_make(&c->arena, "%s.min", what), unit, r->least);
    saw_num(c, text_make(&c->arena, "%s.avg", what), unit, r->sum / (double)r->n);
    saw_num(c, text_make(&c->arena, "%s.max", what), unit, r->most);
    tell_course(c, what, r, t);
}

const char *telemetry_slowed(const struct telemetry *t, struct arena *a)
{
    struct text slow = { .arena = a };

    for (size_t i = 0; i < COUNT_OF(findings); i++)
        if (t->slowed[i] > 0)
            text_add(&slow, "%s for %s in %zu of %zu samples", slow.n > 0 ? "," : "", findings[i].what, t->slowed[i], t->samples);
    return slow.n > 0 ? slow.s : NULL;
}

double telemetry_drawn(const struct telemetry *t, struct arena *a, const char **why)
{
    const double ms = t->energy_to.ms - t->energy_from.ms, mj = t->energy_to.mj - t->energy_from.mj;

    if (t->energy_from.ms == 0)
        *why = "NVML does not count this GPU's energy";
    else if (ms < ENERGY_MS)
        *why = text_make(a, "the counter of energy was asked over %.1f s: less than %d s tell nothing", ms / 1000, ENERGY_MS / 1000);
    else if (mj <= 0)
        *why = text_make(a, "the counter of energy stood still for %.1f s", ms / 1000);
    else
        return mj / ms;
    return 0;
}

bool telemetry_wants_more(const struct telemetry *t)
{
    return t->energy_from.ms != 0 && t->energy_to.ms - t->energy_from.ms < ENERGY_MS;
}

static void tell_energy(struct child *c, const struct telemetry *t)
{
    const char *why = NULL;
    const double watts = telemetry_drawn(t, &c->arena, &why);

    if (why != NULL) {
        saw_text(c, "energy.absent", "%s", why);
        return;
    }
    saw_num(c, "energy", "J", (t->energy_to.mj - t->energy_from.mj) / 1000);
    saw_num(c, "energy.seconds", "s", (t->energy_to.ms - t->energy_from.ms) / 1000);
    saw_num(c, "power.energy", "W", watts);
}

void telemetry_tell(struct child *c, const struct telemetry *t)
{
    const char *slowed = telemetry_slowed(t, &c->arena);

    if (t->samples == 0)
        return;
    saw_num(c, "telemetry.samples", "", (double)t->samples);
    tell(c, "power", "W", &t->power, t);
    tell_energy(c, t);
    tell(c, "temperature", "C", &t->temperature, t);
    tell(c, "clock.sm", "MHz", &t->sm_clock, t);
    tell(c, "clock.memory", "MHz", &t->memory_clock, t);
    saw_num(c, "power.capped", "%", 100 * (double)t->capped / (double)t->samples);
    saw_text(c, "throttle.reasons", "0x%llx", t->reasons);
    if (slowed != NULL)
        saw_text(c, "warning", "under load the GPU slowed down%s; it was at up to %.0f degrees C and %.0f W", slowed, t->temperature.most, t->power.most);
}
