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
    assert_true(operands_are_exact(&a, &b, 0, nextafter(worst, 1e9), &e));
    assert_false(operands_are_exact(&a, &b, 0, worst, &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    assert_false(operands_are_exact(&a, &b, 1, nextafter(worst, 1e9), &e));
    a.range.spread = 1 << 20;
    b.range.spread = 1 << 20;
    assert_true(operands_are_exact(&a, &b, 0, 0x1p53, &e));
    assert_false(operands_are_exact(&a, &b, 0, 0x1p24, &e));
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
                                   &(struct operand){ integers_below(0x1p24, NUMBER_FP16, 1024), 6, 300, 1024 }, 0, 0x1p24 * 1.1, &e));
}

/* The limit means what it says: fp32 sums in random trees are exact below it. */
static void fp32_sums_in_any_tree_are_exact(void **state)
{
    struct integers r = integers_below(0x1p24 / 1.3, NUMBER_FP16, 300);
    struct operand a = { r, 11, 20, 300 }, b = { r, 12, 20, 300 };
    struct random order = { 3 };
    struct err e;

    (void)state;
    assert_true(operands_are_exact(&a, &b, 0, exact_below(NUMBER_FP16, 70), &e));
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

static void the_limit_is_the_architectures(void **state)
{
    (void)state;
    assert_true(exact_below(NUMBER_E4M3, 89) == 0x1p14 && exact_below(NUMBER_E5M2, 90) == 0x1p14 && exact_below(NUMBER_E4M3, 100) == 0x1p24);
    assert_true(exact_below(NUMBER_FP16, 70) == 0x1p24 && exact_below(NUMBER_TF32, 80) == 0x1p24 && exact_below(NUMBER_FP32, 75) == 0x1p24);
    assert_true(exact_below(NUMBER_FP64, 90) == 0x1p53 && exact_below(NUMBER_INT8, 75) == 0x1p31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_stay_in_their_range_and_reach_its_ends),
        cmocka_unit_test(the_bound_is_that_of_the_longest_vectors),
        cmocka_unit_test(data_are_refused_from_the_limit_on),
        cmocka_unit_test(ranges_use_what_the_limit_allows),
        cmocka_unit_test(fp32_sums_in_any_tree_are_exact),
        cmocka_unit_test(the_limit_is_the_architectures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
