/* Memory that is wrong in every way that a march is for, as the CPU twins of its kernels see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "kernels/march.h"
#include "kernels/pattern.h"
#include "math/march.h"
#include "tests/host/twin.h"

enum { TILES = 3, WORDS = TILES * MARCH_TILE };

/* Far up, where an index has more than 32 bits. */
#define FIRST (UINT64_C(5) << 32)
#define SEED  UINT64_C(42)

static _Alignas(16) unsigned long long words[WORDS];
static struct { struct march_log log; unsigned char behind[1024]; } room;
#define faults room.log

static void go_over(const char *kernel, unsigned long long expect, unsigned long long next, unsigned down, unsigned number)
{
    unsigned long long *p = words, first = FIRST, seed = SEED;
    struct march_log *to = &faults;

    assert_true(twin_launch(kernel, TILES, 1, 1, MARCH_THREADS, 1, 1,
                            (void *[]){ &p, &first, &seed, &expect, &next, &down, &number, &to, NULL }));
}

/* March C- as probes/memory/march.c has it. */
static void march(struct twin_trouble trouble)
{
    memset(&faults, 0, sizeof faults);
    twin_trouble = trouble;
    go_over("march_write", 0, 0, 0, 0);
    go_over("march_step", 0, ~0ull, 0, 1);
    go_over("march_step", ~0ull, 0, 0, 2);
    go_over("march_step", 0, ~0ull, 1, 3);
    go_over("march_step", ~0ull, 0, 1, 4);
    go_over("march_read", 0, 0, 0, 5);
    twin_trouble = (struct twin_trouble){ .kind = CELL_SOUND };
}

static void sound_memory_shows_nothing_and_holds_the_pattern(void **state)
{
    (void)state;
    march((struct twin_trouble){ .kind = CELL_SOUND });
    assert_int_equal(faults.wrong, 0);
    for (unsigned i = 0; i < WORDS; i++)
        assert_true(words[i] == pattern_long(SEED, FIRST + i));
    for (unsigned i = 0; i < MARCH_SLOTS; i++)
        assert_int_equal(faults.tiles[i], i < TILES ? 6 : 0);       /* every element counts every tile */
}

static void a_stuck_bit_is_found_at_its_word_and_its_bit(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        const unsigned at = bit * 97 + 5;

        march((struct twin_trouble){ .kind = bit % 2 ? CELL_STUCK_1 : CELL_STUCK_0, .cell = &words[at], .cell_bit = bit });
        assert_true(faults.wrong >= 2);             /* 5 reads, of which both values */
        assert_true(faults.fault[0].word == FIRST + at);
        assert_true((faults.fault[0].want ^ faults.fault[0].got) == 1ull << bit);
        assert_true(faults.fault[0].again == faults.fault[0].got);
        assert_true(faults.ones == (bit % 2 ? 1ull << bit : 0) && faults.zeros == (bit % 2 ? 0 : 1ull << bit));
    }
}

static void two_addresses_of_one_cell_are_found_and_the_other_is_named(void **state)
{
    uint64_t owner = 0;

    (void)state;
    for (unsigned low = 0; low < 2; low++) {
        const unsigned at = low ? 3 : WORDS - 1, other = low ? WORDS - 9 : 700;

        march((struct twin_trouble){ .kind = CELL_ALIAS, .cell = &words[at], .other = &words[other] });
        assert_true(faults.wrong > 0);
        assert_true(faults.fault[0].word == FIRST + (at < other ? at : other));
        assert_true(march_owner(SEED, faults.fault[0].got, FIRST + WORDS, &owner));
        assert_true(owner == FIRST + (at < other ? other : at));
    }
}

static void a_cell_that_changes_with_another_is_found_in_whichever_order_they_lie(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 64; bit += 7)
        for (unsigned turn = 0; turn < 2; turn++) {
            const unsigned aggressor = turn ? 4000 : 11, victim = turn ? 11 : 4000;

            march((struct twin_trouble){ .kind = CELL_COUPLED, .cell = &words[aggressor], .other = &words[victim], .cell_bit = bit });
            assert_true(faults.wrong > 0);
            assert_true(faults.fault[0].word == FIRST + victim);
            assert_true(faults.ones == 1ull << bit && faults.zeros == 0);
        }
}

static void a_flip_between_two_passes_is_one_fault_of_the_second(void **state)
{
    (void)state;
    memset(&faults, 0, sizeof faults);
    go_over("march_write", 0, 0, 0, 0);
    go_over("march_step", 0, ~0ull, 0, 1);
    words[1234] ^= 1ull << 40;
    go_over("march_step", ~0ull, 0, 1, 2);
    go_over("march_read", 0, 0, 0, 3);
    assert_int_equal(faults.wrong, 1);
    assert_true(faults.fault[0].word == FIRST + 1234 && faults.fault[0].element == 2);
}

static void more_faults_than_are_kept_are_counted(void **state)
{
    (void)state;
    memset(&faults, 0, sizeof faults);
    go_over("march_write", 0, 0, 0, 0);
    for (unsigned i = 0; i < WORDS; i++)
        words[i] ^= 1;
    twin_atomics = 0;
    go_over("march_read", 0, 0, 0, 1);
    assert_int_equal(faults.wrong, WORDS);
    assert_true(twin_atomics <= WORDS / 64);            /* three for each warp's 256 words: one for each word takes a minute */
    for (unsigned i = 0; i < MARCH_LOGGED; i++)
        assert_true(faults.fault[i].want == (faults.fault[i].got ^ 1));
    assert_true((faults.ones | faults.zeros) == 1);
    for (size_t i = 0; i < sizeof room.behind; i++)
        assert_int_equal(room.behind[i], 0);
}

static void every_value_of_the_pattern_and_its_complement_tell_their_owner(void **state)
{
    static const uint64_t seeds[] = { 0, 1, UINT64_C(0x9E3779B97F4A7C15), UINT64_MAX };
    uint64_t owner;

    (void)state;
    for (unsigned s = 0; s < COUNT_OF(seeds); s++)
        for (uint64_t i = 0; i < UINT64_C(1) << 34; i = i * 3 + 1) {
            assert_true(march_owner(seeds[s], pattern_long(seeds[s], i), UINT64_C(1) << 34, &owner) && owner == i);
            assert_true(march_owner(seeds[s], ~pattern_long(seeds[s], i), UINT64_C(1) << 34, &owner) && owner == i);
            assert_false(march_owner(seeds[s], pattern_long(seeds[s], i) ^ 2, i + 1000, &owner));
            assert_false(march_owner(seeds[s], pattern_long(seeds[s], i), i, &owner));
        }
}

#define CASE cmocka_unit_test

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(sound_memory_shows_nothing_and_holds_the_pattern),
        CASE(a_stuck_bit_is_found_at_its_word_and_its_bit),
        CASE(two_addresses_of_one_cell_are_found_and_the_other_is_named),
        CASE(a_cell_that_changes_with_another_is_found_in_whichever_order_they_lie),
        CASE(a_flip_between_two_passes_is_one_fault_of_the_second),
        CASE(more_faults_than_are_kept_are_counted),
        CASE(every_value_of_the_pattern_and_its_complement_tell_their_owner),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
