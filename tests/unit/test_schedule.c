/* Which batch starts when: lanes, foundations, and what must be alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/schedule.h"

static const struct device gpus[2] = { { .index = 0 }, { .index = 1 } };

static struct slot slot(const struct device *d, bool ready, enum slot_state state)
{
    return (struct slot){ .device = d, .ready = ready, .state = state };
}

static void every_lane_runs_one_batch_at_a_time(void **state)
{
    struct slot s[] = { slot(NULL, true, SLOT_WAITS), slot(NULL, true, SLOT_WAITS), slot(&gpus[0], true, SLOT_WAITS),
                        slot(&gpus[0], true, SLOT_WAITS), slot(&gpus[1], true, SLOT_WAITS) };
    const size_t starts[] = { 0, 2, 4 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        assert_int_equal(schedule_next(s, COUNT_OF(s)), starts[i]);
        s[starts[i]].state = SLOT_RUNS;
    }
    assert_true(schedule_next(s, COUNT_OF(s)) == NO_SLOT);
    s[2].state = SLOT_IS_OVER;
    assert_int_equal(schedule_next(s, COUNT_OF(s)), 3);
}

static void what_rests_on_a_waiting_batch_waits(void **state)
{
    struct slot s[] = { slot(NULL, true, SLOT_RUNS), slot(&gpus[0], false, SLOT_WAITS), slot(&gpus[0], true, SLOT_WAITS) };

    (void)state;
    assert_int_equal(schedule_next(s, COUNT_OF(s)), 2);
    s[2].state = SLOT_IS_OVER;
    assert_true(schedule_next(s, COUNT_OF(s)) == NO_SLOT);
    s[1].ready = true;
    assert_int_equal(schedule_next(s, COUNT_OF(s)), 1);
}

static void several_gpus_together_take_the_lane_of_each_but_not_that_without(void **state)
{
    struct slot s[] = { slot(NULL, true, SLOT_RUNS), slot(NULL, true, SLOT_WAITS), slot(&gpus[0], true, SLOT_RUNS), slot(&gpus[1], true, SLOT_WAITS) };

    (void)state;
    s[1].all_gpus = true;
    assert_int_equal(schedule_next(s, COUNT_OF(s)), 3);
    s[3].state = SLOT_RUNS;
    assert_true(schedule_next(s, COUNT_OF(s)) == NO_SLOT);
    s[2].state = s[3].state = SLOT_IS_OVER;
    assert_int_equal(schedule_next(s, COUNT_OF(s)), 1);
    s[1].state = SLOT_RUNS;
    s[3].state = SLOT_WAITS;
    assert_true(schedule_next(s, COUNT_OF(s)) == NO_SLOT);
    s[0].state = SLOT_IS_OVER;
    s[0] = slot(NULL, true, SLOT_WAITS);
    assert_int_equal(schedule_next(s, COUNT_OF(s)), 0);
}

static void what_must_be_alone_waits_for_all_and_all_wait_for_it(void **state)
{
    struct slot s[] = { slot(&gpus[0], true, SLOT_WAITS), slot(&gpus[1], true, SLOT_RUNS), slot(NULL, false, SLOT_WAITS) };

    (void)state;
    s[0].alone = true;
    assert_true(schedule_next(s, COUNT_OF(s)) == NO_SLOT);
    s[1].state = SLOT_IS_OVER;
    assert_int_equal(schedule_next(s, COUNT_OF(s)), 0);
    s[0].state = SLOT_RUNS;
    s[2].ready = true;
    assert_true(schedule_next(s, COUNT_OF(s)) == NO_SLOT);
    s[0].state = SLOT_IS_OVER;
    assert_int_equal(schedule_next(s, COUNT_OF(s)), 2);
}

static void what_is_last_begins_when_all_else_is_over_and_on_every_gpu_at_once(void **state)
{
    struct slot s[] = { slot(&gpus[0], true, SLOT_WAITS), slot(&gpus[1], true, SLOT_WAITS), slot(&gpus[1], true, SLOT_RUNS), slot(NULL, true, SLOT_WAITS) };

    (void)state;
    s[0].last = s[1].last = true;
    s[3].alone = true;
    assert_true(schedule_next(s, COUNT_OF(s)) == NO_SLOT);
    s[2].state = SLOT_IS_OVER;
    assert_int_equal(schedule_next(s, COUNT_OF(s)), 3);
    s[3].state = SLOT_RUNS;
    assert_true(schedule_next(s, COUNT_OF(s)) == NO_SLOT);
    s[3].state = SLOT_IS_OVER;
    assert_int_equal(schedule_next(s, COUNT_OF(s)), 0);
    s[0].state = SLOT_RUNS;
    assert_int_equal(schedule_next(s, COUNT_OF(s)), 1);
}

static void an_impossible_plan_is_not_a_hang(void **state)
{
    struct slot s[] = { slot(NULL, false, SLOT_WAITS), slot(&gpus[0], false, SLOT_WAITS) };

    (void)state;
    assert_int_equal(schedule_next(s, COUNT_OF(s)), 0);
    s[0].state = s[1].state = SLOT_IS_OVER;
    assert_true(schedule_next(s, COUNT_OF(s)) == NO_SLOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lane_runs_one_batch_at_a_time),
        cmocka_unit_test(what_rests_on_a_waiting_batch_waits),
        cmocka_unit_test(several_gpus_together_take_the_lane_of_each_but_not_that_without),
        cmocka_unit_test(what_must_be_alone_waits_for_all_and_all_wait_for_it),
        cmocka_unit_test(what_is_last_begins_when_all_else_is_over_and_on_every_gpu_at_once),
        cmocka_unit_test(an_impossible_plan_is_not_a_hang),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
