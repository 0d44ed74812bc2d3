#include "report/metrics.h"

#include <math.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/figures.h"
#include "report/detail.h"
#include "report/safe.h"

struct writer {
    FILE                *f;
    const struct report *r;
    struct arena         arena;
    const char          *name, *help;   /* of the family that is being written */
    const char         **written;       /* the labels of its samples */
    size_t               n_written;
};

/* ---- Samples ---- */

static void add_label(struct text *t, const char *key, const char *value)
{
    text_add(t, "%s%s=\"", t->n > 0 ? "," : "", key);
    while (value != NULL && *value != '\0') {
        size_t n;
        const char *c = safe_next(&value, &n);

        if (*c == '\\' || *c == '"')
            text_add(t, "\\%c", *c);
        else if (*c == '\n')
            text_add(t, "\\n");
        else if (safe_is_control(c))
            text_put(t, " ", 1);
        else
            text_put(t, c, n);
    }
    text_put(t, "\"", 1);
}

/* One family after another: its samples have to stand together. */
static void begin_family(struct writer *w, const char *name, const char *help)
{
    w->name = name;
    w->help = help;
    w->written = NULL;
    w->n_written = 0;
}

/* A sample that comes twice costs the reader the whole file: what was required twice, say. */
static void sample(struct writer *w, const char *labels, double value)
{
    for (size_t i = 0; i < w->n_written; i++)
        if (text_is(w->written[i], labels))
            return;
    if (w->n_written == 0)
        fprintf(w->f, "# HELP %s %s\n# TYPE %s gauge\n", w->name, w->help, w->name);
    *ARENA_PUSH(&w->arena, w->written, w->n_written) = labels;
    fprintf(w->f, *labels != '\0' ? "%s{%s} %.15g\n" : "%s%s %.15g\n", w->name, labels, value);
}

static const char *one_label(struct writer *w, const char *key, const char *value)
{
    struct text t = { .arena = &w->arena };

    add_label(&t, key, value);
    return t.s;
}

static void add_place(struct text *t, const struct trial *of)
{
    add_label(t, "gpu", of->device != NULL ? text_make(t->arena, "%d", of->device->index) : trial_is_together(of) ? "all" : "");
    add_label(t, "uuid", of->device != NULL ? of->device->uuid : "");
    add_label(t, "stack", of->stack != NULL ? of->stack->name : "");
}

/* ---- Families ---- */

static void last_run(struct writer *w)
{
    static const enum verdict verdicts[] = { PASS, FAIL, BROKEN, SKIP };
    const struct report *r = w->r;
    int64_t began;

    begin_family(w, "gpuvet_build_info", "The gpuvet that ran last.");
    sample(w, one_label(w, "version", r->version), 1);
    begin_family(w, "gpuvet_last_run_timestamp_seconds", "When the last run began, in seconds since 1970.");
    if (clock_parse(r->began, &began))
        sample(w, "", (double)began);
    begin_family(w, "gpuvet_last_run_duration_seconds", "How long the last run took.");
    if (isfinite(r->took_ms) && r->took_ms > 0)
        sample(w, "", r->took_ms / 1000);
    begin_family(w, "gpuvet_last_run_exit_code", "The exit code of the last run.");
    sample(w, "", r->exit_code);
    begin_family(w, "gpuvet_last_run_verdict", "Whether this is the verdict of the last run.");
    for (size_t i = 0; i < COUNT_OF(verdicts); i++)
        sample(w, one_label(w, "verdict", verdict_name(verdicts[i])), verdicts[i] == report_verdict(r));
}

static void gpus(struct writer *w)
{
    begin_family(w, "gpuvet_gpus", "GPUs by what is known of them; what is proved answers too.");
    sample(w, one_label(w, "state", "answering"), (double)report_answering(w->r));
    sample(w, one_label(w, "state", "proved"), (double)report_proved(w->r));
    begin_family(w, "gpuvet_gpu_info", "A GPU that the driver or the files of this machine name.");
    for (size_t i = 0; i < w->r->n_devices; i++) {
        const struct device *d = &w->r->devices[i];
        struct text t = { .arena = &w->arena };

        add_label(&t, "gpu", text_make(&w->arena, "%d", d->index));
        add_label(&t, "uuid", d->uuid);
        add_label(&t, "name", d->name);
        add_label(&t, "pci", d->pci);
        sample(w, t.s, 1);
    }
}

static void put_counts(struct writer *w, const char *place, const struct tally *n)
{
    const struct { enum verdict verdict; size_t n; } counts[] = { { PASS, n->pass }, { FAIL, n->fail }, { BROKEN, n->broken }, { SKIP, n->skip } };

    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct text t = { .arena = &w->arena };

        text_add(&t, "%s", place);
        add_label(&t, "verdict", verdict_name(counts[i].verdict));
        sample(w, t.s, (double)counts[i].n);
    }
}

/* Counted by what is written, so that no two areas can have the same labels. */
static void trials(struct writer *w)
{
    const char **places = NULL;
    size_t n_places = 0;

    begin_family(w, "gpuvet_trials", "Trials of the last run, by GPU, stack and verdict; warnings have passed.");
    for (size_t i = 0; i < w->r->n_trials; i++) {
        struct text t = { .arena = &w->arena };

        add_place(&t, &w->r->trials[i].trial);
        *ARENA_PUSH(&w->arena, places, n_places) = t.s;
    }
    for (size_t i = 0; i < n_places; i++) {
        struct tally n = { .all = 0 };
        size_t before = 0;

        while (!text_is(places[before], places[i]))
            before++;
        for (size_t k = i; k < n_places && before == i; k++)
            if (text_is(places[k], places[i]))
                tally_add(&n, &w->r->trials[k]);
        if (before == i)
            put_counts(w, places[i], &n);
    }
}

static void findings(struct writer *w)
{
    begin_family(w, "gpuvet_trial_status", "A trial of the last run that is not well.");
    for (size_t i = 0; i < w->r->n_trials; i++) {
        const struct judged *j = &w->r->trials[i];
        struct text t = { .arena = &w->arena };

        if (!detail_is_due(j))
            continue;
        add_label(&t, "probe", j->trial.probe->name);
        add_place(&t, &j->trial);
        add_label(&t, "state", detail_word(j));
        sample(w, t.s, 1);
    }
    begin_family(w, "gpuvet_requirement_met", "Whether what the last run required was so.");
    for (size_t i = 0; i < w->r->n_requires; i++)
        if (!w->r->requires[i].unknown)
            sample(w, one_label(w, "requirement", w->r->requires[i].text), w->r->requires[i].met);
}

/* ---- What was measured, in Prometheus's base units ---- */

static const struct { const char *unit; double scale; const char *name, *help; } measures[] = {
    { "GB/s",     1e9,  "gpuvet_measured_bytes_per_second", "A rate of data that the last run measured, the median of its rounds." },
    { "TFLOP/s",  1e12, "gpuvet_measured_operations_per_second", "A rate of arithmetic that the last run measured, the median of its rounds." },
    { "TOP/s",    1e12, "gpuvet_measured_operations_per_second", "A rate of arithmetic that the last run measured, the median of its rounds." },
    { "images/s", 1,    "gpuvet_measured_images_per_second", "A rate of images that the last run measured, the median of its rounds." },
    { "ns",       1e-9, "gpuvet_measured_seconds", "A time that the last run measured, the median of its rounds." },
    { "us",       1e-6, "gpuvet_measured_seconds", "A time that the last run measured, the median of its rounds." },
    { "ms",       1e-3, "gpuvet_measured_seconds", "A time that the last run measured, the median of its rounds." },
};

static const char *figure_labels(struct writer *w, const struct judged *j)
{
    struct text t = { .arena = &w->arena };

    add_label(&t, "probe", j->trial.probe->name);
    add_place(&t, &j->trial);
    return t.s;
}

static void figures(struct writer *w)
{
    for (size_t k = 0; k < COUNT_OF(measures); k++) {
        if (k == 0 || !text_is(measures[k].name, measures[k - 1].name))
            begin_family(w, measures[k].name, measures[k].help);
        for (size_t i = 0; i < w->r->n_trials; i++) {
            const struct figure *x = w->r->trials[i].figure;

            if (x != NULL && text_is(x->unit, measures[k].unit) && isfinite(x->middle))
                sample(w, figure_labels(w, &w->r->trials[i]), x->middle * measures[k].scale);
        }
    }
    begin_family(w, "gpuvet_measured_limit_ratio", "What was measured as a share of what the GPU can do.");
    for (size_t i = 0; i < w->r->n_trials; i++) {
        const struct figure *x = w->r->trials[i].figure;

        if (x != NULL && x->peak > 0 && isfinite(x->middle / x->peak))
            sample(w, figure_labels(w, &w->r->trials[i]), x->middle / x->peak);
    }
    begin_family(w, "gpuvet_measured_disturbed_rounds", "Rounds in which something disturbed what was measured.");
    for (size_t i = 0; i < w->r->n_trials; i++)
        if (w->r->trials[i].figure != NULL)
            sample(w, figure_labels(w, &w->r->trials[i]), w->r->trials[i].figure->disturbed_rounds);
}

/* ---- What NVML told while a soak loaded the GPU ---- */

static const struct { const char *key; double scale; const char *name, *help; } readings[] = {
    { "power",        1,   "gpuvet_soak_power_watts", "The GPU's power while it was soaked." },
    { "temperature",  1,   "gpuvet_soak_temperature_celsius", "The GPU's temperature while it was soaked." },
    { "clock.sm",     1e6, "gpuvet_soak_sm_clock_hertz", "The clock of the GPU's multiprocessors while it was soaked." },
    { "clock.memory", 1e6, "gpuvet_soak_memory_clock_hertz", "The clock of the GPU's memory while it was soaked." },
};

static void reading(struct writer *w, const struct judged *j, size_t k)
{
    static const struct { const char *ending, *statistic; } statistics[] = { { "min", "least" }, { "avg", "mean" }, { "max", "most" } };

    for (size_t i = 0; i < COUNT_OF(statistics); i++) {
        const struct observation *o = outcome_saw(&j->outcome, text_make(&w->arena, "%s.%s", readings[k].key, statistics[i].ending));
        struct text t = { .arena = &w->arena };

        if (o == NULL || !o->is_number || !isfinite(o->number))
            continue;
        add_place(&t, &j->trial);
        add_label(&t, "statistic", statistics[i].statistic);
        sample(w, t.s, o->number * readings[k].scale);
    }
}

static void telemetry(struct writer *w)
{
    for (size_t k = 0; k < COUNT_OF(readings); k++) {
        begin_family(w, readings[k].name, readings[k].help);
        for (size_t i = 0; i < w->r->n_trials; i++)
            if (outcome_saw(&w->r->trials[i].outcome, "soak.seconds") != NULL)
                reading(w, &w->r->trials[i], k);
    }
}

void metrics_write(FILE *f, const struct report *r)
{
    struct writer w = { .f = f, .r = r };

    last_run(&w);
    gpus(&w);
    trials(&w);
    findings(&w);
    figures(&w);
    telemetry(&w);
    arena_free(&w.arena);
}
