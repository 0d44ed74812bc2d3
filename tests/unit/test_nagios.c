/* Monitoring plugins: a state, one line, numbers behind one bar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "report/nagios.h"
#include "tests/unit/hostile.h"
#include "tests/unit/sample_report.h"
#include "tests/unit/written.h"

static struct arena arena;

static void only_a_bad_machine_is_critical(void **state)
{
    static const struct { int code; bool warns; int state; } cases[] = {
        { 0, false, 0 }, { 0, true, 1 }, { 1, false, 2 }, { 1, true, 2 }, { 3, false, 3 }, { 3, true, 3 }, { 77, false, 3 }, { 77, true, 3 },
        { 130, false, 3 }, { 143, false, 3 }, { 2, false, 3 }, { -1, false, 3 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(nagios_exit_code(cases[i].code, cases[i].warns), cases[i].state);
}

static void the_first_line_has_the_state_and_the_numbers(void **state)
{
    static const struct { enum sample which; const char *begin, *end; } cases[] = {
        { SAMPLE_GOOD, "GPUVET WARNING - PASS - 1 GPU proved",
          " | 'passed'=7 'warnings'=1 'failed'=0 'broken'=0 'skipped'=0 'gpus'=1 'proved'=1 'took'=1.2s" },
        { SAMPLE_FAILING, "GPUVET CRITICAL - FAIL - sample.launch@gpu0: ",
          " | 'passed'=2 'warnings'=1 'failed'=6 'broken'=4 'skipped'=4 'gpus'=1 'proved'=0 'took'=1.2s" },
        { SAMPLE_SKIPPING, "GPUVET UNKNOWN - SKIP - no GPU is meant", " 'gpus'=0 'proved'=0 'took'=1.2s" },
        { SAMPLE_INTERRUPTED, "GPUVET UNKNOWN - INTERRUPTED - partial", " 'skipped'=3 'gpus'=1 'proved'=1 'took'=1.2s" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct report r = sample_report(cases[i].which, &arena);
        const char *text = written(nagios_write, &r, &arena), *line = arena_copy(&arena, text, strcspn(text, "\n"));

        if (!text_starts(line, cases[i].begin) || !text_ends(line, cases[i].end))
            fail_msg("%s", line);
    }
}

static void a_good_run_is_one_line(void **state)
{
    struct report r = sample_report(SAMPLE_INTERRUPTED, &arena);
    char *text;

    (void)state;
    r.exit_code = 0;
    r.n_requires = 0;
    text = written(nagios_write, &r, &arena);
    assert_true(text_starts(text, "GPUVET OK - "));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void what_is_not_well_follows_worst_first(void **state)
{
    struct report r = sample_report(SAMPLE_FAILING, &arena);
    char *text = written(nagios_write, &r, &arena);
    size_t lines = 0;

    (void)state;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, 1 + 6 + 1 + 4 + 1);
    assert_true(text_has(text, "\n[fail] sample.files/venv:/opt/app: /opt/app/libcudnn_ops.so.9: truncated: 4096 of 47000000 bytes\n"));
    assert_true(text_has(text, "\n[fail] required: gpu: GPUs that answer: 1, proved: 0\n[broken] sample.launch@gpu0/venv:/opt/app: cuMemAlloc_v2 failed"));
    assert_null(strstr(strstr(text, "\n[broken]"), "\n[fail]"));
    r = sample_report(SAMPLE_INTERRUPTED, &arena);
    assert_true(text_ends(written(nagios_write, &r, &arena), "\n[broken] required: nccl.kernel: nccl.kernel@gpu0/venv:/opt/app: interrupted\n"));
    r = sample_report(SAMPLE_GOOD, &arena);
    assert_true(text_ends(written(nagios_write, &r, &arena), "\n[warn] sample.conv@gpu0/venv:/opt/app: the link runs at half its width\n"));
}

static void the_only_bar_is_ours(void **state)
{
    char *text = written(nagios_write, &hostile_report, &arena);
    size_t lines = 0;

    (void)state;
    assert_ptr_equal(strchr(text, '|'), strrchr(text, '|'));
    assert_true(text_has(text, " | 'passed'=1 'warnings'=1 'failed'=1 'broken'=1 'skipped'=1"));
    for (const char *s = text; *s != '\0'; s++) {
        assert_true((unsigned char)*s >= ' ' || *s == '\n');
        lines += *s == '\n';
    }
    assert_int_equal(lines, 6);
}

static void a_time_that_is_none_is_0(void **state)
{
    struct report r = sample_report(SAMPLE_GOOD, &arena);

    (void)state;
    r.took_ms = (double)NAN;
    assert_true(text_has(written(nagios_write, &r, &arena), "'took'=0.0s\n"));
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
        cmocka_unit_test(only_a_bad_machine_is_critical),
        cmocka_unit_test(the_first_line_has_the_state_and_the_numbers),
        cmocka_unit_test(a_good_run_is_one_line),
        cmocka_unit_test(what_is_not_well_follows_worst_first),
        cmocka_unit_test(the_only_bar_is_ours),
        cmocka_unit_test(a_time_that_is_none_is_0),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
