/* Prometheus: one bad line costs the reader every line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "report/metrics.h"
#include "tests/unit/hostile.h"
#include "tests/unit/sample_report.h"
#include "tests/unit/tool.h"
#include "tests/unit/written.h"

static struct arena arena;

/* The collector's own parser, and its rules for names and help texts. */
static bool is_taken(const char *metrics)
{
    return tool_says("promtool check metrics >/dev/null 2>&1", metrics) == 0;
}

static bool has_line(const char *text, const char *line)
{
    const char *at = text, *got;
    size_t n;

    while (text_next_line(&at, &got, &n))
        if (n == strlen(line) && memcmp(got, line, n) == 0)
            return true;
    return false;
}

static void must_have(const char *text, const char *line)
{
    if (!has_line(text, line))
        fail_msg("\"%s\" is not a line of\n%s", line, text);
}

static char *sample_metrics(enum sample which)
{
    struct report r = sample_report(which, &arena);

    return written(metrics_write, &r, &arena);
}

static void promtool_takes_every_report(void **state)
{
    (void)state;
    need_tool("promtool", &arena);
    for (int i = 0; i < SAMPLES; i++)
        if (!is_taken(sample_metrics((enum sample)i)))
            fail_msg("%s is refused", sample_names[i]);
    assert_true(is_taken(written(metrics_write, &hostile_report, &arena)));
    /* It would say so. */
    assert_false(is_taken("a{b=\"1\n\"} 1\n"));
}

static void the_run_is_in_base_units(void **state)
{
    char *text = sample_metrics(SAMPLE_FAILING);

    (void)state;
    must_have(text, "gpuvet_build_info{version=\"1.2.3\"} 1");
    must_have(text, "gpuvet_last_run_timestamp_seconds 1927857906");
    must_have(text, "gpuvet_last_run_duration_seconds 1.2345");
    must_have(text, "gpuvet_last_run_exit_code 1");
    must_have(text, "gpuvet_gpus{state=\"answering\"} 1");
    must_have(text, "gpuvet_gpus{state=\"proved\"} 0");
    must_have(text, "gpuvet_gpu_info{gpu=\"0\",uuid=\"GPU-1f0a\",name=\"NVIDIA H200\",pci=\"0000:3b:00.0\"} 1");
    must_have(text, "gpuvet_requirement_met{requirement=\"gpu\"} 0");
    must_have(text, "gpuvet_requirement_met{requirement=\"stack\"} 1");
    assert_true(text_has(sample_metrics(SAMPLE_GOOD), "gpuvet_gpus{state=\"proved\"} 1\n"));
}

static void what_was_measured_is_in_base_units_too(void **state)
{
    static const struct observation saw[] = {
        { "soak.seconds", "s", "10", 10, true }, { "power.avg", "W", "612.5", 612.5, true }, { "clock.sm.max", "MHz", "1980", 1980, true }, { "temperature.min", "C", "nan", (double)NAN, true },
    };
    struct report r = sample_report(SAMPLE_GOOD, &arena);
    struct judged *trials = arena_alloc(&arena, 2 * sizeof *trials);
    struct figure time = sample_figure;
    char *text = written(metrics_write, &r, &arena);

    (void)state;
    must_have(text, "gpuvet_measured_bytes_per_second{probe=\"sample.launch\",gpu=\"0\",uuid=\"GPU-1f0a\",stack=\"\"} 4410250000000");
    assert_true(text_has(text, "gpuvet_measured_limit_ratio{probe=\"sample.launch\",gpu=\"0\",uuid=\"GPU-1f0a\",stack=\"\"} 0.916"));
    time.unit = "ns";
    time.middle = 2.5;
    time.peak = 0;
    trials[0] = trials[1] = r.trials[1];
    trials[0].figure = &time;
    trials[1].figure = NULL;
    trials[1].outcome.saw = saw;
    trials[1].outcome.n_saw = COUNT_OF(saw);
    r.trials = trials;
    r.n_trials = 2;
    must_have(written(metrics_write, &r, &arena), "gpuvet_measured_seconds{probe=\"sample.launch\",gpu=\"0\",uuid=\"GPU-1f0a\",stack=\"\"} 2.5e-09");
    time.unit = "us";
    text = written(metrics_write, &r, &arena);
    must_have(text, "gpuvet_measured_seconds{probe=\"sample.launch\",gpu=\"0\",uuid=\"GPU-1f0a\",stack=\"\"} 2.5e-06");
    must_have(text, "gpuvet_measured_disturbed_rounds{probe=\"sample.launch\",gpu=\"0\",uuid=\"GPU-1f0a\",stack=\"\"} 2");
    must_have(text, "gpuvet_soak_power_watts{gpu=\"0\",uuid=\"GPU-1f0a\",stack=\"\",statistic=\"mean\"} 612.5");
    must_have(text, "gpuvet_soak_sm_clock_hertz{gpu=\"0\",uuid=\"GPU-1f0a\",stack=\"\",statistic=\"most\"} 1980000000");
    assert_false(text_has(text, "limit_ratio"));
    assert_false(text_has(text, "celsius"));
    need_tool("promtool", &arena);
    assert_true(is_taken(text));
}

static void one_verdict_is_1_and_three_are_0(void **state)
{
    static const struct { int code; const char *word; } cases[] = { { 0, "pass" }, { 1, "fail" }, { 3, "broken" }, { 77, "skip" }, { 130, "broken" } };
    static const char *const words[] = { "pass", "fail", "broken", "skip" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct report r = sample_report(SAMPLE_GOOD, &arena);
        char *text;

        r.exit_code = cases[i].code;
        text = written(metrics_write, &r, &arena);
        for (size_t k = 0; k < COUNT_OF(words); k++)
            must_have(text, text_make(&arena, "gpuvet_last_run_verdict{verdict=\"%s\"} %d", words[k], text_is(words[k], cases[i].word)));
    }
}

static void only_what_is_not_well_has_a_status(void **state)
{
    char *text = sample_metrics(SAMPLE_FAILING);

    (void)state;
    must_have(text, "gpuvet_trial_status{probe=\"sample.launch\",gpu=\"0\",uuid=\"GPU-1f0a\",stack=\"\",state=\"fail\"} 1");
    must_have(text, "gpuvet_trial_status{probe=\"sample.files\",gpu=\"\",uuid=\"\",stack=\"venv:/opt/cpu\",state=\"broken\"} 1");
    assert_false(text_has(text, "gpuvet_trial_status{probe=\"sample.driver\""));
    assert_false(text_has(text, "state=\"skip\""));
    text = sample_metrics(SAMPLE_GOOD);
    must_have(text, "gpuvet_trial_status{probe=\"sample.conv\",gpu=\"0\",uuid=\"GPU-1f0a\",stack=\"venv:/opt/app\",state=\"warn\"} 1");
    assert_false(text_has(sample_metrics(SAMPLE_INTERRUPTED), "gpuvet_trial_status"));
}

/* The driver's area and that of a GPU which is not there have the same labels. */
static void trials_are_counted_by_their_labels(void **state)
{
    char *text = sample_metrics(SAMPLE_SKIPPING);

    (void)state;
    must_have(text, "gpuvet_trials{gpu=\"\",uuid=\"\",stack=\"\",verdict=\"skip\"} 2");
    must_have(text, "gpuvet_trials{gpu=\"\",uuid=\"\",stack=\"venv:/opt/app\",verdict=\"pass\"} 2");
    must_have(sample_metrics(SAMPLE_FAILING), "gpuvet_trials{gpu=\"0\",uuid=\"GPU-1f0a\",stack=\"venv:/opt/app\",verdict=\"broken\"} 2");
}

/* The samples' names and labels, and the comments, are each there once; promtool does not look at that. */
static void must_be_all_different(const char *text)
{
    const char *at = text, *line;
    size_t n;

    while (text_next_line(&at, &line, &n)) {
        const char *rest = at, *other;
        size_t k;

        for (; n > 0 && *line != '#' && line[n - 1] != ' '; n--)
            ;
        while (text_next_line(&rest, &other, &k))
            if (k >= n && memcmp(line, other, n) == 0)
                fail_msg("twice: %.*s", (int)n, line);
    }
}

static void nothing_comes_twice(void **state)
{
    const struct requirement twice[] = { { "gpu", false, "no", false }, { "gpu", false, "no", false } };
    const struct stack alike[] = { { .name = "a\xfe" }, { .name = "a\xff" } };
    struct report r = sample_report(SAMPLE_FAILING, &arena);
    struct judged *trials = arena_alloc(&arena, 2 * sizeof *trials);
    char *text;

    (void)state;
    for (int i = 0; i < SAMPLES; i++)
        must_be_all_different(sample_metrics((enum sample)i));
    must_be_all_different(written(metrics_write, &hostile_report, &arena));
    trials[0] = trials[1] = r.trials[1];
    trials[0].trial.stack = &alike[0];
    trials[1].trial.stack = &alike[1];
    r.trials = trials;
    r.n_trials = 2;
    r.requires = twice;
    r.n_requires = COUNT_OF(twice);
    text = written(metrics_write, &r, &arena);
    must_be_all_different(text);
    must_have(text, "gpuvet_trials{gpu=\"0\",uuid=\"GPU-1f0a\",stack=\"a\xef\xbf\xbd\",verdict=\"fail\"} 2");
}

/* "Unknown" in a dashboard is a gap, not 1970. */
static void what_is_unknown_is_absent(void **state)
{
    static const struct machine unknown = { .hostname = NULL };
    const struct report r = { .version = "", .began = "", .machine = &unknown, .exit_code = 3, .interrupted = true, .closing = "" };
    char *text = written(metrics_write, &r, &arena);

    (void)state;
    assert_false(text_has(text, "timestamp_seconds"));
    assert_false(text_has(text, "duration_seconds"));
    assert_false(text_has(text, "requirement_met"));
    must_have(text, "gpuvet_last_run_exit_code 3");
    need_tool("promtool", &arena);
    assert_true(is_taken(text));
}

static void labels_are_escaped(void **state)
{
    struct report r = sample_report(SAMPLE_GOOD, &arena);
    char *text;

    (void)state;
    r.version = "a\\b\"c\nd\xff\x1b\r\xc3\xa4";
    text = written(metrics_write, &r, &arena);
    must_have(text, "gpuvet_build_info{version=\"a\\\\b\\\"c\\nd\xef\xbf\xbd  \xc3\xa4\"} 1");
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promtool_takes_every_report),
        cmocka_unit_test(the_run_is_in_base_units),
        cmocka_unit_test(what_was_measured_is_in_base_units_too),
        cmocka_unit_test(one_verdict_is_1_and_three_are_0),
        cmocka_unit_test(only_what_is_not_well_has_a_status),
        cmocka_unit_test(trials_are_counted_by_their_labels),
        cmocka_unit_test(nothing_comes_twice),
        cmocka_unit_test(what_is_unknown_is_absent),
        cmocka_unit_test(labels_are_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
