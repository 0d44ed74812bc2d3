/* The table of what was measured: one measurement of all GPUs side by side, and the odd one marked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/figures.h"
#include "report/measured.h"

static const struct probe reading = { .name = "bench.memory.read", .claim = "It reads.", .scope = SCOPE_DEVICE, .measures = "rate" };
static const struct probe launching = { .name = "bench.launch.kernel", .claim = "It launches.", .scope = SCOPE_DEVICE, .measures = "time" };
static const struct device gpus[] = { { .index = 0, .answers = true }, { .index = 10, .answers = true } };
static const struct stack stack = { .name = "venv:/opt/a/very/long/path/to/what/is/in/use" };
static const double rounds[] = { 4400, 4380, 4420 };

static char *table(struct judged *trials, size_t n, unsigned n_rounds, int width)
{
    struct report r = { .trials = trials, .n_trials = n, .devices = gpus, .n_devices = COUNT_OF(gpus), .rounds = n_rounds };
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    for (size_t i = 0; i < n; i++)
        if (trials[i].figure != NULL)
            figure_settle(trials[i].figure);
    measured_write(f, &r, width);
    fclose(f);
    return text;
}

static struct figure of(const char *unit, size_t n)
{
    return (struct figure){ .unit = unit, .rounds = rounds, .n = n };
}

static void one_measurement_of_all_gpus_stands_side_by_side(void **state)
{
    struct figure a = of("GB/s", 3), b = of("us", 3), c = of("GB/s", 2), d = of("us", 3);
    struct judged trials[] = {
        { .trial = { .probe = &reading, .device = &gpus[0], .id = "bench.memory.read@gpu0" }, .verdict = PASS, .figure = &a },
        { .trial = { .probe = &launching, .device = &gpus[0], .id = "bench.launch.kernel@gpu0" }, .verdict = PASS, .figure = &b },
        { .trial = { .probe = &reading, .device = &gpus[1], .id = "bench.memory.read@gpu10" }, .verdict = FAIL, .why = "slow", .figure = &c },
        { .trial = { .probe = &launching, .device = &gpus[1], .id = "bench.launch.kernel@gpu10" }, .verdict = PASS, .figure = &d },
    };
    char *text;

    (void)state;
    a.peak = c.peak = 4814;
    a.peak_of = c.peak_of = "the datasheet";
    a.least = c.least = 4500;
    text = table(trials, COUNT_OF(trials), 3, 100);
    assert_string_equal(text,
        "\nMeasured, the median of 3 rounds:\n\n"
        "  bench.memory.read@gpu0         4400 GB/s +- 0.7 %  ##################.|  91.4 % of 4814\n"
        "! bench.memory.read@gpu10        4390 GB/s +- 0.3 %  ##################.|  91.2 % of 4814\n"
        "      measured in 2 of 3 rounds\n\n"
        "  bench.launch.kernel@gpu0       4400 us   +- 0.7 %\n"
        "  bench.launch.kernel@gpu10      4400 us   +- 0.7 %\n\n"
        "  % of the datasheet's peak; | is where a healthy GPU begins\n"
        "  ! failed, or has a warning: why is told below\n");
    free(text);
}

static void what_failed_has_a_row_and_a_long_name_a_line(void **state)
{
    struct figure a = of("ms", 1);
    struct judged trials[] = {
        { .trial = { .probe = &reading, .device = &gpus[0], .id = "bench.memory.read@gpu0" }, .verdict = BROKEN, .why = "it hung" },
        { .trial = { .probe = &launching, .device = &gpus[0], .stack = &stack, .id = "bench.launch.kernel@gpu0/venv:/opt/a/very/long/path/to/what/is/in/use" }, .verdict = PASS, .figure = &a },
        { .trial = { .probe = &reading, .device = &gpus[1], .id = "bench.memory.read@gpu10" }, .verdict = SKIP, .why = "not reached" },
    };
    char *text;

    (void)state;
    a.peak = 0.5;
    a.peak_of = "its link: PCIe generation 5 x16";
    a.disturbed = "another process computed on it";
    text = table(trials, COUNT_OF(trials), 0, 80);
    assert_string_equal(text,
        "\nMeasured, once:\n"
        "! bench.memory.read@gpu0                       no figure\n"
        "  bench.launch.kernel@gpu0/venv:/opt/a/very/long/path/to/what/is/in/use\n"
        "                                                    4400 ms  880000.0 % of 0.5*\n"
        "      disturbed: another process computed on it\n\n"
        "  * a peak of no datasheet (its link: PCIe generation 5 x16)\n"
        "  ! failed, or has a warning: why is told below\n");
    free(text);
    text = table(trials, 1, 0, 80);             /* a run that measured nothing has no table */
    assert_string_equal(text, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_measurement_of_all_gpus_stands_side_by_side),
        cmocka_unit_test(what_failed_has_a_row_and_a_long_name_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
