/* What a saved run still says, some time later, in a line that everybody can take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/health.h"

static struct arena arena;

enum { BEGAN = 1927857906, HOUR = 3600 };       /* 2031-02-03T04:05:06Z */

static const struct fact boot = { "boot.id", "this-boot", NULL };
static const struct machine machine = { .facts = &boot, .n_facts = 1 };

static const char good[] = "PASS - 8 GPUs proved (8 x NVIDIA H200), 2 stacks (96 of 96 trials passed, 0 failed)";
static const char bad[] = "FAIL - blas.gemm.fp32@gpu3/toolkit-13.0: 1 of 4096 elements differ (95 of 96 trials passed)";

static const struct {
    const char *name, *closing, *began, *boot_id;
    int exit_code, hours, expected;
    const char *line;
} cases[] = {
    { "a good run",            good, "2031-02-03T04:05:06Z", "this-boot", 0, 3, 0, "PASS 8 GPUs proved (8 x NVIDIA H200), 2 stacks" },
    { "a failure",             bad,  "2031-02-03T04:05:06Z", "this-boot", 1, 3, 1, "FAIL blas.gemm.fp32@gpu3/toolkit-13.0: 1 of 4096 elements differ" },
    { "an old failure stays",  bad,  "2031-02-03T04:05:06Z", "this-boot", 1, 300, 1, "FAIL 12 days ago: blas.gemm.fp32@gpu3/toolkit-13.0: 1 of 4096 elements differ" },
    { "until the next boot",   bad,  "2031-02-03T04:05:06Z", "next-boot", 1, 3, 3, "UNKNOWN the last run was before this boot, or elsewhere: FAIL blas.gemm.fp32@..." },
    { "an old pass does not",  good, "2031-02-03T04:05:06Z", "this-boot", 0, 25, 3, "UNKNOWN the last run is 25 h old: PASS 8 GPUs proved (8 x NVIDIA H200), 2 stacks" },
    { "a pass of another boot", good, "2031-02-03T04:05:06Z", "next-boot", 0, 3, 3, "UNKNOWN the last run was before this boot, or elsewhere: PASS 8 GPUs proved (..." },
    { "no boot is known now",  good, "2031-02-03T04:05:06Z", NULL, 0, 3, 0, "PASS 8 GPUs proved (8 x NVIDIA H200), 2 stacks" },
    { "from the future",       good, "2031-02-03T04:05:06Z", "this-boot", 0, -1, 3, "UNKNOWN the last run is later than this machine's clock: PASS 8 GPUs proved (..." },
    { "no date",               good, "yesterday",            "this-boot", 0, 3, 3, "UNKNOWN the last run does not say when it was: PASS 8 GPUs proved (8 x NVIDIA..." },
    { "nothing to test",       "SKIP - no GPU is meant for this process: none here (3 of 9 trials passed)", "2031-02-03T04:05:06Z", "this-boot", 77, 3, 77, "SKIP no GPU is meant for this process: none here" },
    { "could not find out",    "BROKEN - could not find out: x: somebody (1 of 2)", "2031-02-03T04:05:06Z", "this-boot", 3, 3, 3, "BROKEN could not find out: x: somebody" },
    { "interrupted",           "INTERRUPTED - partial: PASS - so far (1 of 2)", "2031-02-03T04:05:06Z", "this-boot", 130, 3, 3, "UNKNOWN INTERRUPTED partial: PASS - so far" },
    { "killed",                "", "", "this-boot", 3, 3, 3, "UNKNOWN the last run does not say when it was: it was killed before its end" },
};

static void a_saved_run_says_what_it_still_can(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct report r = { .machine = &machine, .began = cases[i].began, .closing = cases[i].closing, .exit_code = cases[i].exit_code };
        const struct health_now now = { BEGAN + (int64_t)cases[i].hours * HOUR, cases[i].boot_id, 24 * HOUR };
        struct health h;

        health_judge(&h, &r, &now, &arena);
        if (h.exit_code != cases[i].expected || !text_is(h.line, cases[i].line))
            fail_msg("%s: %d \"%s\"", cases[i].name, h.exit_code, h.line);
        assert_true(strlen(h.line) <= HEALTH_LINE);
    }
}

static void the_line_is_cut_between_characters_and_holds_no_control(void **state)
{
    static const char *const texts[] = {
        "FAIL - \xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
        "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac (1)",
        "FAIL - \033[2Ja\nb\tc (1)", "FAIL - \xff\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff (1)",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct health h;

        health_unknown(&h, texts[i], &arena);
        assert_true(strlen(h.line) <= HEALTH_LINE);
        for (const char *c = h.line; *c != '\0'; c++)
            assert_true((unsigned char)*c >= ' ');
        for (const char *c = h.line; i == 0 && *c != '\0'; c += text_utf8_length(c))
            assert_true(text_utf8_length(c) > 0);
    }
}

static void stamps_are_read_as_they_are_written(void **state)
{
    static const char *const bad_stamps[] = { "", "2031-02-03", "2031-02-03T04:05:06", "2031-02-03T04:05:06Zx", "2031-13-03T04:05:06Z", "now" };
    char stamp[32];
    int64_t s;

    (void)state;
    assert_true(clock_parse("2031-02-03T04:05:06Z", &s));
    assert_int_equal(s, BEGAN);
    clock_stamp(stamp);
    assert_true(clock_parse(stamp, &s) && s <= clock_unix_s() && s > clock_unix_s() - 60);
    for (size_t i = 0; i < COUNT_OF(bad_stamps); i++)
        assert_false(clock_parse(bad_stamps[i], &s));
    assert_false(clock_parse(NULL, &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_saved_run_says_what_it_still_can),
        cmocka_unit_test(the_line_is_cut_between_characters_and_holds_no_control),
        cmocka_unit_test(stamps_are_read_as_they_are_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
