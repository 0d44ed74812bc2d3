/* What several rounds of one trial come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/figures.h"
#include "model/rounds.h"

static struct judged judged(char what)
{
    static const struct { char what; enum verdict verdict; bool warns; const char *why; } all[] = {
        { 'p', PASS, false, "" }, { 'w', PASS, true, "ECC is off" }, { 's', SKIP, false, "not reached" },
        { 'b', BROKEN, false, "killed" }, { 'f', FAIL, false, "wrong" },
    };

    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (all[i].what == what)
            return (struct judged){ .verdict = all[i].verdict, .warns = all[i].warns, .why = all[i].why };
    fail_msg("no such verdict: %c", what);
    return (struct judged){ .why = "" };
}

static const struct { const char *rounds; enum verdict verdict; unsigned round, passes; const char *why; } cases[] = {
    { "p",     PASS,   1, 1, "" },
    { "f",     FAIL,   1, 0, "wrong" },
    { "ppp",   PASS,   1, 3, "" },
    { "pwp",   PASS,   2, 3, "ECC is off" },
    { "ppfp",  FAIL,   3, 3, "in round 3 of 4 (3 passed): wrong" },
    { "pfbf",  FAIL,   2, 1, "in round 2 of 4 (1 passed): wrong" },
    { "psp",   SKIP,   2, 2, "in round 2 of 3 (2 passed): not reached" },
    { "psbp",  BROKEN, 3, 2, "in round 3 of 4 (2 passed): killed" },
    { "sss",   SKIP,   1, 0, "not reached" },
    { "ff",    FAIL,   1, 0, "in round 1 of 2 (0 passed): wrong" },
};

static void the_worst_round_stands_for_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct judged sum = { .why = NULL };
        struct arena a = { NULL };

        for (unsigned r = 0; cases[i].rounds[r] != '\0'; r++) {
            struct judged one = judged(cases[i].rounds[r]);

            rounds_add(&sum, &one, r + 1);
        }
        rounds_close(&sum, &a);
        if (sum.verdict != cases[i].verdict || sum.round != cases[i].round || sum.passes != cases[i].passes || !text_is(sum.why, cases[i].why))
            fail_msg("%s: verdict %d of round %u, %u passed: %s", cases[i].rounds, (int)sum.verdict, sum.round, sum.passes, sum.why);
        arena_free(&a);
    }
}

static struct judged measured(const char *id, double rate, enum verdict verdict, struct arena *a)
{
    static const struct probe probe = { .name = "sample.rate", .claim = "It is fast.", .scope = SCOPE_DEVICE, .measures = "rate" };
    struct observation *saw = arena_alloc(a, sizeof *saw);

    *saw = (struct observation){ .key = "rate", .unit = "GB/s", .text = "", .number = rate, .is_number = true };
    return (struct judged){ .trial = { .probe = &probe, .id = id }, .outcome = { .saw = saw, .n_saw = 1 }, .verdict = verdict, .why = verdict == PASS ? "" : "wrong" };
}

static void the_lines_of_a_journal_are_rounds_of_its_trials(void **state)
{
    struct arena a = { NULL };
    struct judged lines[] = {
        measured("x@gpu0", 10, PASS, &a), measured("y@gpu0", 1, PASS, &a), measured("y@gpu0", 2, FAIL, &a), measured("x@gpu0", 30, PASS, &a), measured("x@gpu0", 20, PASS, &a),
    };
    struct judged *trials = lines;
    size_t n = COUNT_OF(lines);

    (void)state;
    assert_int_equal(rounds_fold(&trials, &n, &a), 3);
    assert_int_equal(n, 2);
    assert_string_equal(trials[0].trial.id, "x@gpu0");
    assert_int_equal(trials[0].passes, 3);
    assert_true(trials[0].figure != NULL && trials[0].figure->n == 3 && trials[0].figure->middle == 20);
    assert_int_equal(trials[1].verdict, FAIL);
    assert_string_equal(trials[1].why, "in round 2 of 2 (1 passed): wrong");
    assert_true(trials[1].figure != NULL && trials[1].figure->n == 1);

    trials = lines;                                     /* a journal of one round */
    n = 2;
    assert_int_equal(rounds_fold(&trials, &n, &a), 0);
    assert_int_equal(n, 2);
    assert_int_equal(trials[0].rounds, 0);
    assert_true(trials[1].figure != NULL);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_worst_round_stands_for_all), cmocka_unit_test(the_lines_of_a_journal_are_rounds_of_its_trials) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
