/* What makes GPUs that compute rightly slow: seen under load, or shown by how process and machine are set up. */
#include "diagnose/look.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char *seen(const struct judged *j, const char *key)
{
    const struct observation *o = outcome_saw(&j->outcome, key);

    return o != NULL ? o->text : NULL;
}

/* Below `otherwise` nothing is told. */
static double number_of(const struct judged *j, const char *key, double otherwise)
{
    const struct observation *o = outcome_saw(&j->outcome, key);

    return o != NULL && o->is_number ? o->number : otherwise;
}

static const char *name_of(const struct look *l, const struct judged *j)
{
    const struct device *d = j->trial.device;

    return d == NULL ? "a GPU" : d->pci != NULL ? text_make(l->a, "the GPU at %s", d->pci) : text_make(l->a, "%s", d->uuid);
}

/* ---- Under load ---- */

static void look_for_slow_link(struct look *l)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];
        const char *best = seen(j, "link.best");

        if (best == NULL || seen(j, "link") == NULL)
            continue;
        found(l, LIKELY, "under load the link of %s to the host ran at %s, and both could do %s: its contacts, a riser, or a setting of the firmware", name_of(l, j), seen(j, "link"), best);
        evidence(l, "%s: under load: %s", j->trial.id, seen(j, "link"));
        advise(l, "power off and seat the board and its riser anew; in the firmware's setup the slot's speed should be on automatic");
        return;
    }
}

/* NVML's reasons why clocks are low, of nvml.h (nvmlClocksEventReason...): what the board itself does to save itself. */
enum { HARDWARE = 0x08, HEAT_BY_DRIVER = 0x20, HEAT = 0x40, POWER_BRAKE = 0x80 };

static void look_for_slowed(struct look *l)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];
        const char *text = seen(j, "throttle.reasons");
        const unsigned long reasons = text != NULL ? strtoul(text, NULL, 16) : 0;

        if (seen(j, "warning") == NULL || (reasons & (HARDWARE | HEAT_BY_DRIVER | HEAT | POWER_BRAKE)) == 0)
            continue;
        found(l, LIKELY, "under load %s was slowed down by %s", name_of(l, j),
              reasons & POWER_BRAKE ? "a signal of the machine's power supply (power brake)" : reasons & (HEAT | HEAT_BY_DRIVER) ? "heat" : "its hardware: heat, or power that it did not get");
        evidence(l, "%s: under load NVML gave as reasons %s", j->trial.id, text);
        advise(l, reasons & POWER_BRAKE ? "look at the power supplies, their redundancy and the power limit in the server's management controller"
                                        : "look at fans, dust and air flow, at the power cables, and at the temperatures: nvidia-smi -q -d TEMPERATURE,PERFORMANCE");
        return;
    }
}

/* Of that GPU, whatever trial told it. */
static double setting_of(const struct look *l, const struct device *d, const char *key)
{
    for (size_t i = 0; i < l->r->n_trials; i++)
        if (l->r->trials[i].trial.device == d && outcome_saw(&l->r->trials[i].outcome, key) != NULL)
            return number_of(&l->r->trials[i], key, 0);
    return 0;
}

/* That somebody has lowered the limit is no fault; it is the cause where the limit was what held clocks down. */
static void look_for_limit(struct look *l)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];
        const struct device *d = j->trial.device;
        const double limit = d != NULL ? setting_of(l, d, "power.limit") : 0, usual = d != NULL ? setting_of(l, d, "power.default") : 0;

        if (number_of(j, "power.capped", 0) < 50 || limit <= 0 || limit > 0.95 * usual)
            continue;
        found(l, SHOWN, "the power limit of %s was set to %.0f W, where %.0f W are usual, and under load it is what holds its clocks down", name_of(l, j), limit, usual);
        evidence(l, "%s: held down by the power limit for %.0f %% of the time", j->trial.id, number_of(j, "power.capped", 0));
        fix_on_host(l, "sudo nvidia-smi -i %s -pl %.0f", d->pci != NULL ? d->pci : d->uuid, usual);
        return;
    }
}

/* ---- How it is set up ---- */

/* Whether the lists "0-15,32-47" share a number. */
static bool share(const char *one, const char *other)
{
    char *end;

    for (const char *at = one; *at >= '0' && *at <= '9'; at = *end == ',' ? end + 1 : end) {
        const unsigned long from = strtoul(at, &end, 10), to = *end == '-' ? strtoul(end + 1, &end, 10) : from;
        char *stop;

        for (const char *with = other; *with >= '0' && *with <= '9'; with = *stop == ',' ? stop + 1 : stop) {
            const unsigned long begin = strtoul(with, &stop, 10), last = *stop == '-' ? strtoul(stop + 1, &stop, 10) : begin;

            if (begin <= to && from <= last)
                return true;
        }
    }
    return false;
}

/* Which of several GPUs a process is meant to use, files do not tell: it takes that all of them are far. */
static void look_for_far(struct look *l)
{
    const struct machine *m = l->r->machine;
    const char *own = fact(l, "process.cpus"), *key = NULL, *near;

    for (size_t i = 0; i < m->n_pci; i++) {
        if (text_is(m->pci[i].driver, "vfio-pci"))
            continue;
        key = text_make(l->a, "gpu.%s.cpus", m->pci[i].address);
        near = fact(l, key);
        if (own == NULL || near == NULL || *near == '\0' || share(own, near))
            return;
    }
    if (key == NULL)
        return;
    found(l, SHOWN, "this process may run on processors %s only, and none of them is beside a GPU: what it sends and gets goes through another socket's link", own);
    evidence_of_fact(l, "process.cpus");
    evidence_of_fact(l, key);
    advise(l, "let it run beside its GPU: numactl --cpunodebind=NODE --membind=NODE PROGRAM, NODE being /sys/bus/pci/devices/%s/numa_node; under a scheduler ask for the GPU's own processors (Slurm: --gres-flags=enforce-binding)",
           m->pci[0].address);
}

enum { SLOW_START_MS = 3000 };

/* The first to ask the driver waits until each GPU has started, where nothing keeps it started. */
static void look_for_slow_start(struct look *l)
{
    const struct judged *slow = NULL;
    bool is_off = false;

    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];

        if (slow == NULL && j->trial.device == NULL && j->outcome.ending == ENDED_CLEAN && j->outcome.took_ms > SLOW_START_MS && seen(j, "cuda.gpus") != NULL)
            slow = j;
        is_off |= text_is(seen(j, "persistence"), "off");
    }
    if (slow == NULL || !is_off)
        return;
    found(l, LIKELY, "each program's start waits %.0f s for the driver: no persistence mode keeps the GPUs started between programs", slow->outcome.took_ms / 1000);
    evidence(l, "%s: took %.0f s until the driver had answered", slow->trial.id, slow->outcome.took_ms / 1000);
    evidence(l, "NVML: persistence mode is off");
    fix_on_host(l, "sudo systemctl enable --now nvidia-persistenced || sudo nvidia-smi -pm 1");
}

const struct rule pace_rules[] = {
    { { "pcie-link-slow", LINK_WORK, .general = true, .what = "While data was copied the link to the host ran at a lower speed, or with fewer lanes, than GPU and slot can.",
        .unlike = "Without load a low speed saves power, and is none." }, look_for_slow_link },
    { { "gpu-slowed-down", LINK_WORK, .general = true, .what = "Under load the board lowered its clocks to save itself: heat, or power that it did not get.",
        .unlike = "power-limit-lowered: there somebody set the limit." }, look_for_slowed },
    { { "power-limit-lowered", LINK_WORK, .general = true, .what = "A GPU may draw only so much power, and whoever has root may set that lower; a server's management controller may, too.",
        .unlike = "gpu-slowed-down: there heat or the power supply is the reason; a GPU at its own limit under full load is as it should be." }, look_for_limit },
    { { "processors-far-from-gpu", LINK_WORK, .general = true, .may_be_well = true, .what = "On machines with several sockets each GPU hangs at one of them; a process that may only run on another's processors copies more slowly, and by fits and starts.",
        .unlike = "pcie-link-narrow: there the link itself is the reason." }, look_for_far },
    { { "slow-first-start", LINK_WORK, .general = true, .what = "Without persistence mode the driver lets a GPU go when nobody uses it, and starts it anew for the next program: seconds for each (https://docs.nvidia.com/deploy/driver-persistence/).",
        .unlike = "Once started all is fast; a start that is slow once only, after an upgrade, compiles code for the GPU." }, look_for_slow_start },
    { { .id = NULL }, NULL },
};
