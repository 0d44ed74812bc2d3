/* The time that is left is told once there is something to tell it by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "report/progress.h"

static void what_is_left_takes_as_long_a_trial_as_what_is_done(void **state)
{
    (void)state;
    assert_true(fabs(progress_left(60000, 30, 90) - 120000) < 1e-6);
    assert_true(fabs(progress_left(5000, 1, 2) - 5000) < 1e-6);
}

static void nothing_is_told_too_early_or_at_the_end(void **state)
{
    (void)state;
    assert_true(progress_left(4999, 30, 90) == 0);
    assert_true(progress_left(60000, 0, 90) == 0);
    assert_true(progress_left(60000, 90, 90) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_takes_as_long_a_trial_as_what_is_done),
        cmocka_unit_test(nothing_is_told_too_early_or_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
