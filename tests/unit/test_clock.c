/* Stamps: what one run wrote, another reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "base/clock.h"

static void a_stamp_is_read_back(void **state)
{
    char now[32];
    int64_t seconds, before = time(NULL);

    (void)state;
    clock_stamp(now);
    assert_true(clock_parse(now, &seconds));
    assert_true(seconds >= before && seconds <= time(NULL));
    assert_true(clock_parse("2031-02-03T04:05:06Z", &seconds));
    assert_int_equal(seconds, 1927857906);
    assert_true(clock_parse("1970-01-01T00:00:00Z", &seconds));
    assert_int_equal(seconds, 0);
}

static void what_is_no_stamp_is_refused(void **state)
{
    static const char *const wrong[] = {
        "", "now", "2031-02-03", "2031-02-03T04:05:06", "2031-02-03T04:05:06+01:00", "2031-02-03T04:05:06Z ", " 2031-02-03T04:05:06Z",
        "2031-2-3T04:05:06Z", "2031-02-30T04:05:06Z", "2031-02-03T25:05:06Z", "2031-02-03T04:05:60Z", "2031-02-03T04:05:06.5Z",
        "20310-02-03T04:05:06Z", "-031-02-03T04:05:06Z",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        int64_t seconds;

        if (clock_parse(wrong[i], &seconds))
            fail_msg("\"%s\" was read as %lld", wrong[i], (long long)seconds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stamp_is_read_back),
        cmocka_unit_test(what_is_no_stamp_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
