/* The network's training: its gradients are derivatives, it learns, and its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "math/cnn_train.h"
#include "math/compare.h"
#include "math/number.h"

static const int begins[] = { CNN_AT_W1, CNN_AT_B1, CNN_AT_W2, CNN_AT_B2, CNN_AT_W3, CNN_AT_B3 };
static const int counts[] = { CNN_W1, CNN_B1, CNN_W2, CNN_B2, CNN_W3, CNN_B3 };

static double *widened(struct arena *a, const float *v)
{
    double *w = arena_alloc(a, CNN_PARAMETERS * sizeof *w);

    for (int i = 0; i < CNN_PARAMETERS; i++)
        w[i] = (double)v[i];
    return w;
}

static void gradients_are_the_derivatives_of_the_loss(void **state)
{
    struct arena a = { NULL };
    struct cnn_training t;
    double *w, *gradient, before;

    (void)state;
    cnn_training_make(&t, &a, 3);
    w = widened(&a, t.parameters);
    gradient = arena_alloc(&a, CNN_PARAMETERS * sizeof *gradient);
    before = cnn_loss(w, CNN_BATCH, t.x, t.labels, NULL, NULL, gradient);
    for (size_t part = 0; part < COUNT_OF(begins); part++)
        for (int i = 0; i < counts[part]; i += 1 + counts[part] / 7) {
            double *v = &w[begins[part] + i], kept = *v, change;

            *v += 1e-6;
            change = (cnn_loss(w, CNN_BATCH, t.x, t.labels, NULL, NULL, NULL) - before) / 1e-6;
            assert_true(fabs(change - gradient[begins[part] + i]) < 1e-4);
            *v = kept;
        }
    arena_free(&a);
}

static void the_gradient_of_all_images_is_the_mean_of_the_batches(void **state)
{
    struct arena a = { NULL };
    struct cnn_training t;
    double *w, *whole, *part, *mean, loss, losses = 0;

    (void)state;
    cnn_training_make(&t, &a, 5);
    w = widened(&a, t.parameters);
    whole = arena_alloc(&a, CNN_PARAMETERS * sizeof *whole);
    part = arena_alloc(&a, CNN_PARAMETERS * sizeof *part);
    mean = arena_alloc(&a, CNN_PARAMETERS * sizeof *mean);
    loss = cnn_loss(w, CNN_N, t.x, t.labels, NULL, NULL, whole);
    for (int b = 0; b < CNN_BATCHES; b++) {
        losses += cnn_loss(w, CNN_BATCH, t.x + b * CNN_BATCH * CNN_C * CNN_HW * CNN_HW, t.labels + b * CNN_BATCH, NULL, NULL, part);
        for (int i = 0; i < CNN_PARAMETERS; i++)
            mean[i] += part[i] / CNN_BATCHES;
    }
    assert_true(fabs(loss - losses / CNN_BATCHES) < 1e-12);
    for (int i = 0; i < CNN_PARAMETERS; i++)
        assert_true(fabs(whole[i] - mean[i]) < 1e-12);
    arena_free(&a);
}

static void the_forward_pass_is_that_of_the_other_reference(void **state)
{
    struct arena a = { NULL };
    struct cnn_training t;
    struct cnn_layers l;
    struct cnn_data d;
    double probabilities[CNN_BATCH * CNN_CLASSES];

    (void)state;
    cnn_training_make(&t, &a, 8);
    d = (struct cnn_data){ t.x, t.parameters + CNN_AT_W1, t.parameters + CNN_AT_B1, t.parameters + CNN_AT_W2, t.parameters + CNN_AT_B2,
                           t.parameters + CNN_AT_W3, t.parameters + CNN_AT_B3 };
    cnn_forward(&l, &a, &d);
    cnn_loss(widened(&a, t.parameters), CNN_BATCH, t.x, t.labels, NULL, probabilities, NULL);
    for (int n = 0; n < CNN_BATCH; n++)
        for (int k = 1; k < CNN_CLASSES; k++)
            assert_true(fabs(log(probabilities[n * CNN_CLASSES + k] / probabilities[n * CNN_CLASSES])
                             - (l.logits[n * CNN_CLASSES + k] - l.logits[n * CNN_CLASSES])) < 1e-9);
    arena_free(&a);
}

/* As a GPU's: the conv and hidden layers of the reference, behind ReLU, with one unit's side changed. */
static void a_gradient_takes_the_sides_that_it_is_given(void **state)
{
    struct arena a = { NULL };
    struct cnn_training t;
    struct cnn_layers l;
    struct cnn_data d;
    double *w, *own, *given, difference = 0;
    float *conv, *hidden;

    (void)state;
    cnn_training_make(&t, &a, 8);
    d = (struct cnn_data){ t.x, t.parameters + CNN_AT_W1, t.parameters + CNN_AT_B1, t.parameters + CNN_AT_W2, t.parameters + CNN_AT_B2,
                           t.parameters + CNN_AT_W3, t.parameters + CNN_AT_B3 };
    cnn_forward(&l, &a, &d);
    w = widened(&a, t.parameters);
    own = arena_alloc(&a, CNN_PARAMETERS * sizeof *own);
    given = arena_alloc(&a, CNN_PARAMETERS * sizeof *given);
    conv = arena_alloc(&a, CNN_CONV * sizeof *conv);
    hidden = arena_alloc(&a, CNN_H * sizeof *hidden);
    for (int i = 0; i < CNN_CONV; i++)
        conv[i] = (float)fmax(l.conv[i], 0);
    for (int i = 0; i < CNN_H; i++)
        hidden[i] = (float)l.hidden[i];
    cnn_loss(w, CNN_BATCH, t.x, t.labels, NULL, NULL, own);
    cnn_loss(w, CNN_BATCH, t.x, t.labels, &(struct cnn_sides){ conv, hidden }, NULL, given);
    for (int i = 0; i < CNN_PARAMETERS; i++)
        assert_true(fabs(own[i] - given[i]) < 1e-12);
    for (int i = 0; i < CNN_HIDDEN; i++)
        hidden[i] = hidden[i] > 0 ? 0 : 1;
    cnn_loss(w, CNN_BATCH, t.x, t.labels, &(struct cnn_sides){ conv, hidden }, NULL, given);
    for (int i = 0; i < CNN_PARAMETERS; i++)
        difference = fmax(difference, fabs(own[i] - given[i]));
    assert_true(difference > 1e-3);
    arena_free(&a);
}

static void training_brings_the_loss_below_half_for_every_seed(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct arena a = { NULL };
        struct cnn_training t;
        double losses[60];

        cnn_training_make(&t, &a, seed);
        cnn_train(&t, 60, 0.015625, losses);
        assert_true(losses[0] + losses[1] + losses[2] + losses[3] > 2 * (losses[56] + losses[57] + losses[58] + losses[59]));
        arena_free(&a);
    }
}

static void data_are_exact_in_tf32_and_a_step_is_less_than_a_tenth_of_the_weights(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct arena a = { NULL };
        struct cnn_training t;
        double *gradient = arena_alloc(&a, CNN_PARAMETERS * sizeof *gradient), step = 0, weights = 0;

        cnn_training_make(&t, &a, seed);
        for (int i = 0; i < CNN_X; i++)
            assert_true((double)t.x[i] == number_value(NUMBER_TF32, number_bits(NUMBER_TF32, (double)t.x[i])));
        cnn_loss(widened(&a, t.parameters), CNN_BATCH, t.x, t.labels, NULL, NULL, gradient);
        for (int i = 0; i < CNN_PARAMETERS; i++) {
            step += 0.015625 * 0.015625 * gradient[i] * gradient[i];
            weights += (double)t.parameters[i] * (double)t.parameters[i];
        }
        assert_true(step < weights / 100);
        arena_free(&a);
    }
}

static void gradients_just_inside_their_bound_are_let_through_and_just_outside_are_not(void **state)
{
    static const double expected[2] = { 1, 0 };

    (void)state;
    for (int i = 0; i < 4; i++) {
        double limit = i < 2 ? cnn_gradient_limit(i % 2) : cnn_step_limit(i % 2);
        float inside[2] = { 1, (float)(0.999 * sqrt(limit)) }, outside[2] = { 1, (float)(1.001 * sqrt(limit)) };

        assert_true(compare_closely(inside, expected, 2).nmse <= limit);
        assert_true(compare_closely(outside, expected, 2).nmse > limit);
    }
}

/* Of TF32, whose cut factors make all of a gradient smaller. */
static void a_gradient_that_is_off_as_a_whole_by_just_less_than_five_cuts_is_let_through_and_by_more_is_not(void **state)
{
    static const double expected[3] = { 3, -1, 2 };
    const double inside = 1 - 0.999 * CNN_GRADIENT_SCALE_TF32, outside = 1 - 1.001 * CNN_GRADIENT_SCALE_TF32;
    float got[3];

    (void)state;
    for (int i = 0; i < 3; i++)
        got[i] = (float)(inside * expected[i]);
    assert_true(fabs(compare_scale(got, expected, 3) - 1) <= CNN_GRADIENT_SCALE_TF32);
    for (int i = 0; i < 3; i++)
        got[i] = (float)(outside * expected[i]);
    assert_true(fabs(compare_scale(got, expected, 3) - 1) > CNN_GRADIENT_SCALE_TF32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_the_derivatives_of_the_loss),
        cmocka_unit_test(the_gradient_of_all_images_is_the_mean_of_the_batches),
        cmocka_unit_test(the_forward_pass_is_that_of_the_other_reference),
        cmocka_unit_test(a_gradient_takes_the_sides_that_it_is_given),
        cmocka_unit_test(training_brings_the_loss_below_half_for_every_seed),
        cmocka_unit_test(data_are_exact_in_tf32_and_a_step_is_less_than_a_tenth_of_the_weights),
        cmocka_unit_test(a_gradient_that_is_off_as_a_whole_by_just_less_than_five_cuts_is_let_through_and_by_more_is_not),
        cmocka_unit_test(gradients_just_inside_their_bound_are_let_through_and_just_outside_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
