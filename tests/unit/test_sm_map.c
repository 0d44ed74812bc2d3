/* The map of multiprocessors by its CPU twin: what is wrong is found where it is, and what was not reached is not proved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "math/sm_map.h"
#include "tests/host/twin.h"

enum { SMS = 5, EACH = 3, SHARED = EACH * SM_THREADS * 4 };

static struct arena arena;
static struct sm_row rows[2 * SMS];
static struct sm_log faults;
static uint64_t *expected;

static struct sm_map_seen map_by(const char *kernel, struct twin_trouble trouble, unsigned each)
{
    unsigned long long seed = 7, wait_ns = 100000000, *want = (unsigned long long *)expected;
    unsigned words = EACH;
    struct sm_row *to_rows = rows;
    struct sm_log *to = &faults;

    memset(rows, 0xff, sizeof rows);
    memset(&faults, 0, sizeof faults);
    twin_trouble = trouble;
    twin_trouble.sms = SMS;
    assert_true(twin_launch_together(kernel, each * SMS, SM_THREADS, SHARED,
                                     (void *[]){ &want, &to_rows, &to, &seed, &wait_ns, &words, NULL }));
    twin_trouble = (struct twin_trouble){ .sms = 0 };
    return (struct sm_map_seen){ .sms = SMS, .blocks = each * SMS, .rows = rows, .log = &faults };
}

/* `each` blocks on every multiprocessor. */
static struct sm_map_seen map(struct twin_trouble trouble, unsigned each)
{
    return map_by("sm_map", trouble, each);
}

static int make_expected(void **state)
{
    (void)state;
    expected = sm_map_expect(&arena);
    return 0;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void sound_multiprocessors_agree_with_the_host_and_all_are_proved(void **state)
{
    (void)state;
    for (unsigned each = 1; each <= 2; each++) {
        const struct sm_map_seen s = map((struct twin_trouble){ .sms = SMS }, each);

        assert_null(sm_map_where(&s, &arena));
        assert_null(sm_map_missing(&s, &arena));
        assert_int_equal(sm_map_proved(&s), SMS);
        assert_int_equal(faults.arrived, each * SMS);
    }
}

/* By hand, and for no GPU: a chain that is changed by mistake changes these. */
static void the_chains_begin_as_they_always_did(void **state)
{
    (void)state;
    assert_int_equal(sm_start(0, 0, 0), 1);
    assert_true(expected[sm_place(0, SM_INT, 0, 0)] == 1664525u + 1013904223u);
    assert_true(expected[sm_place(0, SM_INT, 1, 0)] == ((1015568748u << 13 | 1015568748u >> 19) ^ 1015568748u >> 3));
    for (unsigned i = 0; i < SM_EXPECTED; i++)
        assert_true(expected[i] != 0);
}

static void the_chains_stay_in_range_and_do_not_settle(void **state)
{
    (void)state;
    for (unsigned item = 0; item < SM_ITEMS; item++)
        for (unsigned thread = 0; thread < SM_THREADS; thread++)
            for (unsigned step = 1; step < SM_STEPS; step++) {
                const uint32_t bits = (uint32_t)expected[sm_place(item, SM_FP32, step, thread)];
                float y;

                memcpy(&y, &bits, sizeof y);
                assert_true(y > -2 && y < 2);
                assert_true(bits != (uint32_t)expected[sm_place(item, SM_FP32, step - 1, thread)]);
            }
}

static void one_multiprocessor_that_computes_wrongly_is_a_row(void **state)
{
    (void)state;
    for (unsigned sm = 0; sm < SMS; sm++) {
        const struct sm_map_seen s = map((struct twin_trouble){ .bad_unit = true, .sm = sm, .lane = -1, .result_bit = 3 }, 1);
        const char *where = sm_map_where(&s, &arena);

        assert_true(text_starts(where, text_make(&arena, "SM %u is wrong in 8 of 8 items, in fp32, 32 lanes, bit 3 (first: fp32, warp ", sm)));
        assert_false(text_has(where, "; SM"));
        assert_int_equal(faults.faults, SM_ITEMS * SM_THREADS);
        assert_int_equal(faults.fault[0].item, sm);         /* each begins with another item */
    }
}

static void one_lane_that_computes_wrongly_is_named_with_its_bit(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 32; bit++) {
        const int lane = (int)(bit * 7 % 32);
        const struct sm_map_seen s = map((struct twin_trouble){ .bad_unit = true, .sm = 4, .lane = lane, .result_bit = bit }, 1);

        assert_true(text_starts(sm_map_where(&s, &arena),
                                text_make(&arena, "SM 4 is wrong in 8 of 8 items, in fp32, lane %d, bit %u (first: fp32, warp ", lane, bit)));
    }
}

static void the_build_for_the_self_test_has_one_bit_wrong_in_one_lane_of_one_multiprocessor(void **state)
{
    const struct sm_map_seen s = map_by("sm_map_spoilt", (struct twin_trouble){ .sms = SMS }, 1);
    const char *where = sm_map_where(&s, &arena);

    (void)state;
    assert_true(text_starts(where, text_make(&arena, "SM %u is wrong in 8 of 8 items, in fp32, lane %d, bit %d (first: fp32, warp ", rows[SMS / 2].sm,
                                             SM_SPOILT_LANE, SM_SPOILT_BIT)));
    assert_false(text_has(where, "; SM"));
    assert_int_equal(faults.faults, SM_ITEMS * SM_THREADS / 32);
    assert_null(sm_map_missing(&s, &arena));
}

static void a_wrong_expectation_is_a_column_and_no_multiprocessor_is_blamed(void **state)
{
    struct sm_map_seen s;
    const char *where;

    (void)state;
    expected[sm_place(6, SM_FP64, 9, 100)] ^= 1;
    s = map((struct twin_trouble){ .sms = SMS }, 1);
    expected[sm_place(6, SM_FP64, 9, 100)] ^= 1;
    where = sm_map_where(&s, &arena);
    assert_true(text_starts(where, "item 6 is wrong on all 5 multiprocessors, which speaks against what is common to them"));
    assert_true(text_has(where, "in fp64, lane 4, bit 0 (first: fp64, warp 3, lane 4, step 9 of item 6"));
}

static void a_multiprocessor_that_no_block_ran_on_is_named_and_not_proved(void **state)
{
    const struct sm_map_seen s = map((struct twin_trouble){ .moved_sm = true }, 1);

    (void)state;
    assert_null(sm_map_where(&s, &arena));
    assert_int_equal(sm_map_proved(&s), SMS - 1);
    assert_string_equal(sm_map_missing(&s, &arena), "4 of 5 multiprocessors were proved; no block ran on SM 4");
}

static void blocks_that_never_meet_end_at_the_deadline_and_prove_nothing(void **state)
{
    const struct sm_map_seen s = map((struct twin_trouble){ .lost_sm = true, .bad_unit = true, .sm = 1, .lane = -1 }, 2);

    (void)state;
    assert_int_equal(faults.faults, 0);
    assert_int_equal(sm_map_proved(&s), 0);
    assert_string_equal(sm_map_missing(&s, &arena), "only 8 of 10 blocks were running at the same time when the wait for them was over, "
                                                    "so these did not work; 0 of 5 multiprocessors were proved; no block ran on SM 4");
}

static void a_block_that_moved_while_it_worked_proves_nothing(void **state)
{
    struct sm_map_seen s = map((struct twin_trouble){ .sms = SMS }, 1);

    (void)state;
    rows[2].sm_at_end = (rows[2].sm + 1) % SMS;
    assert_int_equal(sm_map_proved(&s), SMS - 1);
    assert_string_equal(sm_map_missing(&s, &arena), "4 of 5 multiprocessors were proved");
}

static void a_block_that_came_after_the_others_gave_up_does_not_hide_that_they_did(void **state)
{
    struct sm_map_seen s = map((struct twin_trouble){ .lost_sm = true }, 1);

    (void)state;
    faults.arrived = SMS;
    for (unsigned i = 0; i < SMS; i++)
        if (rows[i].sm == UINT32_MAX)
            rows[i] = (struct sm_row){ .sm = 0, .sm_at_end = 0, .arrived = SMS, .done = 1 };
    assert_string_equal(sm_map_missing(&s, &arena), "only 4 of 5 blocks were running at the same time when the wait for them was over, "
                                                    "so these did not work; 1 of 5 multiprocessors were proved; no block ran on SM 4");
}

static void numbers_with_gaps_name_no_multiprocessor_that_may_not_exist(void **state)
{
    struct sm_map_seen s = map((struct twin_trouble){ .moved_sm = true }, 1);

    (void)state;
    for (unsigned i = 0; i < SMS; i++)
        rows[i].sm = rows[i].sm_at_end = rows[i].sm * 2;
    assert_string_equal(sm_map_missing(&s, &arena), "4 of 5 multiprocessors were proved");
}

#define CASE cmocka_unit_test

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(sound_multiprocessors_agree_with_the_host_and_all_are_proved),
        CASE(the_chains_begin_as_they_always_did),
        CASE(the_chains_stay_in_range_and_do_not_settle),
        CASE(one_multiprocessor_that_computes_wrongly_is_a_row),
        CASE(one_lane_that_computes_wrongly_is_named_with_its_bit),
        CASE(the_build_for_the_self_test_has_one_bit_wrong_in_one_lane_of_one_multiprocessor),
        CASE(a_wrong_expectation_is_a_column_and_no_multiprocessor_is_blamed),
        CASE(a_multiprocessor_that_no_block_ran_on_is_named_and_not_proved),
        CASE(blocks_that_never_meet_end_at_the_deadline_and_prove_nothing),
        CASE(a_block_that_came_after_the_others_gave_up_does_not_hide_that_they_did),
        CASE(numbers_with_gaps_name_no_multiprocessor_that_may_not_exist),
        CASE(a_block_that_moved_while_it_worked_proves_nothing),
    };

    return cmocka_run_group_tests(tests, make_expected, free_arena);
}
