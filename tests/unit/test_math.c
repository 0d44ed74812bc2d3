/* Generators, references and comparisons: what is called exact is, and what is wrong is seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "math/cnn.h"
#include "math/compare.h"
#include "math/random.h"

/* The first numbers of SplitMix64 for the seed 1234567, as published with its reference code. */
static void the_generator_gives_the_published_numbers(void **state)
{
    static const uint64_t published[] = { UINT64_C(6457827717110365317), UINT64_C(3203168211198807973), UINT64_C(9817491932198370423) };
    struct random r = { 1234567 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(published); i++)
        assert_true(random_next(&r) == published[i]);
}

static void random_integers_stay_in_range_and_reach_its_ends(void **state)
{
    struct random r = { 5 };
    int seen[5] = { 0 };

    (void)state;
    for (int i = 0; i < 10000; i++) {
        int v = random_integer(&r, -2, 2);

        assert_in_range(v + 2, 0, 4);
        seen[v + 2]++;
    }
    for (int i = 0; i < 5; i++)
        assert_true(seen[i] > 1500);
}

static void random_data_have_mean_0_and_variance_1(void **state)
{
    struct random r = { 9 };
    double sum = 0, squares = 0;
    const int n = 200000;

    (void)state;
    for (int i = 0; i < n; i++) {
        double v = (double)random_unit(&r);

        sum += v;
        squares += v * v;
    }
    assert_true(fabs(sum / n) < 0.01);
    assert_true(fabs(squares / n - 1) < 0.01);
}

static void nothing_but_the_same_number_is_equal(void **state)
{
    const float got[] = { 1, -0.0f, NAN, INFINITY, 5, 16777216 };
    const double expected[] = { 1, 0, 0, INFINITY, 6, 16777217 };
    struct exactness e = compare_exactly(got, expected, 6);

    (void)state;
    assert_int_equal(compare_exactly(got, expected, 2).wrong, 0);
    /* NaN differs from everything; infinity is only equal to itself; 5 is not 6; 2^24 is not 2^24 + 1. */
    assert_int_equal(e.wrong, 3);
    assert_int_equal(e.first, 2);
    assert_int_equal(compare_exactly((const float[]){ NAN }, (const double[]){ NAN }, 1).wrong, 1);
}

static void nan_and_infinity_are_never_close(void **state)
{
    const double expected[] = { 1, 2, 3 };

    (void)state;
    assert_true(compare_closely((const float[]){ 1, 2, 3 }, expected, 3).nmse == 0);
    assert_true(isinf(compare_closely((const float[]){ 1, NAN, 3 }, expected, 3).nmse));
    assert_true(isinf(compare_closely((const float[]){ 1, INFINITY, 3 }, expected, 3).nmse));
    assert_int_equal(compare_closely((const float[]){ 1, NAN, 3 }, expected, 3).worst, 1);
    assert_true(isinf(compare_closely((const float[]){ 1 }, (const double[]){ 0 }, 1).nmse));
    assert_true(fabs(compare_closely((const float[]){ 1, 2, 4 }, expected, 3).nmse - 1.0 / 14) < 1e-12);
}

static void an_index_is_told_in_its_dimensions(void **state)
{
    static const int dims[] = { 2, 3, 4, 0 };
    char text[64];

    (void)state;
    assert_int_equal(compare_count(dims), 24);
    compare_index_text(text, sizeof text, 23, dims);
    assert_string_equal(text, "[1][2][3]");
    compare_index_text(text, sizeof text, 0, dims);
    assert_string_equal(text, "[0][0][0]");
}

/* ---- The network ---- */

static float rounded(float v, int bits)
{
    int exponent;
    double m = frexp((double)v, &exponent);

    return (float)ldexp(nearbyint(ldexp(m, bits)), exponent - bits);
}

/* A second computation, in fp32 and in another order of the sums. */
static void forward_in_fp32(const struct cnn_data *d, float *logits, struct arena *a)
{
    float *conv = arena_alloc(a, CNN_CONV * sizeof *conv), *pool = arena_alloc(a, CNN_POOL * sizeof *pool), *h = arena_alloc(a, CNN_H * sizeof *h);

    for (int i = 0; i < CNN_CONV; i++) {
        int q = i % CNN_P, p = i / CNN_P % CNN_P, k = i / (CNN_P * CNN_P) % CNN_K, n = i / (CNN_P * CNN_P * CNN_K);
        float sum = 0;

        for (int t = CNN_C * CNN_R * CNN_R - 1; t >= 0; t--)
            sum += d->w1[k * CNN_C * CNN_R * CNN_R + t]
                 * d->x[((n * CNN_C + t / 9) * CNN_HW + p + t / 3 % 3) * CNN_HW + q + t % 3];
        sum += d->b1[k];
        conv[i] = sum > 0 ? sum : 0;
    }
    for (int i = 0; i < CNN_POOL; i++) {
        int q = i % CNN_Q, p = i / CNN_Q % CNN_Q, plane = i / (CNN_Q * CNN_Q);
        const float *at = conv + (plane * CNN_P + 2 * p) * CNN_P + 2 * q;

        pool[i] = fmaxf(fmaxf(at[0], at[1]), fmaxf(at[CNN_P], at[CNN_P + 1]));
    }
    for (int i = 0; i < CNN_H; i++) {
        float sum = 0;

        for (int k = CNN_FEATURES - 1; k >= 0; k--)
            sum += pool[i / CNN_HIDDEN * CNN_FEATURES + k] * d->w2[i % CNN_HIDDEN * CNN_FEATURES + k];
        sum += d->b2[i % CNN_HIDDEN];
        h[i] = sum > 0 ? sum : 0;
    }
    for (int i = 0; i < CNN_LOGITS; i++) {
        float sum = 0;

        for (int k = CNN_HIDDEN - 1; k >= 0; k--)
            sum += h[i / CNN_CLASSES * CNN_HIDDEN + k] * d->w3[i % CNN_CLASSES * CNN_HIDDEN + k];
        logits[i] = sum + d->b3[i % CNN_CLASSES];
    }
}

static void integer_networks_are_exact_for_every_seed_and_not_trivial(void **state)
{
    float logits[CNN_LOGITS];

    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct arena a = { NULL };
        struct cnn_layers l;
        struct cnn_data d;
        size_t different = 0;
        struct err e;

        assert_true(cnn_make_integers(&d, &l, &a, seed * 77777, &e));
        forward_in_fp32(&d, logits, &a);
        assert_int_equal(compare_exactly(logits, l.logits, CNN_LOGITS).wrong, 0);
        for (int i = 1; i < CNN_LOGITS; i++)
            different += l.logits[i] != l.logits[0];
        assert_true(different > CNN_LOGITS / 2);
        arena_free(&a);
    }
}

static void fp32_is_well_within_the_limit_on_random_data_and_tf32_is_not(void **state)
{
    float logits[CNN_LOGITS];
    struct arena a = { NULL };
    struct cnn_layers l;
    struct cnn_data d;

    (void)state;
    cnn_make_random(&d, &l, &a, 3);
    forward_in_fp32(&d, logits, &a);
    assert_true(compare_closely(logits, l.logits, CNN_LOGITS).nmse < cnn_nmse_limit() / 10);
    for (int i = 0; i < CNN_X; i++)
        d.x[i] = rounded(d.x[i], 11);
    for (int i = 0; i < CNN_W1; i++)
        d.w1[i] = rounded(d.w1[i], 11);
    forward_in_fp32(&d, logits, &a);
    assert_true(compare_closely(logits, l.logits, CNN_LOGITS).nmse > cnn_nmse_limit() * 100);
    arena_free(&a);
}

static void logits_just_inside_their_limit_are_close_and_just_outside_are_not(void **state)
{
    static const double expected[2] = { 1, 0 };
    const float inside[2] = { 1, (float)(0.999 * sqrt(cnn_nmse_limit())) }, outside[2] = { 1, (float)(1.001 * sqrt(cnn_nmse_limit())) };

    (void)state;
    assert_true(compare_closely(inside, expected, 2).nmse <= cnn_nmse_limit());
    assert_true(compare_closely(outside, expected, 2).nmse > cnn_nmse_limit());
}

static void the_scale_is_the_multiple_that_fits_best(void **state)
{
    static const double expected[3] = { 1, -2, 4 }, nothing[1] = { 0 };
    const float same[3] = { 1, -2, 4 }, twice[3] = { 2, -4, 8 }, none[3] = { 0, 0, 0 }, other[3] = { 4, 2, 0 }, bad[3] = { 1, NAN, 4 };

    (void)state;
    assert_true(compare_scale(same, expected, 3) == 1 && compare_scale(twice, expected, 3) == 2);
    assert_true(compare_scale(none, expected, 3) == 0 && compare_scale(other, expected, 3) == 0);
    assert_true(!isfinite(compare_scale(bad, expected, 3)));
    assert_true(!isfinite(compare_scale(same, nothing, 1)));
}

static void data_that_are_not_exact_are_refused(void **state)
{
    struct arena a = { NULL };
    struct cnn_layers l;
    struct cnn_data d;
    struct err e;

    (void)state;
    assert_true(cnn_make_integers(&d, &l, &a, 1, &e));
    d.w1[5] = 0.5f;
    assert_false(cnn_is_exact(&d, &l, &e));
    d.w1[5] = NAN;
    assert_false(cnn_is_exact(&d, &l, &e));
    d.w1[5] = 1;
    d.x[9] = 257;
    assert_false(cnn_is_exact(&d, &l, &e));
    d.x[9] = 1;
    d.b3[0] = 1e8f;
    assert_false(cnn_is_exact(&d, &l, &e));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generator_gives_the_published_numbers),
        cmocka_unit_test(random_integers_stay_in_range_and_reach_its_ends),
        cmocka_unit_test(random_data_have_mean_0_and_variance_1),
        cmocka_unit_test(nothing_but_the_same_number_is_equal),
        cmocka_unit_test(nan_and_infinity_are_never_close),
        cmocka_unit_test(an_index_is_told_in_its_dimensions),
        cmocka_unit_test(integer_networks_are_exact_for_every_seed_and_not_trivial),
        cmocka_unit_test(fp32_is_well_within_the_limit_on_random_data_and_tf32_is_not),
        cmocka_unit_test(logits_just_inside_their_limit_are_close_and_just_outside_are_not),
        cmocka_unit_test(the_scale_is_the_multiple_that_fits_best),
        cmocka_unit_test(data_that_are_not_exact_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
