/* The vote among like GPUs: who has other bits than the majority, and who is not asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "model/vote.h"

enum { GPUS = 5 };

static const struct probe probe = { .name = "blas.repeat.fp16", .claim = "It is so.", .scope = SCOPE_STACK_DEVICE }, another = { .name = "blas.repeat.bf16" };
static const struct stack stacks[] = { { .name = "toolkit-13.0" }, { .name = "venv:/a" } };
static struct arena arena;

struct sample {
    struct device      devices[GPUS];
    struct observation saw[GPUS][2];
    struct judged      trials[GPUS];
    struct report      r;
};

/* GPUs with the bits of the letters. */
static void make(struct sample *s, const char *bits)
{
    static const char *const names[] = { "a", "b", "c" };

    memset(s, 0, sizeof *s);
    for (size_t i = 0; bits[i] != '\0'; i++) {
        s->devices[i] = (struct device){ .index = (int)i, .name = "NVIDIA H200", .pci = "0000:01:00.0", .answers = true };
        s->saw[i][0] = (struct observation){ .key = "repeat.hash", .unit = "", .text = names[bits[i] - 'a'] };
        s->saw[i][1] = (struct observation){ .key = "repeat.of", .unit = "", .text = "seed 1, algorithm 20" };
        s->trials[i] = (struct judged){ .trial = { .probe = &probe, .device = &s->devices[i], .stack = &stacks[0], .id = "t" },
                                        .outcome = { .saw = s->saw[i], .n_saw = 2 }, .verdict = PASS, .why = "" };
        s->r.n_trials++;
    }
    s->r.trials = s->trials;
    s->r.devices = s->devices;
    s->r.n_devices = s->r.n_trials;
}

/* 'p' passes, 'w' passes with a warning, 'f' fails. */
static void assert_ends(struct sample *s, const char *ends)
{
    vote(s->trials, &s->r, &arena);
    for (size_t i = 0; ends[i] != '\0'; i++) {
        char end = s->trials[i].verdict == FAIL ? 'f' : s->trials[i].verdict != PASS ? '-' : s->trials[i].warns ? 'w' : 'p';

        if (end != ends[i])
            fail_msg("GPU %zu: %c instead of %c: %s", i, end, ends[i], s->trials[i].why);
    }
}

static void who_has_other_bits_than_the_majority_fails(void **state)
{
    struct sample s;

    (void)state;
    make(&s, "aaba");
    assert_ends(&s, "ppfp");
    assert_string_equal(s.trials[2].why, "gpu2 (0000:01:00.0) has other bits in the same product than 3 like it: b, and a there");
    make(&s, "bbaca");
    assert_ends(&s, "wwwww");
    make(&s, "cabaa");
    assert_ends(&s, "fpfpp");
}

static void all_that_agree_pass(void **state)
{
    struct sample s;

    (void)state;
    make(&s, "aaaaa");
    assert_ends(&s, "ppppp");
    make(&s, "a");
    assert_ends(&s, "p");
}

static void where_nobody_has_a_majority_of_three_all_are_warned_of(void **state)
{
    struct sample s;

    (void)state;
    make(&s, "ab");
    assert_ends(&s, "ww");
    assert_string_equal(s.trials[0].why, "the same product has not the same bits on 2 GPUs that are alike, and none of them has a majority");
    make(&s, "aabb");
    assert_ends(&s, "wwww");
    make(&s, "ab");
    s.trials[0].warns = true;
    s.trials[0].why = "before";
    assert_ends(&s, "ww");
    assert_true(text_starts(s.trials[0].why, "before; the same product"));
}

static void only_what_is_alike_is_compared(void **state)
{
    struct sample s;

    (void)state;
    make(&s, "aaab");
    s.devices[3].name = "NVIDIA H100";
    assert_ends(&s, "pppp");
    make(&s, "aaab");
    s.devices[3].name = NULL;
    assert_ends(&s, "pppp");
    make(&s, "aaab");
    s.trials[3].trial.stack = &stacks[1];
    assert_ends(&s, "pppp");
    make(&s, "aaab");
    s.trials[3].trial.probe = &another;
    assert_ends(&s, "pppp");
    make(&s, "aaab");
    s.saw[3][1].text = "seed 1, algorithm 21";
    assert_ends(&s, "pppp");
    make(&s, "aaab");
    s.trials[3].outcome.n_saw = 1;                          /* it does not say of what */
    assert_ends(&s, "pppp");
    make(&s, "aaab");
    s.trials[3].verdict = SKIP;
    assert_ends(&s, "ppp-");
    make(&s, "aaab");
    s.trials[3].trial.device = NULL;
    assert_ends(&s, "pppp");
}

static void what_has_failed_by_itself_has_no_vote(void **state)
{
    struct sample s;

    (void)state;
    make(&s, "aabbb");
    s.trials[4].verdict = FAIL;
    assert_ends(&s, "wwwwf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_other_bits_than_the_majority_fails),
        cmocka_unit_test(all_that_agree_pass),
        cmocka_unit_test(where_nobody_has_a_majority_of_three_all_are_warned_of),
        cmocka_unit_test(only_what_is_alike_is_compared),
        cmocka_unit_test(what_has_failed_by_itself_has_no_vote),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
