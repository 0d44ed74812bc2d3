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

static const struct probe reading = { .name = "bench.memory.read", .claim = "It is so.", .scope = SCOPE_DEVICE, .measures = "rate", .peak = PEAK_MEMORY };
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

static void a_board_of_the_name_that_is_another_is_not_held_against_the_datasheet(void **state)
{
    struct sample s;

    (void)state;
    MAKE(&s, "NVIDIA H200", 10);
    s.device.sms = 114;
    judge(&s);
    assert_int_equal(s.trial.verdict, PASS);
    assert_true(s.figure.peak == 0);
    MAKE(&s, "NVIDIA H200", 2200);
    s.device.sms = 132;
    s.saw[1] = (struct observation){ .key = "peak", .unit = "GB/s", .is_number = true, .number = 2400, .text = "2400" };
    s.trial.outcome.n_saw = 2;
    judge(&s);
    assert_int_equal(s.trial.verdict, PASS);
    assert_true(s.figure.peak == 2400 && s.figure.least == 0);
    s.saw[1].number = 4915;
    judge(&s);
    assert_int_equal(s.trial.verdict, FAIL);
}

static void each_measurement_is_held_against_its_own_peak(void **state)
{
    const struct gpu_peak p = { .memory_gbs = 4814, .fp64 = 33.45, .fp64_tensor = 66.91, .fp32 = 66.91, .tf32 = 494.71, .fp16 = 989, .bf16 = 990,
                                .fp8 = 1978, .int8 = 1979, .pcie_generation = 5, .pcie_lanes = 16, .nvlink_gbs = 450 };
    static const struct { enum peak which; double is; } table[] = {
        { PEAK_NONE, 0 }, { PEAK_MEMORY, 4814 }, { PEAK_FP64, 66.91 }, { PEAK_FP32, 66.91 }, { PEAK_TF32, 494.71 }, { PEAK_FP16, 989 }, { PEAK_BF16, 990 },
        { PEAK_FP8, 1978 }, { PEAK_INT8, 1979 }, { PEAK_FP4, 0 }, { PEAK_NVLINK, 450 }, { PEAK_NVLINK_BOTH, 900 }, { PEAK_PCIE, 63.015 }, { PEAK_PCIE_BOTH, 126.03 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++)
        assert_true(fabs(gpu_peak_of(&p, table[i].which) - table[i].is) < 0.01);
    assert_true(pcie_peak(3, 16) > 15.7 && pcie_peak(3, 16) < 15.8);
    assert_true(pcie_peak(0, 0) == 0 && pcie_peak(9, 16) == 0);
}

static void the_peak_of_a_model_that_is_not_known_is_derived_and_nothing_is_demanded(void **state)
{
    static const struct sm_rate sm_rates[] = { { .cc = 90, .bf16 = 4096 }, { .cc = 90, .family = "GeForce", .bf16 = 1024 } };
    static const struct healthy_rate any[] = { { .measure = "bench.blas.bf16", .percent = 70, .origin = { .source = "x" } } };
    static const struct probe product = { .name = "bench.blas.bf16", .claim = "It is so.", .scope = SCOPE_DEVICE, .measures = "rate", .peak = PEAK_BF16 };
    static const struct gpu_peak known[] = { { .gpu = "NVIDIA H200", .sms = 132, .boost_mhz = 1980, .tensor_mhz = 1830, .bf16 = 989.4 } };
    const struct expected x = { .sm_rates = sm_rates, .n_sm_rates = COUNT_OF(sm_rates), .rates = any, .n_rates = 1, .peaks = known, .n_peaks = 1 };
    struct sample s;

    (void)state;
    MAKE(&s, "NVIDIA X1", 100);
    s.trial.trial.probe = &product;
    s.device.sms = 100;
    s.device.cc = 90;
    s.device.clock_mhz = 2000;
    s.figure.clock = 1500;
    figure_expect(&s.figure, &s.trial, &x);
    assert_true(fabs(s.figure.peak - 819.2) < 0.01 && s.figure.least == 0 && fabs(s.figure.attainable - 614.4) < 0.01);
    assert_true(text_starts(s.figure.peak_of, "derived"));
    s.device.name = "NVIDIA GeForce X1";
    figure_expect(&s.figure, &s.trial, &x);
    assert_true(fabs(s.figure.peak - 204.8) < 0.01);
    s.device.cc = 99;
    figure_expect(&s.figure, &s.trial, &x);
    assert_true(s.figure.peak == 0 && s.figure.attainable == 0);

    s.device.name = "NVIDIA H200";
    s.device.sms = 132;
    figure_expect(&s.figure, &s.trial, &x);
    assert_true(fabs(s.figure.attainable - 989.4 * 1500 / 1830) < 0.01 && s.figure.least > 0);
}

static void what_gpus_send_one_another_is_held_against_the_links_of_one(void **state)
{
    static const struct probe peer = { .name = "bench.peer.read", .claim = "It is so.", .scope = SCOPE_DEVICES, .measures = "rate", .peak = PEAK_NVLINK };
    static const struct gpu_peak known[] = { { .gpu = "NVIDIA H200", .sms = 132, .nvlink_gbs = 450 }, { .gpu = "NVIDIA L40S", .sms = 142 } };
    const struct expected x = { .peaks = known, .n_peaks = COUNT_OF(known) };
    struct device devices[] = { { .name = "NVIDIA H200", .uuid = "GPU-1" }, { .name = "NVIDIA H200", .uuid = "GPU-2" } };
    const struct device *gpus[] = { &devices[0], &devices[1] };
    const struct gpu_set set = { .gpus = gpus, .n = 2 };
    struct sample s;

    (void)state;
    MAKE(&s, "NVIDIA H200", 390);
    s.trial.trial = (struct trial){ .probe = &peer, .set = &set, .id = "bench.peer.read@gpus" };
    figure_expect(&s.figure, &s.trial, &x);
    assert_true(s.figure.peak == 450 && s.figure.least == 0);
    devices[1].name = "NVIDIA L40S";
    figure_expect(&s.figure, &s.trial, &x);
    assert_true(s.figure.peak == 0);
    s.trial.trial.set = NULL;
    figure_expect(&s.figure, &s.trial, &x);
    assert_true(s.figure.peak == 0);
}

static void a_low_clock_alone_is_power_and_warns(void **state)
{
    static const struct healthy_rate any[] = { { .measure = "bench.blas.bf16", .percent = 66, .origin = { .source = "x" } } };
    static const struct probe product = { .name = "bench.blas.bf16", .claim = "It is so.", .scope = SCOPE_DEVICE, .measures = "rate", .peak = PEAK_BF16 };
    static const struct gpu_peak known[] = { { .gpu = "NVIDIA H200", .sms = 132, .boost_mhz = 1980, .tensor_mhz = 1830, .bf16 = 989.4 } };
    const struct expected x = { .rates = any, .n_rates = 1, .peaks = known, .n_peaks = 1 };
    static const struct { double rate, clock; enum verdict is; bool warns; } rows[] = {
        { 770, 1500, PASS, false }, { 600, 1100, PASS, true }, { 600, 1800, FAIL, false }, { 600, 0, FAIL, false }, { 1100, 1980, PASS, false }, { 1300, 1980, BROKEN, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sample s;

        MAKE(&s, "NVIDIA H200", rows[i].rate);
        s.trial.trial.probe = &product;
        s.figure.clock = rows[i].clock;
        figure_expect(&s.figure, &s.trial, &x);
        judge_figure(&s.trial, &arena);
        assert_int_equal(s.trial.verdict, rows[i].is);
        assert_int_equal(s.trial.warns, rows[i].warns);
    }
}

static void the_clock_of_each_round_is_kept(void **state)
{
    struct sample s;

    (void)state;
    MAKE(&s, "NVIDIA H200", 4400);
    s.saw[1] = (struct observation){ .key = "rate.clock", .unit = "MHz", .is_number = true, .number = 1700, .text = "" };
    s.trial.outcome.n_saw = 2;
    figure_add_round(&s.figure, &s.trial, &arena);
    s.saw[1].number = 1500;
    figure_add_round(&s.figure, &s.trial, &arena);
    figure_settle(&s.figure);
    assert_true(s.figure.n == 3 && s.figure.n_clocks == 2 && s.figure.clock == 1600);
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

static void how_closely_was_looked_is_among_the_circumstances_once(void **state)
{
    static const struct machine m = { .hostname = "host", .kernel = "6.1" };
    struct sample x, y;
    struct report reports[2];
    struct comparison c;

    (void)state;
    MAKE(&x, "NVIDIA H200", 4400, 4401);
    MAKE(&y, "NVIDIA H200", 4400, 4401);
    x.saw[1] = (struct observation){ .key = "rate.level", .unit = "", .text = "quick: windows of 250 ms, 4 at most" };
    y.saw[1] = (struct observation){ .key = "rate.level", .unit = "", .text = "full: windows of 500 ms, 6 at most" };
    x.trial.outcome.n_saw = y.trial.outcome.n_saw = 2;
    reports[0] = report_of(&x, &m);
    reports[1] = report_of(&y, &m);
    comparison_make(&c, &reports[0], &reports[1], &arena);
    assert_int_equal(c.n_changed, 1);
    assert_string_equal(c.changed[0].what, "level of the measurements");
    assert_string_equal(c.changed[0].after, "full: windows of 500 ms, 6 at most");
    comparison_make(&c, &reports[0], &reports[0], &arena);
    assert_int_equal(c.n_changed, 0);
}

static void the_stack_that_was_measured_and_the_way_are_among_the_circumstances(void **state)
{
    static const struct stack_version old_torch = { .what = "torch", .version = "2.4.1" }, new_torch = { .what = "torch", .version = "2.5.0" };
    static const struct member old_lt = { .family = "cublasLt", .version = "12.4.5.8" }, new_lt = { .family = "cublasLt", .version = "12.6.4.1" };
    const struct stack before = { .name = "venv:/app", .versions = &old_torch, .n_versions = 1, .members = &old_lt, .n_members = 1 };
    const struct stack after = { .name = "venv:/app", .versions = &new_torch, .n_versions = 1, .members = &new_lt, .n_members = 1 };
    static const struct machine m = { .hostname = "host", .kernel = "6.1" };
    struct sample x, y;
    struct report reports[2];
    struct comparison c;

    (void)state;
    MAKE(&x, "NVIDIA H200", 4400, 4401);
    MAKE(&y, "NVIDIA H200", 4400, 4401);
    x.saw[1] = (struct observation){ .key = "rate.way", .unit = "", .text = "4 in flight" };
    y.saw[1] = (struct observation){ .key = "rate.way", .unit = "", .text = "8 in flight" };
    x.trial.outcome.n_saw = y.trial.outcome.n_saw = 2;
    reports[0] = report_of(&x, &m);
    reports[1] = report_of(&y, &m);
    reports[0].stacks = &before;
    reports[1].stacks = &after;
    reports[0].n_stacks = reports[1].n_stacks = 1;
    comparison_make(&c, &reports[0], &reports[1], &arena);
    assert_int_equal(c.n_changed, 1);           /* nothing of the stack was measured */
    assert_string_equal(c.changed[0].what, "bench.memory.read@gpu0: the way chosen");
    x.trial.trial.stack = &before;
    comparison_make(&c, &reports[0], &reports[1], &arena);
    assert_int_equal(c.n_changed, 3);
    assert_string_equal(c.changed[0].what, "venv:/app: torch");
    assert_string_equal(c.changed[1].what, "venv:/app: cublasLt");
    assert_string_equal(c.changed[1].after, "12.6.4.1");
    reports[1].n_stacks = 0;
    comparison_make(&c, &reports[0], &reports[1], &arena);
    assert_string_equal(c.changed[0].after, "not there");
}

static void what_a_run_did_not_set_out_to_measure_is_not_missing(void **state)
{
    static const struct machine m = { .hostname = "host", .kernel = "6.1" };
    struct sample x, y;
    struct report before, after, asked;

    (void)state;
    MAKE(&x, "NVIDIA H200", 4400, 4401);
    make(&y, "NVIDIA H200", NULL, 0);           /* it was to be measured, and failed */
    before = report_of(&x, &m);
    after = report_of(&y, &m);
    asked = comparison_as_asked(&before, &after, false, &arena);
    assert_non_null(asked.trials[0].figure);
    y.trial.trial.id = "bench.memory.read@gpu1";        /* GPU 0 is gone */
    asked = comparison_as_asked(&before, &after, false, &arena);
    assert_non_null(asked.trials[0].figure);
    asked = comparison_as_asked(&before, &after, true, &arena);
    assert_null(asked.trials[0].figure);
    y.trial.trial.probe = &writing;
    asked = comparison_as_asked(&before, &after, false, &arena);
    assert_null(asked.trials[0].figure);
}

/* What links do is no share of a datasheet's figure: it is demanded as it is. */
static void of_a_link_what_a_healthy_one_does_is_demanded_whatever_its_peak(void **state)
{
    static const struct probe host = { .name = "bench.host.to_device.pinned", .claim = "It is so.", .scope = SCOPE_DEVICE, .measures = "rate" };
    static const struct healthy_rate links[] = { { .measure = "bench.host.to_device.pinned", .gpu = "NVIDIA H200", .least = 48, .origin = { .source = "https://example.org/conf" } } };
    const struct expected x = { .peaks = peaks, .n_peaks = COUNT_OF(peaks), .rates = links, .n_rates = 1 };
    static const struct { double rate, link; enum verdict is; const char *why; } rows[] = {
        { 48, 63, PASS, "" }, { 47.9, 63, FAIL, "47.9 GB/s are 76.0 % of the 63 of its link; a healthy GPU reaches 76 %" }, { 26, 0, FAIL, "26 GB/s; a healthy GPU reaches 48 GB/s" },
        { 26, 31.5, FAIL, "26 GB/s are 82.5 % of the 31.5 of its link; a healthy GPU reaches 48 GB/s" },     /* half the lanes */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sample s;

        MAKE(&s, "NVIDIA H200", rows[i].rate);
        s.trial.trial.probe = &host;
        s.saw[0] = (struct observation){ .key = "peak", .unit = "GB/s", .is_number = true, .number = rows[i].link, .text = "" };
        s.saw[1] = (struct observation){ .key = "peak.of", .text = "its link" };
        s.trial.outcome.n_saw = 2;
        figure_expect(&s.figure, &s.trial, &x);
        judge_figure(&s.trial, &arena);
        assert_int_equal(s.trial.verdict, rows[i].is);
        assert_string_equal(s.trial.why, rows[i].why);
        s.device.uuid = "MIG-1";
        figure_expect(&s.figure, &s.trial, &x);
        assert_true(s.figure.least == 0);
        s.device = (struct device){ .name = "NVIDIA H200", .uuid = "GPU-1", .sms = 100, .answers = true };      /* another board of the name */
        figure_expect(&s.figure, &s.trial, &x);
        assert_true(s.figure.least == 0);
    }
}

static void of_several_gpus_it_is_demanded_of_just_so_many_of_that_model(void **state)
{
    static const struct probe sum = { .name = "bench.nccl.all_reduce", .claim = "It is so.", .scope = SCOPE_STACK_DEVICES, .measures = "rate" };
    static const struct healthy_rate links[] = { { .measure = "bench.nccl.all_reduce", .gpu = "NVIDIA H200", .gpus = 2, .least = 300, .origin = { .source = "https://example.org/conf" } } };
    const struct expected x = { .peaks = peaks, .n_peaks = COUNT_OF(peaks), .rates = links, .n_rates = 1 };
    struct device a = { .name = "NVIDIA H200", .uuid = "GPU-1" }, b = { .name = "NVIDIA H200", .uuid = "GPU-2" };
    const struct device *gpus[] = { &a, &b, &a };
    struct gpu_set set = { gpus, 2, NULL };
    struct sample s;

    (void)state;
    MAKE(&s, "NVIDIA H200", 299);
    s.trial.trial = (struct trial){ .probe = &sum, .set = &set, .id = "bench.nccl.all_reduce@gpus" };
    figure_expect(&s.figure, &s.trial, &x);
    judge_figure(&s.trial, &arena);
    assert_int_equal(s.trial.verdict, FAIL);
    assert_string_equal(s.trial.why, "299 GB/s; 2 such GPUs that are healthy reach 300 GB/s");
    assert_true(text_has(s.trial.act, "nvlink"));
    s.trial.verdict = PASS;
    b.foreign = "pid 42 (python3)";
    judge_figure(&s.trial, &arena);
    assert_true(s.trial.verdict == PASS && s.trial.warns && text_has(s.trial.why, "but it is not alone: pid 42"));
    set.n = 3;
    figure_expect(&s.figure, &s.trial, &x);
    assert_true(s.figure.least == 0);
    set.n = 2;
    b.name = "NVIDIA H100 PCIe";
    figure_expect(&s.figure, &s.trial, &x);
    assert_true(s.figure.least == 0);
    b.name = "NVIDIA H200";
    b.uuid = "MIG-2";
    figure_expect(&s.figure, &s.trial, &x);
    assert_true(s.figure.least == 0);
}

static void a_comparison_decides_where_the_run_itself_passed(void **state)
{
    static const struct { int run; size_t slower, untold, missing; int is; } rows[] = {
        { 0, 0, 0, 0, 0 }, { 0, 1, 0, 0, 1 }, { 0, 0, 1, 0, 3 }, { 0, 0, 0, 1, 1 }, { 1, 0, 0, 0, 1 }, { 1, 0, 1, 0, 1 }, { 3, 1, 0, 0, 1 }, { 3, 0, 1, 0, 3 },
        { 77, 0, 0, 1, 77 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        static const char *const missing[] = { "bench.b@gpu0" };
        const struct pair pair = { .id = "bench.a@gpu0", .before = 100, .after = 90, .c = { .unit = "GB/s", .is = rows[i].slower > 0 ? SLOWER : SAME, .ratio = { .middle = 0.9 } } };
        const struct comparison c = { .pairs = &pair, .n_pairs = 1, .missing = missing, .n_missing = rows[i].missing, .count = { [SLOWER] = rows[i].slower, [CANNOT_TELL] = rows[i].untold } };
        struct report r = { .comparison = &c, .baseline = "old.json", .exit_code = rows[i].run, .closing = "as it was" };

        judge_comparison(&r, &arena);
        assert_int_equal(r.exit_code, rows[i].is);
        assert_true(text_is(r.closing, "as it was") == (r.exit_code == rows[i].run));
        if (rows[i].is == 1 && rows[i].run == 0)
            assert_string_equal(r.closing, rows[i].slower > 0 ? "FAIL - compared with old.json, 1 measurement: 1 slower; bench.a@gpu0: 100, then 90 GB/s"
                                                              : "FAIL - compared with old.json, 2 measurements: 1 missing; bench.b@gpu0 is missing");
    }
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
        cmocka_unit_test(a_board_of_the_name_that_is_another_is_not_held_against_the_datasheet),
        cmocka_unit_test(each_measurement_is_held_against_its_own_peak),
        cmocka_unit_test(the_peak_of_a_model_that_is_not_known_is_derived_and_nothing_is_demanded),
        cmocka_unit_test(what_gpus_send_one_another_is_held_against_the_links_of_one),
        cmocka_unit_test(a_low_clock_alone_is_power_and_warns),
        cmocka_unit_test(the_clock_of_each_round_is_kept),
        cmocka_unit_test(a_gpu_that_others_use_is_measured_and_not_judged),
        cmocka_unit_test(a_disturbed_figure_is_marked_and_one_below_healthy_quotes_the_cause),
        cmocka_unit_test(two_runs_are_compared_round_by_round),
        cmocka_unit_test(what_is_missing_and_what_differs_is_said),
        cmocka_unit_test(how_closely_was_looked_is_among_the_circumstances_once),
        cmocka_unit_test(the_stack_that_was_measured_and_the_way_are_among_the_circumstances),
        cmocka_unit_test(what_a_run_did_not_set_out_to_measure_is_not_missing),
        cmocka_unit_test(of_a_link_what_a_healthy_one_does_is_demanded_whatever_its_peak),
        cmocka_unit_test(of_several_gpus_it_is_demanded_of_just_so_many_of_that_model),
        cmocka_unit_test(a_comparison_decides_where_the_run_itself_passed),
        cmocka_unit_test(nothing_to_compare_is_no_success),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
