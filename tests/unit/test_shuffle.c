/* The order of a round: measurements at random, by the seed, and never before what they rest on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/shuffle.h"

enum { TRIALS = 8 };

static const struct probe pattern = { .name = "memory.pattern" };
static const struct probe base = { .name = "bench.base", .measures = "rate", .rests_on = { &pattern } };
static const struct probe on_base = { .name = "bench.on", .measures = "rate", .rests_on = { &base } };
static const struct probe other = { .name = "bench.other", .measures = "time" };

/* Measurements stand among what measures nothing. */
#define TRIAL(of) { .probe = &(of) }
static const struct trial trials[TRIALS] = {
    TRIAL(on_base), TRIAL(other), TRIAL(pattern), TRIAL(other), TRIAL(base), TRIAL(other), TRIAL(on_base), TRIAL(pattern),
};
static const struct plan plan = { trials, TRIALS };

static void every_trial_runs_once_whatever_the_seed(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        size_t order[TRIALS], seen[TRIALS] = { 0 };

        shuffle_plan(order, &plan, seed);
        for (size_t i = 0; i < TRIALS; i++)
            seen[order[i]]++;
        for (size_t i = 0; i < TRIALS; i++)
            assert_int_equal(seen[i], 1);
    }
}

static void what_others_rest_on_comes_first_and_as_it_stands(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        size_t order[TRIALS];

        shuffle_plan(order, &plan, seed);
        assert_true(order[0] == 2 && order[1] == 4 && order[2] == 7);
    }
}

static void the_same_seed_gives_the_same_order_and_another_one_another(void **state)
{
    size_t order[TRIALS], again[TRIALS];

    (void)state;
    shuffle_plan(order, &plan, 7);
    shuffle_plan(again, &plan, 7);
    assert_memory_equal(order, again, sizeof order);
    shuffle_plan(again, &plan, 8);
    assert_memory_not_equal(order, again, sizeof order);
}

static void every_measurement_is_at_every_place_about_as_often(void **state)
{
    enum { TIMES = 10000, MEASUREMENTS = 5 };
    unsigned at[TRIALS][TRIALS] = { { 0 } };

    (void)state;
    for (uint64_t seed = 0; seed < TIMES; seed++) {
        size_t order[TRIALS];

        shuffle_plan(order, &plan, seed);
        for (size_t i = 0; i < TRIALS; i++)
            at[order[i]][i]++;
    }
    /* 2000 of 10,000 each, with a standard deviation of 40: six of them to either side. */
    for (size_t place = TRIALS - MEASUREMENTS; place < TRIALS; place++)
        for (size_t i = 0; i < TRIALS; i++)
            assert_true(trials[i].probe == &pattern || trials[i].probe == &base || (at[i][place] > 1760 && at[i][place] < 2240));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_trial_runs_once_whatever_the_seed),
        cmocka_unit_test(what_others_rest_on_comes_first_and_as_it_stands),
        cmocka_unit_test(the_same_seed_gives_the_same_order_and_another_one_another),
        cmocka_unit_test(every_measurement_is_at_every_place_about_as_often),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
