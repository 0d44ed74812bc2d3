/* The matrix whose eigenvalues are known, and how far those that a library finds may be off. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "math/eigen.h"

enum { N = 32 };

static struct arena arena;
static struct eigen e;
static double w[N], z[N * N];

static size_t at(int i, int j)
{
    return (size_t)j * N + (size_t)i;
}

static int set_up(void **state)
{
    (void)state;
    eigen_make(&e, &arena, 12, N);
    for (int k = 0; k < N; k++) {
        w[k] = k - N / 2;
        for (int i = 0; i < N; i++)
            z[at(i, k)] = (k % 2 == 0 ? 1 : -1) * eigen_vector(&e, i, k);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static double all(enum number type)
{
    return fmax(fmax(eigen_error_values(&e, w, type).ratio, eigen_error_residual(&e, w, z, type).ratio),
                fmax(eigen_error_orthogonality(&e, z, type).ratio, eigen_error_vectors(&e, z, type).ratio));
}

static void the_matrix_is_full_symmetric_and_exact(void **state)
{
    int zeros = 0;

    (void)state;
    for (int j = 0; j < N; j++)
        for (int i = 0; i < N; i++) {
            assert_true(e.a[at(i, j)] == e.a[at(j, i)]);
            assert_true((double)(float)e.a[at(i, j)] == e.a[at(i, j)]);
            zeros += e.a[at(i, j)] == 0;
        }
    assert_true(zeros < 2 * N);
}

static void its_known_vectors_are_exact_whatever_their_sign(void **state)
{
    (void)state;
    assert_true(all(NUMBER_FP64) == 0);
}

static void an_eigenvalue_just_inside_passes_and_just_outside_does_not(void **state)
{
    (void)state;
    w[3] += 0.99 * eigen_limit(N, NUMBER_FP32);
    assert_true(eigen_error_values(&e, w, NUMBER_FP32).ratio < 1 && eigen_error_residual(&e, w, z, NUMBER_FP32).ratio < 1);
    w[3] += 0.02 * eigen_limit(N, NUMBER_FP32);
    assert_true(eigen_error_values(&e, w, NUMBER_FP32).ratio > 1 && eigen_error_residual(&e, w, z, NUMBER_FP32).ratio > 1);
    assert_int_equal(eigen_error_values(&e, w, NUMBER_FP32).row, 3);
}

static void a_vector_just_inside_passes_and_just_outside_does_not(void **state)
{
    double limit = sqrt(8) * eigen_limit(N, NUMBER_FP32), norm = 4.0 * N * 0x1p-24 + 0x1p-53 * (N + 1);

    (void)state;
    z[at(4, 6)] += 0.99 * limit;
    assert_true(eigen_error_vectors(&e, z, NUMBER_FP32).ratio < 1);
    z[at(4, 6)] += 0.02 * limit;
    assert_true(eigen_error_vectors(&e, z, NUMBER_FP32).ratio > 1);
    set_up(state);
    for (int i = 0; i < N; i++)
        z[at(i, 6)] *= sqrt(1 + 0.99 * norm);
    assert_true(eigen_error_orthogonality(&e, z, NUMBER_FP32).ratio < 1);
    for (int i = 0; i < N; i++)
        z[at(i, 6)] *= sqrt(1 + 0.02 * norm);
    assert_true(eigen_error_orthogonality(&e, z, NUMBER_FP32).ratio > 1);
}

static void values_that_only_tf32_holds_are_outside(void **state)
{
    (void)state;
    for (int k = 0; k < N; k++)
        w[k] *= 1 + 0x1p-12;
    assert_true(eigen_error_values(&e, w, NUMBER_FP32).ratio > 1);
}

static void nothing_passes_that_is_no_number(void **state)
{
    (void)state;
    w[N - 1] = NAN;
    assert_true(isinf(eigen_error_values(&e, w, NUMBER_FP32).ratio) && isinf(eigen_error_residual(&e, w, z, NUMBER_FP32).ratio));
    set_up(state);
    z[at(N - 1, 0)] = INFINITY;
    assert_true(isinf(eigen_error_orthogonality(&e, z, NUMBER_FP32).ratio) && isinf(eigen_error_vectors(&e, z, NUMBER_FP32).ratio)
                && isinf(eigen_error_residual(&e, w, z, NUMBER_FP32).ratio));
}

static void vectors_in_another_order_or_all_zero_are_wrong(void **state)
{
    (void)state;
    memmove(z + N, z, (N - 1) * N * sizeof *z);
    assert_true(eigen_error_residual(&e, w, z, NUMBER_FP32).ratio > 1 && eigen_error_vectors(&e, z, NUMBER_FP32).ratio > 1);
    memset(z, 0, sizeof z);
    assert_true(eigen_error_orthogonality(&e, z, NUMBER_FP32).ratio > 1);
}

#define EIGEN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EIGEN_TEST(the_matrix_is_full_symmetric_and_exact),
        EIGEN_TEST(its_known_vectors_are_exact_whatever_their_sign),
        EIGEN_TEST(an_eigenvalue_just_inside_passes_and_just_outside_does_not),
        EIGEN_TEST(a_vector_just_inside_passes_and_just_outside_does_not),
        EIGEN_TEST(values_that_only_tf32_holds_are_outside),
        EIGEN_TEST(nothing_passes_that_is_no_number),
        EIGEN_TEST(vectors_in_another_order_or_all_zero_are_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
