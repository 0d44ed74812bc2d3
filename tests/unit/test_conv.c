/* Convolutions: the reference is right, what is called exact is, and the bounds let
 * correct arithmetic pass and TF32 in fp32's place not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "math/compare.h"
#include "math/conv.h"
#include "math/random.h"

static const struct conv_shape shapes[] = {
    { .n = 2, .c = 16, .h = 9, .w = 7, .k = 24, .r = 3, .s = 3, .pad = 1, .stride = 1 },
    { .n = 3, .c = 5, .h = 13, .w = 11, .k = 6, .r = 5, .s = 5, .pad = 2, .stride = 2 },
    { .n = 1, .c = 2, .h = 4, .w = 5, .k = 3, .r = 2, .s = 3, .pad = 0, .stride = 1 },
};
static const enum number types[] = { NUMBER_FP32, NUMBER_TF32, NUMBER_FP16, NUMBER_BF16 };

static float rounded(enum number type, double v)
{
    return (float)number_value(type, number_bits(type, v));
}

/* As its definition is written, each sum begun anew: in fp32, of inputs rounded to `in`. */
static float defined(const struct conv_data *d, size_t at, enum number in)
{
    const struct conv_shape *s = &d->shape;
    int i[4], ends[4] = { s->n, s->k, s->p, s->q };
    float sum = 0;

    if (d->way == CONV_BACKWARD_DATA) {
        ends[1] = s->c;
        ends[2] = s->h;
        ends[3] = s->w;
    }
    if (d->way == CONV_BACKWARD_FILTER) {
        ends[0] = s->k;
        ends[1] = s->c;
        ends[2] = s->r;
        ends[3] = s->s;
    }
    for (int j = 3; j >= 0; at /= (size_t)ends[j], j--)
        i[j] = (int)(at % (size_t)ends[j]);
    for (int n = 0; n < s->n; n++)
        for (int k = 0; k < s->k; k++)
            for (int c = 0; c < s->c; c++)
                for (int p = 0; p < s->p; p++)
                    for (int q = 0; q < s->q; q++)
                        for (int r = 0; r < s->r; r++)
                            for (int t = 0; t < s->s; t++) {
                                int h = p * s->stride + r - s->pad, w = q * s->stride + t - s->pad;
                                float x, f, y;
                                bool mine = d->way == CONV_FORWARD ? n == i[0] && k == i[1] && p == i[2] && q == i[3]
                                          : d->way == CONV_BACKWARD_DATA ? n == i[0] && c == i[1] && h == i[2] && w == i[3]
                                          : k == i[0] && c == i[1] && r == i[2] && t == i[3];

                                if (!mine || h < 0 || h >= s->h || w < 0 || w >= s->w)
                                    continue;
                                x = d->x[((n * s->c + c) * s->h + h) * s->w + w];
                                f = d->w[((k * s->c + c) * s->r + r) * s->s + t];
                                y = d->y[((n * s->k + k) * s->p + p) * s->q + q];
                                sum += d->way == CONV_FORWARD ? rounded(in, (double)x) * rounded(in, (double)f)
                                     : d->way == CONV_BACKWARD_DATA ? rounded(in, (double)y) * rounded(in, (double)f)
                                     : rounded(in, (double)x) * rounded(in, (double)y);
                            }
    return sum;
}

static size_t outputs(const struct conv_data *d)
{
    return d->way == CONV_FORWARD ? conv_count_y(&d->shape) : d->way == CONV_BACKWARD_DATA ? conv_count_x(&d->shape) : conv_count_w(&d->shape);
}

static void integers_are_what_the_definition_says_and_exact_in_their_type(void **state)
{
    struct err e;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(shapes) * COUNT_OF(types) * 3; i++) {
        struct conv_data d = { .shape = shapes[i % 3], .way = (enum conv_way)(i / 3 % 3) };
        enum number type = types[i / 9];
        struct arena a = { NULL };
        size_t nonzero = 0;

        conv_fill_shape(&d.shape);
        assert_true(conv_make_integers(&d, type, &a, 40 + i, &e));
        for (size_t j = 0; j < outputs(&d); j++) {
            nonzero += d.expected[j] != 0;
            assert_true(d.expected[j] == (double)rounded(type == NUMBER_TF32 ? NUMBER_FP32 : type, d.expected[j]));
            if (j % 37 == 0)
                assert_true((double)defined(&d, j, type) == d.expected[j]);
        }
        assert_true(nonzero > outputs(&d) / 2);
        arena_free(&a);
    }
}

static void integers_of_fp32_are_wrong_in_tf32(void **state)
{
    struct err e;

    (void)state;
    for (int way = 0; way < 3; way++) {
        struct conv_data d = { .shape = shapes[1], .way = (enum conv_way)way };
        struct arena a = { NULL };
        size_t wrong = 0, looked = 0;

        conv_fill_shape(&d.shape);
        assert_true(conv_make_integers(&d, NUMBER_FP32, &a, 3, &e));
        for (size_t j = 0; j < outputs(&d); j += 11, looked++)
            wrong += fabs((double)defined(&d, j, NUMBER_TF32) - d.expected[j]) > 0.5;
        assert_true(wrong * 2 > looked);
        arena_free(&a);
    }
}

static void sums_that_the_type_cannot_hold_are_refused(void **state)
{
    static const double limits[] = { 16777216, 16777216, 2048, 256 };
    struct err e;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(types) * 3; i++) {
        struct conv_data d = { .shape = shapes[2], .way = (enum conv_way)(i % 3) };
        struct arena a = { NULL };
        float *wide, *sparse;
        size_t n, n_sparse;

        conv_fill_shape(&d.shape);
        assert_true(conv_make_integers(&d, types[i / 3], &a, i, &e));
        wide = d.way == CONV_BACKWARD_DATA ? d.y : d.x;
        n = d.way == CONV_BACKWARD_DATA ? conv_count_y(&d.shape) : conv_count_x(&d.shape);
        sparse = d.way == CONV_BACKWARD_FILTER ? d.y : d.w;
        n_sparse = d.way == CONV_BACKWARD_FILTER ? conv_count_y(&d.shape) : conv_count_w(&d.shape);
        for (size_t j = 0; j < n; j++)
            wide[j] = 0;
        for (size_t j = 0; j < n_sparse; j++)
            sparse[j] = 0;
        /* Only one product is left. */
        sparse[0] = 1;
        wide[0] = (float)(limits[i / 3] - 1);
        assert_true(conv_is_exact(&d, types[i / 3], &e));
        wide[0] = -(float)limits[i / 3];
        assert_false(conv_is_exact(&d, types[i / 3], &e));
        assert_int_equal(e.kind, ERR_LIMIT);
        arena_free(&a);
    }
}

/* The NMSE of random data, with inputs and output rounded. */
static double error_of(const struct conv_data *d, enum number in, enum number out)
{
    struct arena a = { NULL };
    size_t n = outputs(d);
    float *got = arena_alloc(&a, n * sizeof *got);
    double nmse;

    for (size_t i = 0; i < n; i++)
        got[i] = rounded(out, (double)defined(d, i, in));
    nmse = compare_closely(got, d->expected, n).nmse;
    arena_free(&a);
    return nmse;
}

static void correct_arithmetic_is_well_within_the_limit_of_its_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(types) * 3; i++) {
        struct conv_data d = { .shape = shapes[2], .way = (enum conv_way)(i % 3) };
        enum number type = types[i / 3];
        struct arena a = { NULL };

        conv_fill_shape(&d.shape);
        conv_make_random(&d, type, &a, 12 + i);
        assert_true(error_of(&d, type, type == NUMBER_TF32 ? NUMBER_FP32 : type) <= conv_nmse_limit(type, CONV_EXACT, conv_terms(&d.shape, d.way), false) / 4);
        arena_free(&a);
    }
}

static void tf32_in_fp32s_place_and_bf16_in_fp16s_are_beyond_it(void **state)
{
    (void)state;
    for (int way = 0; way < 3; way++) {
        struct conv_data d = { .shape = shapes[2], .way = (enum conv_way)way };
        int terms = conv_terms(&shapes[0], CONV_FORWARD);
        struct arena a = { NULL };

        conv_fill_shape(&d.shape);
        conv_make_random(&d, NUMBER_FP32, &a, 5);
        assert_true(error_of(&d, NUMBER_TF32, NUMBER_FP32) > conv_nmse_limit(NUMBER_FP32, CONV_EXACT, terms, false) * 1000);
        assert_true(error_of(&d, NUMBER_TF32, NUMBER_FP32) > conv_nmse_limit(NUMBER_FP32, CONV_FRACTIONS, terms, false) * 20);
        assert_true(error_of(&d, NUMBER_BF16, NUMBER_BF16) > conv_nmse_limit(NUMBER_FP16, CONV_EXACT, terms, false));
        arena_free(&a);
    }
}

static void an_error_just_inside_the_limit_is_close_and_one_just_outside_is_not(void **state)
{
    static const enum conv_family families[] = { CONV_EXACT, CONV_FRACTIONS };
    static const double expected[4] = { 2, 0, 0, 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(types) * 4; i++) {
        double limit = conv_nmse_limit(types[i / 4], families[i % 2], 144, i / 2 % 2);
        float inside[4] = { 2, 0, (float)(0.999 * sqrt(4 * limit)), 0 }, outside[4] = { 2, 0, 0, (float)(1.001 * sqrt(4 * limit)) };

        assert_true(compare_closely(inside, expected, 4).nmse <= limit);
        assert_true(compare_closely(outside, expected, 4).nmse > limit);
    }
}

static void the_limits_are_those_of_their_derivation(void **state)
{
    (void)state;
    assert_true(fabs(sqrt(conv_nmse_limit(NUMBER_FP32, CONV_EXACT, 144, false)) - 1.0729e-6) < 1e-10);
    assert_true(fabs(sqrt(conv_nmse_limit(NUMBER_TF32, CONV_EXACT, 144, false)) - 3.4809e-6) < 1e-10);
    assert_true(fabs(sqrt(conv_nmse_limit(NUMBER_FP16, CONV_EXACT, 144, false)) - (8.203125e-4 + 3.4809e-6)) < 1e-9);
    assert_true(fabs(sqrt(conv_nmse_limit(NUMBER_BF16, CONV_EXACT, 144, false)) - (6.5625e-3 + 3.4809e-6)) < 1e-8);
}

/* Every product added to the output as it is, the worst that an algorithm without an order may do. */
static void sums_kept_in_16_bits_are_within_the_limit_of_scattered_ones_alone(void **state)
{
    (void)state;
    for (int t = 2; t < 4; t++)
        for (uint64_t seed = 0; seed < 20; seed++) {
            enum { TERMS = 126, SUMS = 200 };
            struct random r = { seed };
            double expected[SUMS] = { 0 }, nmse;
            float got[SUMS] = { 0 };

            for (int i = 0; i < SUMS * TERMS; i++) {
                double a = (double)rounded(types[t], (double)random_unit(&r)), b = (double)rounded(types[t], (double)random_unit(&r));

                expected[i % SUMS] += a * b;
                got[i % SUMS] = rounded(types[t], (double)got[i % SUMS] + a * b);
            }
            nmse = compare_closely(got, expected, SUMS).nmse;
            assert_true(nmse <= conv_nmse_limit(types[t], CONV_EXACT, TERMS, true) / 4);
            assert_true(nmse > conv_nmse_limit(types[t], CONV_EXACT, TERMS, false) / 4);
        }
    assert_true(conv_nmse_limit(NUMBER_FP32, CONV_EXACT, 126, true) == conv_nmse_limit(NUMBER_FP32, CONV_EXACT, 126, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_what_the_definition_says_and_exact_in_their_type),
        cmocka_unit_test(integers_of_fp32_are_wrong_in_tf32),
        cmocka_unit_test(sums_that_the_type_cannot_hold_are_refused),
        cmocka_unit_test(correct_arithmetic_is_well_within_the_limit_of_its_type),
        cmocka_unit_test(tf32_in_fp32s_place_and_bf16_in_fp16s_are_beyond_it),
        cmocka_unit_test(an_error_just_inside_the_limit_is_close_and_one_just_outside_is_not),
        cmocka_unit_test(the_limits_are_those_of_their_derivation),
        cmocka_unit_test(sums_kept_in_16_bits_are_within_the_limit_of_scattered_ones_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
