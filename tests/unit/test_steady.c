/* Series of windows with known answers: when they are enough, what they come to, what disturbed them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "model/steady.h"

static struct arena arena;

/* Measured as pace.c does: no window after the one that settles it. */
static size_t measured(const double *series, size_t n)
{
    size_t taken = 0;

    while (taken < n && taken < STEADY_WINDOWS_MAX && !steady_is_settled(series, taken))
        taken++;
    return taken;
}

#define STEADY(s, ...) \
    const double series_##s[] = { __VA_ARGS__ }; \
    const size_t taken_##s = measured(series_##s, sizeof series_##s / sizeof *series_##s); \
    const struct steady s = steady_of(series_##s, taken_##s)

static void near(double x, double expected)
{
    assert_true(fabs(x - expected) < 1e-9);
}

static void equal_windows_settle_at_once_and_have_no_spread(void **state)
{
    STEADY(s, 5, 5, 5);

    (void)state;
    assert_int_equal(taken_s, 2);
    assert_true(s.settled && s.counted == 2);
    near(s.middle, 5);
    near(s.spread, 0);
    near(s.first, 5);
}

static void just_within_half_a_percent_is_settled_and_just_outside_is_not(void **state)
{
    (void)state;
    assert_true(steady_is_settled((const double[]){ 100.499, 100 }, 2));
    assert_true(steady_is_settled((const double[]){ 99.501, 100 }, 2));
    assert_false(steady_is_settled((const double[]){ 100.501, 100 }, 2));
    assert_false(steady_is_settled((const double[]){ 99.499, 100 }, 2));
    assert_false(steady_is_settled((const double[]){ 100 }, 1));
    assert_false(steady_is_settled(NULL, 0));
}

static void the_first_second_is_told_apart_from_the_steady_state(void **state)
{
    STEADY(s, 90, 97, 99.9, 100);

    (void)state;
    assert_int_equal(taken_s, 4);
    assert_true(s.settled && s.counted == 2);
    near(s.first, 90);
    near(s.middle, 99.95);
}

static void a_series_that_drifts_does_not_settle_and_ends_at_its_cap(void **state)
{
    STEADY(s, 100, 101, 102, 103, 104, 105, 106, 107);

    (void)state;
    assert_int_equal(taken_s, STEADY_WINDOWS_MAX);
    assert_false(s.settled);
    assert_int_equal(s.counted, 5);
    near(s.middle, 103);
    near(s.least, 101);
    near(s.most, 105);
}

static void two_modes_do_not_settle(void **state)
{
    STEADY(s, 100, 110, 100, 110, 100, 110);
    const char *why = steady_disturbed(&s, &(struct disturbance){ .capped = false }, &arena);

    (void)state;
    assert_false(s.settled);
    near(s.middle, 110);
    assert_string_equal(why, "it did not settle: its windows differ by 9.1 %");
}

static void one_outlier_is_left_out(void **state)
{
    STEADY(s, 100, 130, 100.1, 100);

    (void)state;
    assert_true(s.settled && s.counted == 2);
    near(s.middle, 100.05);
    near(s.most, 130);
    assert_null(steady_disturbed(&s, &(struct disturbance){ .capped = false }, &arena));
}

static void windows_before_the_last_two_count_where_they_agree(void **state)
{
    const double took[] = { 90, 100.2, 100.1, 100 };
    const struct steady s = steady_of(took, 4);

    (void)state;
    assert_int_equal(s.counted, 3);
    near(s.middle, 100.1);
}

static void one_window_is_all_there_is(void **state)
{
    const struct steady s = steady_of((const double[]){ 7 }, 1);

    (void)state;
    assert_false(s.settled);
    near(s.middle, 7);
    near(s.spread, 0);
}

static void host_and_device_agree_within_a_percent_and_a_call_for_each_batch(void **state)
{
    (void)state;
    assert_true(steady_clocks_agree(500, 494.98, 1));
    assert_false(steady_clocks_agree(500, 494.96, 1));
    assert_true(steady_clocks_agree(1.3, 1.258, 1));
    assert_false(steady_clocks_agree(1.3, 1.256, 1));
    assert_true(steady_clocks_agree(13, 12.58, 10));        /* ten releases from the gate */
    assert_false(steady_clocks_agree(13, 12.56, 10));
    assert_false(steady_clocks_agree(500, 510, 1));         /* the device cannot take longer */
}

static const struct steady calm = { .middle = 1, .least = 1, .most = 1, .settled = true, .counted = 2 };

static void a_clock_that_falls_disturbs_but_at_the_power_limit(void **state)
{
    const double throttled[] = { 1980, 1980, 1500 }, hardly[] = { 1980, 1935 }, rises[] = { 1000, 1980 };

    (void)state;
    assert_string_equal(steady_disturbed(&calm, &(struct disturbance){ .mhz = throttled, .n_mhz = 3 }, &arena), "the clock fell from 1980 to 1500 MHz");
    assert_null(steady_disturbed(&calm, &(struct disturbance){ .mhz = throttled, .n_mhz = 3, .capped = true }, &arena));
    assert_null(steady_disturbed(&calm, &(struct disturbance){ .mhz = hardly, .n_mhz = 2 }, &arena));
    assert_null(steady_disturbed(&calm, &(struct disturbance){ .mhz = rises, .n_mhz = 2 }, &arena));
    assert_null(steady_disturbed(&calm, &(struct disturbance){ .mhz = NULL }, &arena));
}

static void all_that_disturbed_is_said(void **state)
{
    const double mhz[] = { 1980, 1200 };
    const struct disturbance d = { .mhz = mhz, .n_mhz = 2, .slowed = " for heat, by the hardware (HW thermal slowdown)", .others = 2 };
    const struct steady s = { .middle = 2, .least = 2, .most = 2.1 };

    (void)state;
    assert_string_equal(steady_disturbed(&s, &d, &arena),
                        "the GPU slowed down for heat, by the hardware (HW thermal slowdown); the clock fell from 1980 to 1200 MHz; "
                        "2 other processes computed on it; it did not settle: its windows differ by 5.0 %");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_windows_settle_at_once_and_have_no_spread),
        cmocka_unit_test(just_within_half_a_percent_is_settled_and_just_outside_is_not),
        cmocka_unit_test(the_first_second_is_told_apart_from_the_steady_state),
        cmocka_unit_test(a_series_that_drifts_does_not_settle_and_ends_at_its_cap),
        cmocka_unit_test(two_modes_do_not_settle),
        cmocka_unit_test(one_outlier_is_left_out),
        cmocka_unit_test(windows_before_the_last_two_count_where_they_agree),
        cmocka_unit_test(one_window_is_all_there_is),
        cmocka_unit_test(host_and_device_agree_within_a_percent_and_a_call_for_each_batch),
        cmocka_unit_test(a_clock_that_falls_disturbs_but_at_the_power_limit),
        cmocka_unit_test(all_that_disturbed_is_said),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
