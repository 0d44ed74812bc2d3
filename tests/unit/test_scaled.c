/* Block-scaled factors: where each scale factor lies, and that every sum is exact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/exact.h"
#include "math/scaled.h"

static const struct scaled fp8 = { NUMBER_E4M3, NUMBER_UE8M0, 32, 1, 11, 300, 160 }, fp4 = { NUMBER_E2M1, NUMBER_UE4M3, 16, 1, 12, 130, 96 },
                           fine = { NUMBER_E4M3, NUMBER_FP32, 128, 1, 13, 300, 640 }, coarse = { NUMBER_E4M3, NUMBER_FP32, 128, 128, 14, 300, 640 };

/* The documented array of (vectors / 128) x (blocks / 4) x 32 x 4 x 4, written out. */
static void factors_lie_in_tiles_of_128_by_4(void **state)
{
    (void)state;
    assert_int_equal(scale_place(&fp8, 0, 0), 0);
    assert_int_equal(scale_place(&fp8, 0, 3), 3);
    assert_int_equal(scale_place(&fp8, 32, 0), 4);
    assert_int_equal(scale_place(&fp8, 96, 1), 13);
    assert_int_equal(scale_place(&fp8, 1, 0), 16);
    assert_int_equal(scale_place(&fp8, 127, 3), 511);
    assert_int_equal(scale_place(&fp8, 0, 4), 512);         /* the next tile along the vector */
    assert_int_equal(scale_place(&fp8, 128, 0), 1024);      /* 5 blocks are two tiles */
    assert_int_equal(scale_place(&fp8, 299, 4), 2 * 1024 + 512 + 11 * 16 + 4);
    assert_int_equal(scale_bytes(&fp8), 3 * 2 * 512);
    assert_int_equal(scale_bytes(&fp4), 2 * 2 * 512);
}

static void factors_in_fp32_lie_vector_by_vector_or_block_by_block(void **state)
{
    (void)state;
    assert_int_equal(scale_place(&fine, 0, 0), 0);
    assert_int_equal(scale_place(&fine, 299, 0), 299);
    assert_int_equal(scale_place(&fine, 7, 4), 4 * 300 + 7);
    assert_int_equal(scale_bytes(&fine), 300 * 5 * 4);
    assert_int_equal(scale_place(&coarse, 127, 4), 4);
    assert_int_equal(scale_place(&coarse, 128, 0), 8);      /* 5 blocks have room for 8 */
    assert_int_equal(scale_place(&coarse, 299, 3), 2 * 8 + 3);
    assert_int_equal(scale_bytes(&coarse), 3 * 8 * 4);
}

static void has_places_of_their_own(const struct scaled *o)
{
    size_t n = scale_bytes(o) / number_bytes(o->scale);
    unsigned char *taken = calloc(n, 1);

    for (int row = 0; row < o->rows; row += o->across)
        for (int block = 0; block < o->k / o->block; block++) {
            size_t at = scale_place(o, row, block);

            assert_true(at < n);
            assert_int_equal(taken[at], 0);
            taken[at] = 1;
        }
    free(taken);
}

static void every_factor_has_a_place_of_its_own(void **state)
{
    (void)state;
    has_places_of_their_own(&fp8);
    has_places_of_their_own(&fp4);
    has_places_of_their_own(&fine);
    has_places_of_their_own(&coarse);
}

static void what_is_packed_is_element_times_factor(const struct scaled *o, int ld)
{
    unsigned char *elements = calloc(number_room(o->element, (size_t)ld * (size_t)o->rows), 1), *scales = calloc(scale_bytes(o), 1);

    scaled_pack(o, ld, elements, scales);
    for (int row = 0; row < o->rows; row++)
        for (int i = 0; i < o->k; i++) {
            double v = number_get(o->element, elements, (size_t)row * (size_t)ld + (size_t)i)
                     * number_get(o->scale, scales, scale_place(o, row, i / o->block));

            assert_true(v == scaled_at(o, row, i));
        }
    free(elements);
    free(scales);
}

static void packed_factors_are_worth_their_integers(void **state)
{
    (void)state;
    what_is_packed_is_element_times_factor(&fp8, 176);
    what_is_packed_is_element_times_factor(&fp4, 128);
    what_is_packed_is_element_times_factor(&fine, 672);
    what_is_packed_is_element_times_factor(&coarse, 640);
}

static void every_number_of_fp4_occurs_and_four_factors(void **state)
{
    bool seen[32] = { false };
    int factors[16] = { 0 };

    (void)state;
    for (int row = 0; row < fp4.rows; row++)
        for (int i = 0; i < fp4.k; i++) {
            double e = scaled_element(&fp4, row, i);

            seen[(int)(e * 2) + 12] = true;
            if (e != 0)
                factors[(int)(scaled_at(&fp4, row, i) / e) - 1]++;
        }
    for (int i = 0; i < 8; i++)
        assert_true(seen[12 + (int)(2 * number_value(NUMBER_E2M1, (unsigned)i))] && seen[12 - (int)(2 * number_value(NUMBER_E2M1, (unsigned)i))]);
    assert_true(factors[1] > 1000 && factors[3] > 1000 && factors[7] > 1000 && factors[15] > 1000);
}

static void the_bound_is_refused_where_a_sum_could_reach_it(void **state)
{
    int *values = malloc((size_t)fp4.rows * (size_t)fp4.k * sizeof *values);
    struct err e = { .kind = ERR_NONE };
    double worst = 0;

    (void)state;
    scaled_values(&fp4, values);
    for (int row = 0; row < fp4.rows; row++) {
        double sum = 0;

        for (int i = 0; i < fp4.k; i++)
            sum += (double)values[row * fp4.k + i] * values[row * fp4.k + i];
        worst = sum > worst ? sum : worst;
    }
    assert_true(scaled_are_exact(&fp4, values, &fp4, values, worst + 1, 0x1p14, &e));
    assert_false(scaled_are_exact(&fp4, values, &fp4, values, worst, 0x1p14, &e));
    assert_true(scaled_are_exact(&fp4, values, &fp4, values, worst + 1, 16 * 36 + 1, &e));
    assert_false(scaled_are_exact(&fp4, values, &fp4, values, worst + 1, 100, &e));
    free(values);
}

/* As large as a product on any GPU of today: 26 tiles of 128 along a side, half as many terms. */
static void the_largest_products_are_exact(void **state)
{
    (void)state;
    for (int f = 0; f < 3; f++) {
        struct scaled a = f == 0 ? fp8 : f == 1 ? fp4 : fine, b;
        struct err e = { .kind = ERR_NONE };
        int *of_a, *of_b;

        a.rows = 256;
        a.k = 26 * 64;
        b = f == 2 ? coarse : a;
        b.rows = a.rows;
        b.k = a.k;
        b.seed++;
        of_a = malloc((size_t)a.rows * (size_t)a.k * sizeof *of_a);
        of_b = malloc((size_t)a.rows * (size_t)a.k * sizeof *of_b);
        scaled_values(&a, of_a);
        scaled_values(&b, of_b);
        assert_true(scaled_are_exact(&a, of_a, &b, of_b, 0x1p24 / 2 - 100, exact_below(a.element, f == 2 ? 90 : 100), &e));
        free(of_a);
        free(of_b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factors_lie_in_tiles_of_128_by_4),
        cmocka_unit_test(factors_in_fp32_lie_vector_by_vector_or_block_by_block),
        cmocka_unit_test(every_factor_has_a_place_of_its_own),
        cmocka_unit_test(packed_factors_are_worth_their_integers),
        cmocka_unit_test(every_number_of_fp4_occurs_and_four_factors),
        cmocka_unit_test(the_bound_is_refused_where_a_sum_could_reach_it),
        cmocka_unit_test(the_largest_products_are_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
