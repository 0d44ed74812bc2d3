/* One question asked by two ways: where the answers differ the failure says so, and no verdict changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "model/second_opinion.h"

static const struct probe first = { .name = "torch.cnn", .way = "through libtorch" };
static const struct probe second = { .name = "torch.python", .way = "in Python", .seconds = &first };
static const struct stack stacks[] = { { .name = "venv:/a" }, { .name = "venv:/b" } };
static const struct device gpu = { .index = 0 };
static struct arena arena;

enum { TRIALS = 2 };

static void ask(struct judged trials[TRIALS])
{
    const struct report r = { .trials = trials, .n_trials = TRIALS };

    second_opinions(trials, &r, &arena);
}

static struct judged one(const struct probe *p, const struct stack *s, const struct device *d, enum verdict v)
{
    return (struct judged){ .trial = { .probe = p, .stack = s, .device = d, .id = "t" }, .verdict = v, .why = v == FAIL ? "it is so" : "" };
}

static void where_the_ways_differ_the_failure_says_so(void **state)
{
    static const struct { enum verdict first, second; const char *why_first, *why_second; } cases[] = {
        { PASS, PASS, "", "" },
        { FAIL, FAIL, "it is so", "it is so" },
        { PASS, FAIL, "", "through libtorch it works, in Python it does not: it is so" },
        { FAIL, PASS, "it is so; in Python it works (torch.python)", "" },
        { SKIP, FAIL, "", "it is so" },
        { FAIL, SKIP, "it is so", "" },
        { BROKEN, FAIL, "", "it is so" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct judged t[TRIALS] = { one(&first, &stacks[0], &gpu, cases[i].first), one(&second, &stacks[0], &gpu, cases[i].second) };

        ask(t);
        ask(t);                                 /* judged again: nothing is said twice */
        assert_string_equal(t[0].why, cases[i].why_first);
        assert_string_equal(t[1].why, cases[i].why_second);
        assert_int_equal(t[0].verdict, cases[i].first);
        assert_int_equal(t[1].verdict, cases[i].second);
    }
    arena_free(&arena);
}

static void another_stack_or_device_is_no_second_opinion(void **state)
{
    struct judged other_stack[TRIALS] = { one(&first, &stacks[1], &gpu, PASS), one(&second, &stacks[0], &gpu, FAIL) };
    struct judged other_device[TRIALS] = { one(&first, &stacks[0], NULL, PASS), one(&second, &stacks[0], &gpu, FAIL) };

    (void)state;
    ask(other_stack);
    ask(other_device);
    assert_string_equal(other_stack[1].why, "it is so");
    assert_string_equal(other_device[1].why, "it is so");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_the_ways_differ_the_failure_says_so),
        cmocka_unit_test(another_stack_or_device_is_no_second_opinion),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
