/* What every writer tells about a trial that is not well, or was skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "report/detail.h"
#include "report/not_proven.h"

static struct arena arena;

static void the_last_four_lines_are_shown(void **state)
{
    static const struct { const char *said, *last; } cases[] = {
        { "", "" }, { "one", "one" }, { "one\n", "one\n" }, { "1\n2\n3\n4", "1\n2\n3\n4" }, { "0\n1\n2\n3\n4", "1\n2\n3\n4" },
        { "-\n0\n1\n2\n3\n4", "1\n2\n3\n4" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(detail_last_lines(cases[i].said), cases[i].last);
}

static void only_what_is_not_well_is_due(void **state)
{
    static const struct { struct judged j; const char *word; bool due; } cases[] = {
        { { .verdict = PASS }, "pass", false }, { { .verdict = PASS, .warns = true }, "warn", true }, { { .verdict = FAIL }, "fail", true },
        { { .verdict = BROKEN }, "broken", true }, { { .verdict = SKIP }, "skip", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_string_equal(detail_word(&cases[i].j), cases[i].word);
        assert_int_equal(detail_is_due(&cases[i].j), cases[i].due);
    }
}

static void a_rerun_is_one_line_for_a_shell(void **state)
{
    static const struct probe odd = { .name = "a;b", .scope = SCOPE_STACK };
    static const struct device gpu = { .index = 2 };
    static const struct stack stack = { .name = "venv:/my app" };
    struct judged j = { .trial = { .probe = &odd, .device = &gpu, .stack = &stack } };
    const struct report r = { .n_command = 0 };

    (void)state;
    assert_string_equal(detail_rerun(&r, &j, &arena), "gpuvet run -p 'a;b' -d gpu2 -s 'venv:/my app'");
    j.outcome.ending = ENDED_NOT_RUN;
    assert_null(detail_rerun(&r, &j, &arena));
}

static void a_reason_has_six_names_and_counts_the_others(void **state)
{
    static const char *const ids[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
    struct unproved u = { .why = "no GPU", .what = ids, .n_what = COUNT_OF(ids) };

    (void)state;
    assert_string_equal(not_proven_names(&u, &arena), "a, b, c, d, e, f and 2 more");
    u.n_what -= 2;
    assert_string_equal(not_proven_names(&u, &arena), "a, b, c, d, e, f");
    u.n_what = 0;
    assert_string_equal(not_proven_names(&u, &arena), "");
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
        cmocka_unit_test(the_last_four_lines_are_shown),
        cmocka_unit_test(only_what_is_not_well_is_due),
        cmocka_unit_test(a_rerun_is_one_line_for_a_shell),
        cmocka_unit_test(a_reason_has_six_names_and_counts_the_others),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
