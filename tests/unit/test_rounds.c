/* What several rounds of one trial come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_worst_round_stands_for_all) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
