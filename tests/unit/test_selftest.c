/* The self-test itself: its faults are what they say, a detector that misses one is told, and the table shows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "child/state.h"
#include "model/judge.h"
#include "report/selftest_table.h"
#include "selftest/selftest.h"
#include "tests/unit/written.h"

static struct arena arena;

/* ---- The faults ---- */

enum { ROWS = 4, COLUMNS = 3, LD = 6 };

static float right[LD * COLUMNS], spoilt[LD * COLUMNS];

static void put_in(struct spoiling s)
{
    for (int i = 0; i < LD * COLUMNS; i++)
        right[i] = spoilt[i] = (float)(i + 1);
    spoil(&(struct matrix){ NUMBER_FP32, spoilt, ROWS, COLUMNS, LD }, &s);
    for (int j = 0; j < COLUMNS; j++)
        for (int i = ROWS; i < LD; i++)
            assert_true(spoilt[j * LD + i] == right[j * LD + i]);
}

static int count_different_bits(void)
{
    uint32_t a[LD * COLUMNS], b[LD * COLUMNS];
    int n = 0;

    memcpy(a, right, sizeof a);
    memcpy(b, spoilt, sizeof b);
    for (int i = 0; i < LD * COLUMNS; i++)
        n += __builtin_popcount(a[i] ^ b[i]);
    return n;
}

static void a_fault_is_what_it_says_and_leaves_what_lies_between_the_columns(void **state)
{
    (void)state;
    put_in((struct spoiling){ .fault = FAULT_NONE });
    assert_int_equal(count_different_bits(), 0);
    for (int bit = 0; bit < 32; bit++) {
        put_in((struct spoiling){ .fault = FAULT_BIT, .row = 2, .column = 1, .bit = bit });
        assert_int_equal(count_different_bits(), 1);
        assert_memory_not_equal(&spoilt[LD + 2], &right[LD + 2], sizeof *right);
    }
    put_in((struct spoiling){ .fault = FAULT_SHIFT });
    for (int j = 0; j < COLUMNS; j++)
        for (int i = 0; i < ROWS; i++)
            assert_true(spoilt[j * LD + (i + 1) % ROWS] == right[j * LD + i]);
    put_in((struct spoiling){ .fault = FAULT_SCALE, .factor = 2 });
    assert_true(spoilt[0] == 2 && spoilt[2 * LD + ROWS - 1] == 2 * right[2 * LD + ROWS - 1]);
    put_in((struct spoiling){ .fault = FAULT_NAN, .row = 3, .column = 2 });
    assert_true(isnan(spoilt[2 * LD + 3]) && spoilt[2 * LD + 2] == right[2 * LD + 2]);
    put_in((struct spoiling){ .fault = FAULT_ZEROS });
    assert_true(spoilt[0] == 0 && spoilt[2 * LD + ROWS - 1] == 0);
    put_in((struct spoiling){ .fault = FAULT_STALE });
    assert_true(isnan(spoilt[0]) && isnan(spoilt[2 * LD + ROWS - 1]));
}

/* ---- What is said of a detector ---- */

static const struct expect bounds[] = {
    { .key = "y.wrong", .bound = EQUALS, .number = 0, .sentence = "%s elements are wrong", .detail = "y.first" },
    { .key = NULL },
};

/* A child of which `use` is made, and the records that it sends. */
static const char *sent(void (*use)(struct child *c))
{
    static struct child_state state;
    struct child c = { .state = &state };
    static char text[4096];
    int fds[2];
    ssize_t n;

    assert_int_equal(pipe(fds), 0);
    c.fd = fds[1];
    use(&c);
    close(fds[1]);
    n = read(fds[0], text, sizeof text - 1);
    close(fds[0]);
    text[n > 0 ? n : 0] = '\0';
    arena_free(&c.arena);
    return text;
}

static const int dims[] = { COLUMNS, LD, 0 };

/* As many tools compare: NaN is not further away than what is allowed. */
static void compare_by_distance(struct child *c)
{
    int wrong = 0;

    for (int i = 0; i < LD * COLUMNS; i++)
        wrong += fabsf(spoilt[i] - right[i]) > 0;
    saw_num(c, "y.wrong", "", wrong);
}

static void compare_well(struct child *c)
{
    double expected[LD * COLUMNS];

    for (int i = 0; i < LD * COLUMNS; i++)
        expected[i] = (double)right[i];
    compare_exact(c, "y", spoilt, expected, dims);
}

static void put_nan_to(struct child *c, void (*compare)(struct child *c), const char *place)
{
    put_in((struct spoiling){ .fault = FAULT_NAN, .row = 3, .column = 2 });
    child_listen(c);
    compare(c);
    selftest_caught(c, "nan", "fp32", bounds, place);
}

static void deaf_to_nan(struct child *c)  { put_nan_to(c, compare_by_distance, NULL); }
static void sees_nan(struct child *c)     { put_nan_to(c, compare_well, "[2][3] is nan"); }
static void sees_another(struct child *c) { put_nan_to(c, compare_well, "[1][1] is nan"); }

static void silent(struct child *c)
{
    child_listen(c);
    selftest_caught(c, "bit", "fp32", bounds, NULL);
}

static void finds_fault_with_all(struct child *c)
{
    child_listen(c);
    saw_num(c, "y.wrong", "", 3);
    selftest_clean(c, "fp32", bounds);
}

static void finds_no_fault(struct child *c)
{
    child_listen(c);
    saw_num(c, "y.wrong", "", 0);
    selftest_clean(c, "fp32", bounds);
}

static void a_detector_that_misses_a_fault_is_told_and_what_it_says_meanwhile_is_not_sent(void **state)
{
    (void)state;
    assert_string_equal(sent(sees_nan), "num\tcaught.nan\t\t1\n");
    assert_string_equal(sent(deaf_to_nan), "num\tcaught.nan\t\t0\ntext\tmissed\tnan (fp32): all of 1 observations are as of a right result\n");
    assert_string_equal(sent(sees_another), "num\tcaught.nan\t\t0\ntext\tmissed\tnan (fp32): what is said of it has no \"[1][1] is nan\": "
                                            "1 element is wrong: [2][3] is nan, expected 16\n");
    assert_string_equal(sent(silent), "num\tcaught.bit\t\t0\ntext\tmissed\tbit (fp32): all of 0 observations are as of a right result\n");
    assert_string_equal(sent(finds_no_fault), "num\talarms\t\t0\n");
    assert_string_equal(sent(finds_fault_with_all), "num\talarms\t\t1\ntext\talarm\tfp32: 3 elements are wrong\n");
}

/* ---- The report ---- */

static const struct probe samples[] = {
    { .name = "selftest.exact", .claim = "c", .scope = SCOPE_PROGRAM, .tests_itself = true, .expects = selftest_bounds },
    { .name = "selftest.tiles", .claim = "c", .scope = SCOPE_DEVICE, .needs = NEEDS_CONTEXT, .tests_itself = true, .expects = selftest_bounds },
    { .name = "selftest.march", .claim = "c", .scope = SCOPE_DEVICE, .needs = NEEDS_CONTEXT, .tests_itself = true, .expects = selftest_bounds },
    { .name = "selftest.guard", .claim = "c", .scope = SCOPE_DEVICE, .needs = NEEDS_CONTEXT, .tests_itself = true, .expects = selftest_bounds },
};

#define NUMBER(k, v) { .key = (k), .unit = "", .text = #v, .number = (v), .is_number = true }

static const struct observation on_cpu[]   = { NUMBER("alarms", 0), NUMBER("caught.bit", 1) };
static const struct observation on_tiles[] = { NUMBER("alarms", 0), NUMBER("caught.bit", 1), NUMBER("caught.nan", 1), NUMBER("caught.nan", 0), NUMBER("caught.nan", 1),
                                               { .key = "missed", .unit = "", .text = "nan (fp16): nothing was said" } };
static const struct observation on_march[] = { NUMBER("alarms", 1), NUMBER("caught.stuck", 1) };

static const struct device gpu = { .index = 0, .name = "NVIDIA H200", .answers = true };

static struct judged trials[4];

static struct report make_report(bool misses)
{
    static const struct machine machine = { .gpu_meant = true };
    struct report r = { .machine = &machine, .devices = &gpu, .n_devices = 1, .trials = trials, .n_trials = misses ? 4 : 1 };

    trials[0] = (struct judged){ .trial = { .probe = &samples[0], .id = "selftest.exact" }, .outcome = { .saw = on_cpu, .n_saw = COUNT_OF(on_cpu) } };
    trials[1] = (struct judged){ .trial = { .probe = &samples[1], .device = &gpu, .id = "selftest.tiles@gpu0" }, .outcome = { .saw = on_tiles, .n_saw = COUNT_OF(on_tiles) } };
    trials[2] = (struct judged){ .trial = { .probe = &samples[2], .device = &gpu, .id = "selftest.march@gpu0" }, .outcome = { .saw = on_march, .n_saw = COUNT_OF(on_march) } };
    trials[3] = (struct judged){ .trial = { .probe = &samples[3], .device = &gpu, .id = "selftest.guard@gpu0" },
                                 .outcome = { .ending = ENDED_TIMEOUT, .took_ms = 60000, .call = "cuCtxSynchronize()" } };
    for (size_t i = 0; i < r.n_trials; i++)
        judge_trial(&trials[i], &machine, &arena);
    judge_report(&r, &(struct require){ .n = 0 }, false, &arena);
    return r;
}

static void wide_table(FILE *f, const struct report *r)   { selftest_table(f, r, 100); }
static void narrow_table(FILE *f, const struct report *r) { selftest_table(f, r, 18); }

static void the_table_shows_what_was_caught_missed_not_for_a_detector_and_not_reached(void **state)
{
    const struct report r = make_report(true);
    const char *wide = written(wide_table, &r, &arena), *narrow = written(narrow_table, &r, &arena);

    (void)state;
    assert_non_null(strstr(wide, "\non the CPU:\n"
                                 "        exact\n"
                                 "  none     ok\n"
                                 "  bit      ok\n"
                                 "on gpu0:\n"
                                 "         tiles  march  guard\n"
                                 "  none      ok     NO      ?\n"
                                 "  bit       ok      -      ?\n"
                                 "  nan       NO      -      ?\n"
                                 "  stuck      -     ok      ?\n"));
    assert_non_null(strstr(narrow, "         march\n  none      NO\n"));
}

static void a_fault_that_was_missed_fails_the_run_and_its_last_line_says_not_to_trust_it(void **state)
{
    const struct report r = make_report(true);

    (void)state;
    assert_int_equal(r.exit_code, 1);
    assert_true(text_starts(r.closing, "FAIL - selftest.tiles@gpu0: gpuvet itself cannot be trusted on this machine: a fault that it put into a "
                                       "right result was not caught: nan (fp16): nothing was said"));
    assert_true(text_starts(trials[2].why, "gpuvet itself cannot be trusted on this machine, or the GPU cannot"));
    assert_int_equal(report_caught(&r).faults, 6);
    assert_int_equal(report_caught(&r).caught, 5);
}

static void what_runs_on_no_gpu_proves_none(void **state)
{
    const struct report r = make_report(false);

    (void)state;
    assert_int_equal(trials[0].verdict, PASS);
    assert_int_equal(r.exit_code, 77);
}

static void a_bound_is_asked_of_what_was_observed_alone(void **state)
{
    static const struct observation nan_ratio[] = { { .key = "y.ratio", .unit = "", .text = "nan", .number = NAN, .is_number = true } };
    static const struct expect ratio[] = { { .key = "z", .bound = AT_LEAST, .number = 1, .sentence = "none" },
                                           { .key = "y.*", .bound = AT_MOST, .number = 1, .sentence = "it is %s" }, { .key = NULL } };
    static const struct machine machine;

    (void)state;
    assert_string_equal(judge_broken_bound(ratio, &(struct outcome){ .saw = nan_ratio, .n_saw = 1 }, &machine, &arena), "it is nan");
    assert_null(judge_broken_bound(ratio, &(struct outcome){ .n_saw = 0 }, &machine, &arena));
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

#define CASE cmocka_unit_test

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_fault_is_what_it_says_and_leaves_what_lies_between_the_columns),
        CASE(a_detector_that_misses_a_fault_is_told_and_what_it_says_meanwhile_is_not_sent),
        CASE(the_table_shows_what_was_caught_missed_not_for_a_detector_and_not_reached),
        CASE(a_fault_that_was_missed_fails_the_run_and_its_last_line_says_not_to_trust_it),
        CASE(what_runs_on_no_gpu_proves_none),
        CASE(a_bound_is_asked_of_what_was_observed_alone),
    };

    return cmocka_run_group_tests(tests, NULL, free_arena);
}
