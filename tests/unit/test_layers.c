/* Pooling, softmax, batch normalisation: references against another way to compute them, and each bound just inside and outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "math/compare.h"
#include "math/layers.h"
#include "math/random.h"

enum { ALL = 2 * 3 * 4 * 5 };

static const struct layer_shape shape = { 2, 3, 4, 5 };
static const enum number types[] = { NUMBER_FP32, NUMBER_FP16, NUMBER_BF16 };

static void fill(float *v, size_t n, uint64_t seed)
{
    struct random r = { seed };

    for (size_t i = 0; i < n; i++)
        v[i] = random_unit(&r);
}

static void pooling_takes_what_lies_in_its_window(void **state)
{
    const struct layer_shape one = { 1, 1, 3, 3 };
    const float x[9] = { 1, 2, 3, 4, 9, 6, 7, 8, 5 };
    double y[4];

    (void)state;
    pool_forward(one, (struct pool_shape){ 2, 0, 1 }, POOL_MAX, x, y);
    assert_true(y[0] == 9 && y[1] == 9 && y[2] == 9 && y[3] == 9);
    pool_forward(one, (struct pool_shape){ 2, 0, 1 }, POOL_AVERAGE_INCLUDING, x, y);
    assert_true(y[0] == 4 && y[1] == 5 && y[2] == 7 && y[3] == 7);
    pool_forward(one, (struct pool_shape){ 3, 1, 2 }, POOL_AVERAGE_INCLUDING, x, y);
    assert_true(y[0] == 16.0 / 9 && y[3] == 28.0 / 9);
    pool_forward(one, (struct pool_shape){ 3, 1, 2 }, POOL_AVERAGE_EXCLUDING, x, y);
    assert_true(y[0] == 4 && y[3] == 7);
    pool_forward(one, (struct pool_shape){ 3, 1, 2 }, POOL_MAX, x, y);
    assert_true(y[0] == 9 && y[1] == 9);
}

/* The derivative of sum(dy * y) by each x, by difference. */
static void pooling_gradients_are_its_derivatives(void **state)
{
    static const struct pool_shape pools[] = { { 2, 0, 2 }, { 3, 1, 2 } };
    float x[ALL], dy[ALL];
    double dx[ALL], before[ALL], after[ALL];

    (void)state;
    fill(x, ALL, 3);
    fill(dy, ALL, 4);
    for (int k = 0; k < 6; k++) {
        struct pool_shape p = pools[k % 2];
        enum pool_mode mode = (enum pool_mode)(k / 2);

        pool_forward(shape, p, mode, x, before);
        pool_backward(shape, p, mode, x, dy, dx);
        for (int i = 0; i < ALL; i++) {
            float kept = x[i];
            double change = 0;

            x[i] = kept + 0x1p-12f;
            pool_forward(shape, p, mode, x, after);
            for (size_t j = 0; j < layer_count(pool_output(shape, p)); j++)
                change += (double)dy[j] * (after[j] - before[j]);
            assert_true(fabs(change / ((double)x[i] - (double)kept) - dx[i]) < 1e-3);
            x[i] = kept;
        }
    }
}

static void softmax_and_its_gradient_are_what_their_definition_says(void **state)
{
    float x[ALL], dy[ALL], y32[ALL];
    double y[ALL], dx[ALL], moved[ALL];

    (void)state;
    fill(x, ALL, 5);
    fill(dy, ALL, 6);
    softmax_forward(shape, x, y);
    for (int i = 0; i < ALL; i++)
        y32[i] = (float)y[i];
    softmax_backward(shape, y32, dy, dx);
    assert_true(fabs(y[0] + y[20] + y[40] - 1) < 1e-12);
    assert_true(fabs(y[20] / y[0] - exp((double)x[20] - (double)x[0])) < 1e-9);
    for (int i = 0; i < ALL; i++) {
        float kept = x[i];
        double change = 0;

        x[i] += 0x1p-14f;
        softmax_forward(shape, x, moved);
        for (int j = 0; j < ALL; j++)
            change += (double)dy[j] * (moved[j] - y[j]);
        assert_true(fabs(change / ((double)x[i] - (double)kept) - dx[i]) < 1e-3);
        x[i] = kept;
    }
}

static double loss(const float *x, const float *dy, const float *scale, const float *bias, struct norm *n)
{
    double y[ALL], sum = 0;

    norm_statistics(shape, x, 1e-5, n);
    norm_forward(shape, x, n->mean, n->inverse, scale, bias, y);
    for (int i = 0; i < ALL; i++)
        sum += (double)dy[i] * y[i];
    return sum;
}

static void normalisation_has_mean_0_and_variance_1_and_gradients_that_are_derivatives(void **state)
{
    float x[ALL], dy[ALL], scale[3] = { 1, 1, 1 }, bias[3] = { 0, 0, 0 };
    double mean[3], inverse[3], variance[3], y[ALL], dx[ALL], ds[3], db[3], before, sum = 0, squares = 0;
    struct norm n = { mean, inverse, variance };

    (void)state;
    fill(x, ALL, 7);
    fill(dy, ALL, 8);
    norm_statistics(shape, x, 0, &n);
    norm_forward(shape, x, mean, inverse, scale, bias, y);
    for (int i = 0; i < 20; i++) {
        sum += y[i] + y[60 + i];
        squares += y[i] * y[i] + y[60 + i] * y[60 + i];
    }
    assert_true(fabs(sum) < 1e-12 && fabs(squares / 40 - 1) < 1e-12);
    assert_true(fabs(variance[0] * 39 / 40 * inverse[0] * inverse[0] - 1) < 1e-12);
    scale[1] = 1.5f;
    bias[2] = -0.5f;
    before = loss(x, dy, scale, bias, &n);
    norm_backward(shape, x, dy, &n, scale, dx, ds, db);
    for (int i = 0; i < ALL + 6; i++) {
        float *v = i < ALL ? &x[i] : i < ALL + 3 ? &scale[i - ALL] : &bias[i - ALL - 3], kept = *v;
        double expected = i < ALL ? dx[i] : i < ALL + 3 ? ds[i - ALL] : db[i - ALL - 3];

        *v = kept + 0x1p-13f;
        assert_true(fabs((loss(x, dy, scale, bias, &n) - before) / ((double)*v - (double)kept) - expected) < 2e-3);
        *v = kept;
    }
}

static void an_error_just_inside_each_bound_is_let_through_and_one_just_outside_is_not(void **state)
{
    static const double expected[4] = { 2, 0, 0, 0 };

    (void)state;
    for (int i = 0; i < 12; i++) {
        double limit = layer_nmse_limit((enum layer_kind)(i / 3), types[i % 3]);
        float inside[4] = { 2, 0, (float)(0.999 * sqrt(4 * limit)), 0 }, outside[4] = { 2, 0, 0, (float)(1.001 * sqrt(4 * limit)) };

        assert_true(compare_closely(inside, expected, 4).nmse <= limit);
        assert_true(compare_closely(outside, expected, 4).nmse > limit);
    }
    /* Two units of 3: of a number between 2 and 4 a unit is 2^(1 - fraction bits), up to half of 2 * 2^-bits of it. */
    for (int i = 0; i < 3; i++) {
        double limit = layer_two_ulps(types[i]);
        float near[2] = { (float)(3 * (1 + 0.9 * limit)), NAN }, far[1] = { (float)(3 * (1 + 1.3 * limit)) };

        assert_int_equal(compare_nearly(near, (const double[]){ 3 }, 1, limit, 0).wrong, 0);
        assert_int_equal(compare_nearly(near, (const double[]){ 3, 3 }, 2, limit, 1e9).wrong, 1);
        assert_int_equal(compare_nearly(far, (const double[]){ 3 }, 1, limit, 0).wrong, 1);
        assert_int_equal(compare_nearly(far, (const double[]){ 3 }, 1, limit, 3 * limit).wrong, 0);
    }
}

static void a_gradient_of_averages_just_inside_its_bound_is_let_through_and_just_outside_is_not(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        const struct nearness limit = pool_gradient_limit(types[i]);
        const double far = 4 * limit.relative + limit.absolute, small = limit.absolute;
        const float inside[3] = { (float)(4 + 0.9 * far), (float)(-4 - 0.9 * far), (float)(0.99 * small) }, nan = NAN;
        const double expected[3] = { 4, -4, 0 };

        assert_int_equal(compare_nearly(inside, expected, 3, limit.relative, limit.absolute).wrong, 0);
        for (int k = 0; k < 3; k++) {
            const float outside = (float)(expected[k] + (expected[k] < 0 ? -1.3 : 1.3) * (k == 2 ? small : far));

            assert_int_equal(compare_nearly(&outside, &expected[k], 1, limit.relative, limit.absolute).wrong, 1);
        }
        assert_int_equal(compare_nearly(&nan, expected, 1, limit.relative, limit.absolute).wrong, 1);
    }
}

/* As dnn.softmax takes them: the sum's distance from 1, over the limit. */
static void a_sum_just_inside_its_bound_is_let_through_and_just_outside_is_not(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        double limit = softmax_sum_limit(types[i], 40);

        assert_true(fabs(1 + 0.999 * limit - 1) / limit <= 1 && fabs(1 - 0.999 * limit - 1) / limit <= 1);
        assert_true(fabs(1 + 1.001 * limit - 1) / limit > 1 && fabs(1 - 1.001 * limit - 1) / limit > 1);
        /* A probability just above 1/2 beside others that are exact: half a unit of it is all that may be missing. */
        assert_true(limit >= 0.5 * (types[i] == NUMBER_BF16 ? 0x1p-8 : types[i] == NUMBER_FP16 ? 0x1p-11 : 0x1p-24));
        assert_true(limit < 1.3 * (types[i] == NUMBER_BF16 ? 0x1p-8 : types[i] == NUMBER_FP16 ? 0x1p-11 : 0x1p-17));
    }
}

/* Rounding alone, of data like those of the probes, stays at a quarter of each 16-bit bound and within that of sums. */
static void values_rounded_once_are_within_the_bounds_of_their_type(void **state)
{
    (void)state;
    for (int t = 1; t < 3; t++)
        for (uint64_t seed = 0; seed < 50; seed++) {
            float x[ALL], got[ALL];
            double y[ALL], worst = 0;

            fill(x, ALL, seed);
            softmax_forward(shape, x, y);
            for (int i = 0; i < ALL; i++)
                got[i] = (float)number_value(types[t], number_bits(types[t], y[i]));
            assert_true(compare_closely(got, y, ALL).nmse < layer_nmse_limit(LAYER_SOFTMAX, types[t]) / 2);
            for (int i = 0; i < 40; i++) {
                int at = i / 20 * 60 + i % 20;

                worst = fmax(worst, fabs((double)got[at] + (double)got[at + 20] + (double)got[at + 40] - 1));
            }
            assert_true(worst <= softmax_sum_limit(types[t], 3));
            assert_true(worst > softmax_sum_limit(types[t], 3) / 50);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pooling_takes_what_lies_in_its_window),
        cmocka_unit_test(pooling_gradients_are_its_derivatives),
        cmocka_unit_test(softmax_and_its_gradient_are_what_their_definition_says),
        cmocka_unit_test(normalisation_has_mean_0_and_variance_1_and_gradients_that_are_derivatives),
        cmocka_unit_test(an_error_just_inside_each_bound_is_let_through_and_one_just_outside_is_not),
        cmocka_unit_test(a_gradient_of_averages_just_inside_its_bound_is_let_through_and_just_outside_is_not),
        cmocka_unit_test(a_sum_just_inside_its_bound_is_let_through_and_just_outside_is_not),
        cmocka_unit_test(values_rounded_once_are_within_the_bounds_of_their_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
