/* Integers that are exact: the bound holds in every order, just inside and just outside of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "math/exact.h"
#include "math/random.h"

static void integers_stay_in_their_range_and_reach_its_ends(void **state)
{
    struct operand o = { { 3, 1, 0, 65536 }, 42, 100, 70 }, odd = { { 4096, 2, 1, 65536 }, 43, 100, 70 }, sparse = { { 1, 1, 0, 6554 }, 44, 100, 70 };
    int seen[7] = { 0 }, nonzero = 0;

    (void)state;
    for (int i = 0; i < 7000; i++) {
        int v = operand_at(&o, i / 70, i % 70), w = operand_at(&odd, i / 70, i % 70);

        assert_in_range(v + 3, 0, 6);
        seen[v + 3]++;
        assert_true(w % 2 != 0 && abs(w) <= 8193);
        nonzero += operand_at(&sparse, i / 70, i % 70) != 0;
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(seen[i], 850, 1150);
    assert_in_range(nonzero, 380, 560);                     /* of 7000, a tenth kept, two thirds of it not 0 */
    assert_true(operand_at(&o, 1, 0) == integer_at(o.range, 42, 70));
}

static void the_bound_is_that_of_the_longest_vectors(void **state)
{
    struct operand a = { { 5, 1, 0, 65536 }, 1, 7, 40 }, b = { { 9, 1, 0, 65536 }, 2, 5, 40 };
    double worst = 0;

    (void)state;
    for (int i = 0; i < a.rows; i++)
        for (int j = 0; j < b.rows; j++) {
            double sum = 0;

            for (int k = 0; k < a.k; k++)
                sum += fabs((double)operand_at(&a, i, k) * operand_at(&b, j, k));
            worst = sum > worst ? sum : worst;
        }
    assert_true(worst <= operand_worst(&a, &b));
    assert_true(operand_worst(&a, &b) < 40 * 5 * 9);
}

static void data_are_refused_from_the_limit_on(void **state)
{
    struct operand a = { { 5, 1, 0, 65536 }, 1, 7, 40 }, b = { { 9, 1, 0, 65536 }, 2, 5, 40 };
    double worst = operand_worst(&a, &b);
    struct err e;

    (void)state;
    assert_true(operands_are_exact(&a, &b, nextafter(worst, 1e9), &e));
    assert_false(operands_are_exact(&a, &b, worst, &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    a.range.spread = 1 << 20;
    b.range.spread = 1 << 20;
    assert_true(operands_are_exact(&a, &b, 0x1p53, &e));
    assert_false(operands_are_exact(&a, &b, 0x1p24, &e));
}

/* What is asked for is used: within a tenth of the limit, and below it for nearly every seed. */
static void ranges_use_what_the_limit_allows(void **state)
{
    static const int ks[] = { 64, 131, 256, 515, 1024, 1088, 4096 };
    static const double limits[] = { 0x1p24, 0x1p14, 0x1p11, 0x1p8 };
    struct err e;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ks); i++)
        for (size_t l = 0; l < COUNT_OF(limits); l++) {
            struct integers r = integers_below(limits[l], NUMBER_FP16, ks[i]);
            struct operand a = { r, 77, 1, ks[i] }, b = { r, 78, 1, ks[i] };
            double mean = r.keep == 65536 ? ks[i] * (double)r.spread * (r.spread + 1) / 3 : ks[i] * (double)r.keep / 65536 * 2 / 3;

            assert_true(r.spread >= 1 && r.keep > 0);
            assert_true(mean <= limits[l] / 1.02);
            assert_true(operand_worst(&a, &b) < limits[l] * 1.3);
        }
    assert_int_equal(integers_below(0x1p24, NUMBER_FP16, 1024).spread, 217);
    assert_int_equal(integers_below(0x1p24, NUMBER_BF16, 64).spread, 256);
    assert_int_equal(integers_below(0x1p14, NUMBER_E4M3, 1024).spread, 6);
    assert_int_equal(integers_below(0x1p14, NUMBER_E5M2, 64).spread, 8);
    assert_int_equal(integers_below(0x1p31, NUMBER_INT8, 1024).spread, 127);
    assert_true(operands_are_exact(&(struct operand){ integers_below(0x1p24, NUMBER_FP16, 1024), 5, 300, 1024 },
                                   &(struct operand){ integers_below(0x1p24, NUMBER_FP16, 1024), 6, 300, 1024 }, 0x1p24 * 1.1, &e));
}

/* The limit means what it says: fp32 sums in random trees are exact below it. */
static void fp32_sums_in_any_tree_are_exact(void **state)
{
    struct integers r = integers_below(0x1p24 / 1.3, NUMBER_FP16, 300);
    struct operand a = { r, 11, 20, 300 }, b = { r, 12, 20, 300 };
    struct random order = { 3 };
    struct err e;

    (void)state;
    assert_true(operands_are_exact(&a, &b, exact_below(NUMBER_FP16, 70), &e));
    for (int again = 0; again < 200; again++) {
        int i = random_integer(&order, 0, 19), j = random_integer(&order, 0, 19), n = 300;
        float terms[300];

        for (int k = 0; k < n; k++)
            terms[k] = (float)operand_at(&a, i, k) * (float)operand_at(&b, j, k);
        while (n > 1) {
            int x = random_integer(&order, 0, n - 1), y;

            do
                y = random_integer(&order, 0, n - 1);
            while (y == x);
            terms[x] += terms[y];
            terms[y] = terms[--n];
        }
        assert_true((double)terms[0] == operand_product(&a, &b, i, j));
    }
}

static size_t wrong_with_factors_of(const struct operand *a, const struct operand *b, enum number n)
{
    size_t wrong = 0;

    for (int i = 0; i < a->rows; i++)
        for (int j = 0; j < b->rows; j++) {
            double sum = 0;

            for (int k = 0; k < a->k; k++)
                sum += number_value(n, number_bits(n, operand_at(a, i, k))) * operand_at(b, j, k);
            wrong += sum != operand_product(a, b, i, j);
        }
    return wrong;
}

static void operands_for_fp32_are_wrong_in_what_is_narrower(void **state)
{
    struct operand a = { .seed = 4, .rows = 19, .k = 200 }, b = { .seed = 5, .rows = 13, .k = 200 };
    struct err e;

    (void)state;
    assert_true(operands_below(&a, &b, NUMBER_FP32, 0x1p24, &e));
    assert_int_equal(wrong_with_factors_of(&a, &b, NUMBER_FP32), 0);
    assert_true(wrong_with_factors_of(&a, &b, NUMBER_TF32) > 230);      /* of 247 */
    assert_true(wrong_with_factors_of(&a, &b, NUMBER_BF16) > 230);
    assert_true(wrong_with_factors_of(&a, &b, NUMBER_FP16) > 230);
}

static void operands_of_every_format_are_made_below_the_limit_or_refused(void **state)
{
    struct err e;

    (void)state;
    for (unsigned n = NUMBER_FP64; n <= NUMBER_INT8; n++)
        for (int k = 16; k < 2000; k = k * 3 - 1)
            for (uint64_t seed = 0; seed < 5; seed++) {
                struct operand a = { .seed = seed, .rows = 40, .k = k }, b = { .seed = seed + 100, .rows = 30, .k = k };
                double limit = exact_below(n, 90);

                assert_true(operands_below(&a, &b, n, limit, &e));
                assert_true(operand_worst(&a, &b) < limit);
                assert_true(a.range.spread * a.range.step + a.range.offset <= number_integers(n));
            }
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct operand a = { .seed = seed, .rows = 200, .k = 1088 }, b = { .seed = seed + 100, .rows = 200, .k = 1088 };

        assert_true(operands_below(&a, &b, NUMBER_BF16, 0x1p8, &e));
        assert_true(operand_worst(&a, &b) < 0x1p8 && a.range.keep > 65536 / 20);
        assert_false(operands_below(&a, &b, NUMBER_BF16, 1, &e));
        assert_int_equal(e.kind, ERR_LIMIT);
        assert_false(operands_below(&a, &b, NUMBER_FP32, 0x1p20, &e));
    }
}

/* The largest sum that any signs could make: of the numbers that are not 0 in both. */
static double largest_of_any_signs(const struct operand *a, const struct operand *b)
{
    double most = 0;

    for (int i = 0; i < a->rows; i++)
        for (int j = 0; j < b->rows; j++) {
            double sum = 0;

            for (int k = 0; k < a->k; k++)
                sum += fabs((double)operand_at(a, i, k)) * abs(operand_at(b, j, k));
            most = sum > most ? sum : most;
        }
    return most;
}

static void operands_that_nobody_looked_at_stay_below_the_limit_and_are_not_all_0(void **state)
{
    static const enum number formats[] = { NUMBER_FP64, NUMBER_FP32, NUMBER_TF32, NUMBER_FP16, NUMBER_BF16, NUMBER_E4M3, NUMBER_INT8 };
    static const int sizes[] = { 16, 128, 1024, 4096, 16384 };

    (void)state;
    for (size_t n = 0; n < COUNT_OF(formats); n++)
        for (size_t s = 0; s < COUNT_OF(sizes); s++)
            for (int narrow = 0; narrow < 2; narrow++) {
                struct operand a = { .seed = 7 + n, .rows = 12, .k = sizes[s] }, b = { .seed = 99 + s, .rows = 12, .k = sizes[s] };
                const double limit = narrow && formats[n] != NUMBER_FP32 ? 0x1p8 : exact_below(formats[n], 90);
                double largest;

                operands_surely_below(&a, &b, formats[n], limit);
                largest = largest_of_any_signs(&a, &b);
                assert_true(largest < limit && largest > 0);
                assert_true(a.range.spread * a.range.step + a.range.offset <= number_integers(formats[n]));
            }
}

static void those_for_fp32_are_wrong_in_tf32_however_long_the_sums(void **state)
{
    (void)state;
    for (int k = 1024; k <= 16384; k *= 4) {
        struct operand a = { .seed = 4, .rows = 10, .k = k }, b = { .seed = 5, .rows = 10, .k = k };

        operands_surely_below(&a, &b, NUMBER_FP32, 0x1p24);
        assert_int_equal(wrong_with_factors_of(&a, &b, NUMBER_FP32), 0);
        assert_true(wrong_with_factors_of(&a, &b, NUMBER_TF32) > 90);       /* of 100 */
    }
}

static void the_limit_is_the_architectures(void **state)
{
    (void)state;
    assert_true(exact_below(NUMBER_E4M3, 89) == 0x1p14 && exact_below(NUMBER_E5M2, 90) == 0x1p14 && exact_below(NUMBER_E4M3, 100) == 0x1p24);
    assert_true(exact_below(NUMBER_FP16, 70) == 0x1p24 && exact_below(NUMBER_TF32, 80) == 0x1p24 && exact_below(NUMBER_FP32, 75) == 0x1p24);
    assert_true(exact_below(NUMBER_FP64, 90) == 0x1p53 && exact_below(NUMBER_INT8, 75) == 0x1p31);
}

static void a_product_fills_the_gpu_where_its_memory_may_be_taken(void **state)
{
    const uint64_t gib = UINT64_C(1) << 30;

    (void)state;
    assert_int_equal(tiles_a_side(132, gib), 17);
    assert_int_equal(tiles_a_side(188, gib), 20);
    assert_int_equal(tiles_a_side(2, gib), 2);
    assert_int_equal(tiles_a_side(0, gib), 2);
    assert_int_equal(tiles_a_side(132, gib / 4), 17);           /* what may be taken of a GPU that others use */
    assert_in_range(tiles_a_side(188, gib / 4), 17, 19);
    assert_int_equal(tiles_a_side(188, 0), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_stay_in_their_range_and_reach_its_ends),
        cmocka_unit_test(the_bound_is_that_of_the_longest_vectors),
        cmocka_unit_test(data_are_refused_from_the_limit_on),
        cmocka_unit_test(ranges_use_what_the_limit_allows),
        cmocka_unit_test(fp32_sums_in_any_tree_are_exact),
        cmocka_unit_test(operands_for_fp32_are_wrong_in_what_is_narrower),
        cmocka_unit_test(operands_of_every_format_are_made_below_the_limit_or_refused),
        cmocka_unit_test(operands_that_nobody_looked_at_stay_below_the_limit_and_are_not_all_0),
        cmocka_unit_test(those_for_fp32_are_wrong_in_tf32_however_long_the_sums),
        cmocka_unit_test(the_limit_is_the_architectures),
        cmocka_unit_test(a_product_fills_the_gpu_where_its_memory_may_be_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
