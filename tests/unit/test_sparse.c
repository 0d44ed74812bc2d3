/* The sparse matrix of integers: what it looks like, and its products against a dense one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "math/exact.h"
#include "math/random.h"
#include "math/sparse.h"

enum { ROWS = 61, COLUMNS = 40, WIDTH = 3 };

static struct arena arena;

static struct sparse made(enum number n)
{
    struct sparse s;

    sparse_make(&s, &arena, 77, ROWS, COLUMNS);
    sparse_fill(&s, 78, sparse_range_of(n));
    return s;
}

static int length(const struct sparse *s, int row)
{
    return s->offsets[row + 1] - s->offsets[row];
}

static void rows_are_of_very_different_lengths(void **state)
{
    struct sparse s = made(NUMBER_FP32);

    (void)state;
    assert_int_equal(length(&s, 0), 0);
    assert_int_equal(length(&s, 7), 0);
    assert_int_equal(length(&s, ROWS / 2), COLUMNS);
    assert_true(length(&s, 5) >= COLUMNS / 4);
    assert_true(length(&s, ROWS - 1) >= COLUMNS / 4);
    assert_true(length(&s, 1) >= 1 && length(&s, 1) <= 12);
    assert_int_equal(s.offsets[ROWS], s.entries);
}

static void entries_are_sorted_and_none_is_there_twice(void **state)
{
    struct sparse s = made(NUMBER_FP32);

    (void)state;
    for (int i = 0; i < s.entries; i++) {
        assert_in_range(s.column[i], 0, COLUMNS - 1);
        assert_true(i >= s.offsets[s.row[i]] && i < s.offsets[s.row[i] + 1]);
        if (i > 0 && s.row[i] == s.row[i - 1])
            assert_true(s.column[i] > s.column[i - 1]);
    }
}

static void products_are_those_of_the_dense_matrix(void **state)
{
    struct sparse s = made(NUMBER_FP64);
    int64_t *dense = calloc(ROWS * COLUMNS, sizeof *dense), y[ROWS * WIDTH];
    int x[ROWS * WIDTH];
    struct random r = { 5 };

    (void)state;
    for (int i = 0; i < s.entries; i++)
        dense[s.row[i] * COLUMNS + s.column[i]] = s.value[i];
    for (int i = 0; i < ROWS * WIDTH; i++)
        x[i] = random_integer(&r, -9, 9);
    for (int transposed = 0; transposed < 2; transposed++) {
        int to = transposed ? COLUMNS : ROWS, from = transposed ? ROWS : COLUMNS;

        sparse_times(&s, transposed, x, WIDTH, y);
        for (int j = 0; j < WIDTH; j++)
            for (int i = 0; i < to; i++) {
                int64_t sum = 0;

                for (int k = 0; k < from; k++)
                    sum += (transposed ? dense[k * COLUMNS + i] : dense[i * COLUMNS + k]) * x[j * from + k];
                assert_int_equal(y[j * to + i], sum);
            }
    }
    free(dense);
}

static void values_are_exact_in_their_format_and_too_wide_for_a_narrower_one(void **state)
{
    static const struct { enum number n, narrower; } cases[] = { { NUMBER_FP32, NUMBER_TF32 }, { NUMBER_FP64, NUMBER_FP32 } };

    (void)state;
    for (int n = 0; n < 2; n++) {
        struct sparse s = made(cases[n].n);
        int wide = 0;

        for (int i = 0; i < s.entries; i++) {
            double v = (double)s.value[i];

            assert_true(number_value(cases[n].n, number_bits(cases[n].n, v)) == v);
            wide += number_value(cases[n].narrower, number_bits(cases[n].narrower, v)) != v;
        }
        assert_true(wide > s.entries / 2);
    }
}

static void the_worst_sum_is_that_of_the_full_row(void **state)
{
    static const enum number all[] = { NUMBER_FP32, NUMBER_FP64, NUMBER_FP16, NUMBER_BF16, NUMBER_INT8 };

    (void)state;
    for (size_t n = 0; n < COUNT_OF(all); n++) {
        struct sparse_range range = sparse_range_of(all[n]);
        struct sparse s = made(all[n]);
        double full = 0, worst = sparse_worst(&s, range);

        for (int i = s.offsets[ROWS / 2]; i < s.offsets[ROWS / 2 + 1]; i++)
            full += (double)llabs(s.value[i]) * range.other;
        assert_true(worst >= full && worst < exact_below(all[n], 90) / 2);
        assert_true(range.other <= number_integers(all[n]) && (double)range.entry <= number_integers(all[n]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_of_very_different_lengths),
        cmocka_unit_test(entries_are_sorted_and_none_is_there_twice),
        cmocka_unit_test(products_are_those_of_the_dense_matrix),
        cmocka_unit_test(values_are_exact_in_their_format_and_too_wide_for_a_narrower_one),
        cmocka_unit_test(the_worst_sum_is_that_of_the_full_row),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
