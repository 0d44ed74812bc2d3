/* What was measured against what a healthy GPU comes to, and two runs against each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "model/comparison.h"
#include "model/figures.h"
#include "model/judge.h"

static const struct probe reading = { .name = "bench.memory.read", .claim = "It is so.", .scope = SCOPE_DEVICE, .measures = "rate" };
static const struct probe writing = { .name = "bench.memory.write", .claim = "It is so.", .scope = SCOPE_DEVICE, .measures = "rate" };
static const struct gpu_peak peaks[] = { { .gpu = "NVIDIA H200", .sms = 132, .memory_gbs = 4814 } };
static const struct healthy_rate rates[] = {
    { .measure = "bench.memory.read", .percent = 90, .origin = { .source = "https://example.org/table" } },
    { .measure = "bench.memory.read", .gpu = "NVIDIA H100 PCIe", .percent = 95, .origin = { .source = "https://example.org/another" } },
};
static const struct expected tables = { .peaks = peaks, .n_peaks = COUNT_OF(peaks), .rates = rates, .n_rates = COUNT_OF(rates) };

static struct arena arena;

struct sample {
    struct device      device;
    struct observation saw[2];
    struct figure      figure;
    struct judged      trial;
};

/* One GPU of that name; each round's rate. */
static void make(struct sample *s, const char *gpu, const double *rates_seen, size_t n)
{
    memset(s, 0, sizeof *s);
    s->device = (struct device){ .name = gpu, .uuid = "GPU-1", .pci = "0000:01:00.0", .answers = true };
    s->trial = (struct judged){ .trial = { .probe = &reading, .device = &s->device, .id = "bench.memory.read@gpu0" },
                                .outcome = { .saw = s->saw, .n_saw = 1 }, .verdict = PASS, .why = "" };
    for (size_t i = 0; i < n; i++) {
        s->saw[0] = (struct observation){ .key = "rate", .unit = "GB/s", .is_number = true, .number = rates_seen[i], .text = "" };
        figure_add_round(&s->figure, &s->trial, &arena);
    }
    if (s->figure.n > 0) {
        figure_settle(&s->figure);
        s->trial.figure = &s->figure;
    }
}

static void judge(struct sample *s)
{
    figure_expect(&s->figure, &s->trial, &tables);
    judge_figure(&s->trial, &arena);
}

#define MAKE(s, gpu, ...) make(s, gpu, (const double[]){ __VA_ARGS__ }, COUNT_OF(((const double[]){ __VA_ARGS__ })))

static void a_figure_is_the_median_of_the_rounds_that_passed(void **state)
{
    struct sample s;

    (void)state;
    MAKE(&s, "NVIDIA H200", 4400, 4500, 100);
    assert_true(s.figure.n == 3 && s.figure.middle == 4400);
    s.trial.verdict = FAIL;
    figure_add_round(&s.figure, &s.trial, &arena);
    assert_int_equal(s.figure.n, 3);
    MAKE(&s, "NVIDIA H200", (double)NAN);
    assert_int_equal(s.figure.n, 0);
}

static void just_what_a_healthy_gpu_reaches_passes_and_less_fails(void **state)
{
    struct sample s;

    (void)state;
    MAKE(&s, "NVIDIA H200", 4814 * 0.9001);
    judge(&s);
    assert_int_equal(s.trial.verdict, PASS);
    MAKE(&s, "NVIDIA H200", 4814 * 0.8999);
    judge(&s);
    assert_int_equal(s.trial.verdict, FAIL);
    assert_string_equal(s.trial.why, "4332 GB/s are 90.0 % of the 4814 of the datasheet; a healthy GPU reaches 90 %");
    assert_true(text_starts(s.trial.act, "nvidia-smi -q -d CLOCK"));
}

static void what_is_more_than_the_peak_cannot_be_right(void **state)
{
    struct sample s;

    (void)state;
    MAKE(&s, "NVIDIA H200", 4814 * 1.06);
    judge(&s);
    assert_int_equal(s.trial.verdict, BROKEN);
    MAKE(&s, "NVIDIA H200", 4814 * 1.04);
    judge(&s);
    assert_int_equal(s.trial.verdict, PASS);
}

static void nothing_is_demanded_of_a_model_that_is_not_known_or_of_a_part_of_a_gpu(void **state)
{
    struct sample s;

    (void)state;
    MAKE(&s, "NVIDIA X1", 10);
    s.saw[1] = (struct observation){ .key = "peak", .unit = "GB/s", .is_number = true, .number = 1000, .text = "1000" };
    s.trial.outcome.n_saw = 2;
    judge(&s);
    assert_int_equal(s.trial.verdict, PASS);
    assert_true(s.figure.peak == 1000 && s.figure.least == 0);
    MAKE(&s, "NVIDIA H200", 10);
    s.device.uuid = "MIG-1";
    judge(&s);
    assert_int_equal(s.trial.verdict, PASS);
    assert_true(s.figure.peak == 0);
}

static void a_gpu_that_others_use_is_measured_and_not_judged(void **state)
{
    struct sample s;

    (void)state;
    MAKE(&s, "NVIDIA H200", 1000);
    s.device.foreign = "pid 4242 (python3) with 10240 MiB";
    judge(&s);
    assert_int_equal(s.trial.verdict, PASS);
    assert_true(s.trial.warns && text_has(s.trial.why, "4242 (python3)"));
}

static void a_disturbed_figure_is_marked_and_one_below_healthy_quotes_the_cause(void **state)
{
    static const char cause[] = "the GPU slowed down for its power supply (HW power brake) in 2 of 3 samples";
    struct sample s;

    (void)state;
    MAKE(&s, "NVIDIA H200", 4000);
    assert_null(s.figure.disturbed);
    s.saw[1] = (struct observation){ .key = "rate.disturbed", .unit = "", .text = cause };
    s.trial.outcome.n_saw = 2;
    figure_add_round(&s.figure, &s.trial, &arena);
    figure_add_round(&s.figure, &s.trial, &arena);
    figure_settle(&s.figure);
    assert_string_equal(s.figure.disturbed, cause);
    assert_int_equal(s.figure.disturbed_rounds, 2);
    assert_int_equal(s.figure.n, 3);
    judge(&s);
    assert_int_equal(s.trial.verdict, FAIL);
    assert_true(text_ends(s.trial.why, "a healthy GPU reaches 90 %; while it was measured the GPU slowed down for its power supply (HW power brake) in 2 of 3 samples"));
}

static struct report report_of(struct sample *s, const struct machine *m)
{
    return (struct report){ .version = "1", .machine = m, .devices = &s->device, .n_devices = 1, .trials = &s->trial, .n_trials = 1 };
}

static struct comparison compare(struct sample *x, struct sample *y)
{
    static const struct machine m = { .hostname = "host", .kernel = "6.1" };
    struct report before = report_of(x, &m), after = report_of(y, &m);
    struct comparison c;

    comparison_make(&c, &before, &after, &arena);
    return c;
}

static void two_runs_are_compared_round_by_round(void **state)
{
    struct sample x, y;
    struct comparison c;

    (void)state;
    MAKE(&x, "NVIDIA H200", 4400, 4401, 4399);
    MAKE(&y, "NVIDIA H200", 4400, 4402, 4398);
    c = compare(&x, &y);
    assert_int_equal(c.pairs[0].c.is, SAME);
    assert_int_equal(comparison_exit_code(&c), 0);
    assert_int_equal(c.n_changed, 0);
    MAKE(&y, "NVIDIA H200", 4000, 4002, 3998);
    c = compare(&x, &y);
    assert_int_equal(c.pairs[0].c.is, SLOWER);
    assert_int_equal(comparison_exit_code(&c), 1);
    c = compare(&y, &x);
    assert_int_equal(c.pairs[0].c.is, FASTER);
    assert_int_equal(comparison_exit_code(&c), 0);
    MAKE(&y, "NVIDIA H200", 4000);
    c = compare(&x, &y);
    assert_int_equal(c.pairs[0].c.is, CANNOT_TELL);
    assert_int_equal(comparison_exit_code(&c), 3);
}

static void what_is_missing_and_what_differs_is_said(void **state)
{
    struct sample x, y;
    struct comparison c;

    (void)state;
    MAKE(&x, "NVIDIA H200", 4400, 4401);
    MAKE(&y, "NVIDIA H100 PCIe", 4400, 4401);
    y.trial.trial.probe = &writing;
    y.trial.trial.id = "bench.memory.write@gpu0";
    y.device.uuid = "GPU-2";
    c = compare(&x, &y);
    assert_int_equal(c.n_missing, 1);
    assert_string_equal(c.missing[0], "bench.memory.read@gpu0");
    assert_int_equal(comparison_exit_code(&c), 1);
    assert_int_equal(c.n_changed, 2);
    assert_string_equal(c.changed[0].what, "gpu0.name");
    assert_string_equal(c.changed[0].after, "NVIDIA H100 PCIe");
    assert_string_equal(c.changed[1].what, "gpu0.uuid");
}

static void nothing_to_compare_is_no_success(void **state)
{
    struct sample x, y;
    struct comparison c;

    (void)state;
    make(&x, "NVIDIA H200", NULL, 0);
    make(&y, "NVIDIA H200", NULL, 0);
    c = compare(&x, &y);
    assert_int_equal(comparison_exit_code(&c), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_figure_is_the_median_of_the_rounds_that_passed),
        cmocka_unit_test(just_what_a_healthy_gpu_reaches_passes_and_less_fails),
        cmocka_unit_test(what_is_more_than_the_peak_cannot_be_right),
        cmocka_unit_test(nothing_is_demanded_of_a_model_that_is_not_known_or_of_a_part_of_a_gpu),
        cmocka_unit_test(a_gpu_that_others_use_is_measured_and_not_judged),
        cmocka_unit_test(a_disturbed_figure_is_marked_and_one_below_healthy_quotes_the_cause),
        cmocka_unit_test(two_runs_are_compared_round_by_round),
        cmocka_unit_test(what_is_missing_and_what_differs_is_said),
        cmocka_unit_test(nothing_to_compare_is_no_success),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
