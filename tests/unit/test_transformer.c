/* Layer norm, embedding, attention, optimisers: references against another way to compute them, and each bound just inside and outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "math/compare.h"
#include "math/random.h"
#include "math/transformer.h"

static void fill(float *v, size_t n, uint64_t seed)
{
    struct random r = { seed };

    for (size_t i = 0; i < n; i++)
        v[i] = random_unit(&r);
}

static void near(double a, double b)
{
    if (!(fabs(a - b) <= 1e-12 * (1 + fabs(b))))
        fail_msg("%.17g is not near %.17g", a, b);
}

/* ---- Layer norm ---- */

static void a_layer_norm_has_the_mean_and_variance_it_is_given(void **state)
{
    enum { ROWS = 3, COLUMNS = 50 };
    float x[ROWS * COLUMNS], scale[COLUMNS], bias[COLUMNS];
    double y[ROWS * COLUMNS];

    (void)state;
    fill(x, ROWS * COLUMNS, 1);
    for (int i = 0; i < COLUMNS; i++) {
        scale[i] = 2;
        bias[i] = 5;
    }
    layer_norm_forward(ROWS, COLUMNS, x, scale, bias, 0, y);
    for (int r = 0; r < ROWS; r++) {
        double sum = 0, squares = 0;

        for (int i = 0; i < COLUMNS; i++) {
            sum += y[r * COLUMNS + i];
            squares += (y[r * COLUMNS + i] - 5) * (y[r * COLUMNS + i] - 5);
        }
        near(sum / COLUMNS, 5);
        near(squares / COLUMNS, 4);
    }
}

static void a_layer_norm_takes_epsilon_scale_and_bias_of_each_column(void **state)
{
    const float x[4] = { 3, -3, -3, 3 }, scale[4] = { 1, 2, 4, 8 }, bias[4] = { 0, 1, 0, -1 };
    double y[4];

    (void)state;
    layer_norm_forward(1, 4, x, scale, bias, 7, y);         /* 1 / sqrt(9 + 7) */
    near(y[0], 0.75);
    near(y[1], -0.5);
    near(y[2], -3);
    near(y[3], 5);
}

/* ---- Embedding ---- */

static void an_embedding_finds_its_rows_and_the_gradient_adds_them_up(void **state)
{
    const float w[6] = { 1, 2, 3, 4, 5, 6 }, index[4] = { 2, 0, 2, 1 }, dy[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    double y[8], dw[6];

    (void)state;
    embedding_forward(4, 2, w, index, y);
    assert_true(y[0] == 5 && y[1] == 6 && y[2] == 1 && y[3] == 2 && y[4] == 5 && y[5] == 6 && y[6] == 3 && y[7] == 4);
    embedding_gradient(4, 3, 2, dy, index, -1, dw);
    assert_true(dw[0] == 3 && dw[1] == 4 && dw[2] == 7 && dw[3] == 8 && dw[4] == 6 && dw[5] == 8);
    embedding_gradient(4, 3, 2, dy, index, 2, dw);
    assert_true(dw[0] == 3 && dw[1] == 4 && dw[2] == 7 && dw[3] == 8 && dw[4] == 0 && dw[5] == 0);
}

/* ---- Attention ---- */

static void attention_weighs_the_values_by_their_scores(void **state)
{
    static const struct attention_shape s = { 1, 2, 2, 4 };
    /* Scores of query 0: ln 3 and 0, times sqrt(4) / 2. */
    const float q[8] = { 1, 0, 0, 0, 0, 0, 0, 0 }, k[8] = { 2.19722457733622f, 0, 0, 0, 0, 0, 0, 0 }, v[8] = { 4, 0, 8, 0, 0, 4, 0, 8 };
    double y[8];

    (void)state;
    attention_forward(s, q, k, v, false, y);
    assert_true(fabs(y[0] - 3) < 1e-6 && fabs(y[1] - 1) < 1e-6 && fabs(y[2] - 6) < 1e-6 && fabs(y[3] - 2) < 1e-6);
    near(y[4], 2);
    near(y[5], 2);
    attention_forward(s, q, k, v, true, y);
    near(y[0], 4);
    near(y[1], 0);
    near(y[4], 2);
    near(y[7], 4);
}

static void each_head_attends_to_its_own_keys(void **state)
{
    static const struct attention_shape two = { 2, 3, 5, 8 }, one = { 1, 3, 5, 8 };
    float q[48], k[80], v[80];
    double y[48], second[24];

    (void)state;
    fill(q, 48, 1);
    fill(k, 80, 2);
    fill(v, 80, 3);
    attention_forward(two, q, k, v, false, y);
    attention_forward(one, q + 24, k + 40, v + 40, false, second);
    for (int i = 0; i < 24; i++)
        near(y[24 + i], second[i]);
}

/* ---- Optimisers ---- */

static void the_first_step_of_adamw_is_lr_towards_the_gradients_sign(void **state)
{
    static const struct adamw a = { .lr = 0.5, .beta1 = 0.875, .beta2 = 0.96875 };
    const float dx[3] = { 1e-3f, -7, 3 };
    double x[3] = { 1, 1, 1 }, mean[3] = { 0, 0, 0 }, square[3] = { 0, 0, 0 };

    (void)state;
    adamw_step(&a, 1, 3, dx, x, mean, square);
    near(x[0], 0.5);
    near(x[1], 1.5);
    near(x[2], 0.5);
    near(mean[1], -7 * 0.125);
    near(square[1], 49 * 0.03125);
}

static void adamw_decays_weights_apart_from_gradients(void **state)
{
    static const struct adamw a = { .lr = 0.5, .beta1 = 0.5, .beta2 = 0.5, .decay = 0.25, .epsilon = 1 };
    const float dx[1] = { 0 };
    double x[1] = { 8 }, mean[1] = { 0 }, square[1] = { 0 };

    (void)state;
    adamw_step(&a, 3, 1, dx, x, mean, square);
    near(x[0], 7);
}

static void sgd_remembers_half_of_the_last_step(void **state)
{
    static const struct sgd s = { .lr = 0.25, .momentum = 0.5, .decay = 0.5 };
    const float dx[1] = { 4 };
    double x[1] = { 8 }, momentum[1] = { 2 };

    (void)state;
    sgd_step(&s, 1, dx, x, momentum);
    assert_true(momentum[0] == 1 + 4 + 4 && x[0] == 8 - 2.25);
    sgd_step(&s, 1, dx, x, momentum);
    assert_true(momentum[0] == 4.5 + 4 + 2.875 && x[0] == 5.75 - 2.84375);
}

/* ---- Bounds ---- */

enum { MANY = 4096 };

/* NMSE of values that each err by `relative` of themselves, one up, one down. */
static double nmse(double relative)
{
    static double expected[MANY];
    static float got[MANY];

    for (int i = 0; i < MANY; i++) {
        expected[i] = (double)(1 + i % 7);
        got[i] = (float)(expected[i] * (i % 2 ? 1 + relative : 1 - relative));
    }
    return compare_closely(got, expected, MANY).nmse;
}

static void errors_just_inside_a_bound_pass_and_just_outside_do_not(void **state)
{
    const double limits[] = { layer_norm_nmse_limit(), attention_nmse_limit(NUMBER_FP32), attention_nmse_limit(NUMBER_FP16),
                              attention_nmse_limit(NUMBER_BF16), adamw_nmse_limit() };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        assert_true(nmse(0.9 * sqrt(limits[i])) <= limits[i]);
        assert_false(nmse(1.1 * sqrt(limits[i])) <= limits[i]);
    }
}

/* In fp32, rounded at each step as no library would be worse: sums one by one. */
static void layer_norm_in_plain_fp32_is_a_tenth_of_its_bound_at_most(void **state)
{
    enum { ROWS = 16, COLUMNS = 768 };
    static float x[ROWS * COLUMNS], scale[COLUMNS], bias[COLUMNS], got[ROWS * COLUMNS];
    static double y[ROWS * COLUMNS];

    (void)state;
    fill(x, ROWS * COLUMNS, 1);
    fill(scale, COLUMNS, 2);
    fill(bias, COLUMNS, 3);
    layer_norm_forward(ROWS, COLUMNS, x, scale, bias, 1e-5, y);
    for (int r = 0; r < ROWS; r++) {
        float sum = 0, squares = 0, mean, inverse;

        for (int i = 0; i < COLUMNS; i++) {
            sum += x[r * COLUMNS + i];
            squares += x[r * COLUMNS + i] * x[r * COLUMNS + i];
        }
        mean = sum / COLUMNS;
        inverse = 1 / sqrtf(squares / COLUMNS - mean * mean + 1e-5f);
        for (int i = 0; i < COLUMNS; i++)
            got[r * COLUMNS + i] = (x[r * COLUMNS + i] - mean) * inverse * scale[i] + bias[i];
    }
    assert_true(compare_closely(got, y, ROWS * COLUMNS).nmse < 0.1 * layer_norm_nmse_limit());
}

/* In fp32, and with inputs cut to what tf32 keeps: 10 bits behind the first. */
static void attention_in_fp32_is_a_tenth_of_its_bound_and_in_tf32_far_outside(void **state)
{
    static const struct attention_shape s = { 2, 40, 40, 64 };
    enum { ALL = 2 * 40 * 64 };
    static float q[ALL], k[ALL], v[ALL], q_cut[ALL], k_cut[ALL], got[ALL];
    static double y[ALL], cut[ALL];

    (void)state;
    fill(q, ALL, 1);
    fill(k, ALL, 2);
    fill(v, ALL, 3);
    attention_forward(s, q, k, v, false, y);
    for (int i = 0; i < ALL; i++) {
        got[i] = (float)y[i];
        q_cut[i] = (float)number_value(NUMBER_TF32, number_bits(NUMBER_TF32, (double)q[i]));
        k_cut[i] = (float)number_value(NUMBER_TF32, number_bits(NUMBER_TF32, (double)k[i]));
    }
    assert_true(compare_closely(got, y, ALL).nmse < 0.1 * attention_nmse_limit(NUMBER_FP32));
    attention_forward(s, q_cut, k_cut, v, false, cut);
    for (int i = 0; i < ALL; i++)
        got[i] = (float)cut[i];
    assert_true(compare_closely(got, y, ALL).nmse > 1000 * attention_nmse_limit(NUMBER_FP32));
}

/* Everything that may be rounded to 16 bits is: within the bound of its type, and outside fp32's. */
static void attention_in_16_bits_is_within_its_types_bound_alone(void **state)
{
    static const struct attention_shape s = { 2, 40, 40, 64 };
    enum { ALL = 2 * 40 * 64 };
    static const enum number types[] = { NUMBER_FP16, NUMBER_BF16 };
    static float q[ALL], k[ALL], v[ALL], got[ALL], q_scaled[ALL];
    static double y[ALL], rounded[ALL];

    (void)state;
    for (size_t t = 0; t < COUNT_OF(types); t++) {
        fill(q, ALL, 1);
        fill(k, ALL, 2);
        fill(v, ALL, 3);
        for (int i = 0; i < ALL; i++) {
            q[i] = (float)number_value(types[t], number_bits(types[t], (double)q[i]));
            k[i] = (float)number_value(types[t], number_bits(types[t], (double)k[i]));
            v[i] = (float)number_value(types[t], number_bits(types[t], (double)v[i]));
            q_scaled[i] = (float)(number_value(types[t], number_bits(types[t], (double)q[i] / sqrt(sqrt(64)))) * sqrt(sqrt(64)));
        }
        attention_forward(s, q, k, v, false, y);
        attention_forward(s, q_scaled, k, v, false, rounded);
        for (int i = 0; i < ALL; i++)
            got[i] = (float)number_value(types[t], number_bits(types[t], rounded[i]));
        assert_true(compare_closely(got, y, ALL).nmse < 0.5 * attention_nmse_limit(types[t]));
        assert_true(compare_closely(got, y, ALL).nmse > 100 * attention_nmse_limit(NUMBER_FP32));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layer_norm_has_the_mean_and_variance_it_is_given),
        cmocka_unit_test(a_layer_norm_takes_epsilon_scale_and_bias_of_each_column),
        cmocka_unit_test(an_embedding_finds_its_rows_and_the_gradient_adds_them_up),
        cmocka_unit_test(attention_weighs_the_values_by_their_scores),
        cmocka_unit_test(each_head_attends_to_its_own_keys),
        cmocka_unit_test(the_first_step_of_adamw_is_lr_towards_the_gradients_sign),
        cmocka_unit_test(adamw_decays_weights_apart_from_gradients),
        cmocka_unit_test(sgd_remembers_half_of_the_last_step),
        cmocka_unit_test(errors_just_inside_a_bound_pass_and_just_outside_do_not),
        cmocka_unit_test(layer_norm_in_plain_fp32_is_a_tenth_of_its_bound_at_most),
        cmocka_unit_test(attention_in_fp32_is_a_tenth_of_its_bound_and_in_tf32_far_outside),
        cmocka_unit_test(attention_in_16_bits_is_within_its_types_bound_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
