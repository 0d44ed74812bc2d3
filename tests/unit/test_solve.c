/* Equations with known factors and solutions, and the bounds on what rounding may do to others. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/random.h"
#include "math/solve.h"

enum { N = 41, LARGE = 261, COLUMNS = 2, SEEDS = 100 };

static struct arena arena;
static const enum number types[] = { NUMBER_FP32, NUMBER_FP64 };

static size_t at(int n, int i, int j)
{
    return (size_t)j * (size_t)n + (size_t)i;
}

static double rounded(enum number type, double v)
{
    return type == NUMBER_FP64 ? v : (double)(float)v;
}

/* ---- A plain solver, which rounds as the type does; sums in an order of their own for every seed ---- */

static int order_of(struct random *r, int *order, int from, int to)
{
    int n = 0;

    for (int k = from; k < to; k++) {
        int other = random_integer(r, 0, n);

        order[n] = order[other];
        order[other] = k;
        n++;
    }
    return n;
}

/* v - sum of l[k] u[k], each product and each sum rounded. */
static double less(enum number type, struct random *r, double v, const double *l, size_t step_l, const double *u, size_t step_u, int from, int to)
{
    int order[LARGE], n = order_of(r, order, from, to);

    for (int k = 0; k < n; k++)
        v = rounded(type, v - rounded(type, l[(size_t)order[k] * step_l] * u[(size_t)order[k] * step_u]));
    return v;
}

static void factor(const struct equations *q, struct factors *f, enum number type, uint64_t seed)
{
    struct random r = { seed };
    int n = q->n;
    double *a = arena_alloc(&arena, (size_t)n * (size_t)n * sizeof *a);

    *f = (struct factors){ arena_alloc(&arena, (size_t)n * (size_t)n * sizeof(double)), arena_alloc(&arena, (size_t)n * (size_t)n * sizeof(double)),
                           arena_alloc(&arena, (size_t)n * sizeof(int)) };
    memcpy(a, q->a, (size_t)n * (size_t)n * sizeof *a);
    for (int j = 0; j < n; j++) {
        int best = j;

        for (int i = 0; i < n; i++)
            a[at(n, i, j)] = less(type, &r, a[at(n, i, j)], a + i, (size_t)n, a + at(n, 0, j), 1, 0, i < j ? i : j);
        for (int i = j; i < n; i++)
            best = fabs(a[at(n, i, j)]) > fabs(a[at(n, best, j)]) ? i : best;
        f->pivots[j] = best + 1;
        for (int k = 0; k < n && best != j; k++) {
            double v = a[at(n, j, k)];

            a[at(n, j, k)] = a[at(n, best, k)];
            a[at(n, best, k)] = v;
        }
        for (int i = j + 1; i < n; i++)
            a[at(n, i, j)] = rounded(type, a[at(n, i, j)] / a[at(n, j, j)]);
    }
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            (i > j ? f->lower : f->upper)[at(n, i, j)] = a[at(n, i, j)];
    for (int j = 0; j < n; j++)
        f->lower[at(n, j, j)] = 1;
}

static double *solve(const struct equations *q, const struct factors *f, enum number type, uint64_t seed)
{
    struct random r = { seed };
    int n = q->n;
    double *x = arena_alloc(&arena, (size_t)n * (size_t)q->columns * sizeof *x);

    memcpy(x, q->b, (size_t)n * (size_t)q->columns * sizeof *x);
    rows_swap(x, n, q->columns, f->pivots);
    for (int j = 0; j < q->columns; j++) {
        double *v = x + at(n, 0, j);

        for (int i = 0; i < n; i++)
            v[i] = less(type, &r, v[i], f->lower + i, (size_t)n, v, 1, 0, i);
        for (int i = n - 1; i >= 0; i--)
            v[i] = rounded(type, less(type, &r, v[i], f->upper + i, (size_t)n, v, 1, i + 1, n) / f->upper[at(n, i, i)]);
    }
    return x;
}

static void factor_symmetric(const struct equations *q, struct factors *f, enum number type, uint64_t seed)
{
    struct random r = { seed };
    int n = q->n;

    *f = (struct factors){ NULL, arena_alloc(&arena, (size_t)n * (size_t)n * sizeof(double)), NULL };
    for (int j = 0; j < n; j++)
        for (int i = 0; i <= j; i++) {
            double v = less(type, &r, q->a[at(n, i, j)], f->upper + at(n, 0, i), 1, f->upper + at(n, 0, j), 1, 0, i);

            f->upper[at(n, i, j)] = rounded(type, i == j ? sqrt(v) : v / f->upper[at(n, i, i)]);
        }
}

static double *solve_symmetric(const struct equations *q, const struct factors *f, enum number type, uint64_t seed)
{
    struct random r = { seed };
    int n = q->n;
    double *x = arena_alloc(&arena, (size_t)n * (size_t)q->columns * sizeof *x);

    memcpy(x, q->b, (size_t)n * (size_t)q->columns * sizeof *x);
    for (int j = 0; j < q->columns; j++) {
        double *v = x + at(n, 0, j);

        for (int i = 0; i < n; i++)
            v[i] = rounded(type, less(type, &r, v[i], f->upper + at(n, 0, i), 1, v, 1, 0, i) / f->upper[at(n, i, i)]);
        for (int i = n - 1; i >= 0; i--)
            v[i] = rounded(type, less(type, &r, v[i], f->upper + i, (size_t)n, v, 1, i + 1, n) / f->upper[at(n, i, i)]);
    }
    return x;
}

/* ---- Exact equations ---- */

static void equations_that_need_no_rounding_are_solved_exactly_in_any_order(void **state)
{
    (void)state;
    for (size_t t = 0; t < COUNT_OF(types); t++)
        for (uint64_t seed = 1; seed < 4; seed++) {
            struct equations q;
            struct factors known, f;
            const double *x;

            equations_make_exact(&q, &known, &arena, seed, LARGE, COLUMNS, types[t]);
            factor(&q, &f, types[t], seed + 100);
            x = solve(&q, &f, types[t], seed + 200);
            assert_memory_equal(f.pivots, known.pivots, LARGE * sizeof(int));
            for (int i = 0; i < LARGE * LARGE; i++)
                assert_true(f.lower[i] == known.lower[i] && f.upper[i] == known.upper[i]);
            for (int i = 0; i < LARGE * COLUMNS; i++)
                assert_true(x[i] == q.x[i]);
            arena_free(&arena);
        }
}

static void their_inverses_are_as_sparse_as_they_are(void **state)
{
    struct equations q;
    struct factors f;

    (void)state;
    equations_make_exact(&q, &f, &arena, 9, LARGE, 1, NUMBER_FP32);
    for (int j = 0; j < LARGE; j++)
        for (int k = 0; k < LARGE; k++)
            for (int i = 0; i < LARGE; i++) {
                assert_true(i == k || k == j || f.lower[at(LARGE, i, k)] * f.lower[at(LARGE, k, j)] == 0);
                assert_true(i == k || k == j || f.upper[at(LARGE, i, k)] * f.upper[at(LARGE, k, j)] == 0);
            }
    arena_free(&arena);
}

static void they_are_exact_in_their_type_and_not_in_a_narrower_one(void **state)
{
    (void)state;
    for (size_t t = 0; t < COUNT_OF(types); t++) {
        struct equations q;
        struct factors f;
        int wide = 0;

        equations_make_exact(&q, &f, &arena, 4, LARGE, COLUMNS, types[t]);
        for (int i = 0; i < LARGE * LARGE; i++) {
            assert_true(rounded(types[t], q.a[i]) == q.a[i] && q.a[i] * 2 == rint(q.a[i] * 2));
            wide += types[t] == NUMBER_FP64 ? (double)(float)f.upper[i] != f.upper[i] : (double)tf32_of_float((float)f.upper[i]) != f.upper[i];
        }
        for (int i = 0; i < LARGE * COLUMNS; i++)
            assert_true(rounded(types[t], q.b[i]) == q.b[i] && fabs(q.b[i]) * 8 < (types[t] == NUMBER_FP64 ? 0x1p53 : 0x1p24));
        assert_true(wide > LARGE * LARGE / 16);
        arena_free(&arena);
    }
}

static void a_singular_matrix_has_a_last_pivot_of_zero(void **state)
{
    struct equations q;
    struct factors f;

    (void)state;
    equations_make_singular(&q, &arena, 3, N, NUMBER_FP32);
    factor(&q, &f, NUMBER_FP32, 5);
    for (int j = 0; j < N; j++)
        assert_true((f.upper[at(N, j, j)] == 0) == (j == N - 1));
    arena_free(&arena);
}

static void an_indefinite_matrix_has_no_root_where_it_says(void **state)
{
    struct equations q;
    struct factors f, g;

    (void)state;
    equations_make_definite(&q, &f, &arena, 3, N, 1, 20);
    factor_symmetric(&q, &g, NUMBER_FP64, 1);
    for (int j = 0; j < 19; j++)
        assert_true(g.upper[at(N, j, j)] > 0);
    assert_true(isnan(g.upper[at(N, 19, 19)]));
    arena_free(&arena);
}

/* ---- Bounds ---- */

static double largest(double a, double b)
{
    return a > b ? a : b;
}

static void sound_solvers_stay_below_half_of_every_bound(void **state)
{
    (void)state;
    for (size_t t = 0; t < COUNT_OF(types); t++) {
        double worst = 0;

        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct equations q;
            struct factors f, known;

            equations_make_random(&q, &arena, seed, N, COLUMNS, types[t], false);
            factor(&q, &f, types[t], seed);
            worst = largest(worst, factors_error_lu(&q, &f, types[t]).ratio);
            worst = largest(worst, solution_error_lu(&q, &f, solve(&q, &f, types[t], seed), types[t]).ratio);
            equations_make_random(&q, &arena, seed, N, COLUMNS, types[t], true);
            factor_symmetric(&q, &f, types[t], seed);
            worst = largest(worst, factors_error_cholesky(&q, &f, types[t]).ratio);
            worst = largest(worst, solution_error_cholesky(&q, &f, solve_symmetric(&q, &f, types[t], seed), types[t]).ratio);
            equations_make_definite(&q, &known, &arena, seed, N, COLUMNS, 0);
            factor_symmetric(&q, &f, types[t], seed);
            worst = largest(worst, solution_error_known(&q, &known, solve_symmetric(&q, &f, types[t], seed), types[t]).ratio);
            arena_free(&arena);
        }
        assert_true(worst < 0.5);
    }
}

/* The limit itself, by the definition, beside one that is a little off in either direction. */
static void an_error_just_inside_passes_and_just_outside_does_not(void **state)
{
    /* 1 x 1: A = L U with u = a; |L| |U| = u, and g(1) of fp32 and of fp64. */
    double u = 0x1p-24, own = 0x1p-53, limit = u / (1 - u) + own / (1 - own), a = 1, l = 1, upper, x = 1, b = 1;
    int pivot = 1;
    struct equations q = { 1, 1, &a, &x, &b };
    struct factors f = { &l, &upper, &pivot };
    double given;

    (void)state;
    upper = 1 + limit * 0.999;
    assert_true(factors_error_lu(&q, &f, NUMBER_FP32).ratio < 1);
    upper = 1 + limit * 1.001;
    assert_true(factors_error_lu(&q, &f, NUMBER_FP32).ratio > 1);
    upper = 1;
    given = 1 + 3 * u * 0.999;
    assert_true(solution_error_lu(&q, &f, &given, NUMBER_FP32).ratio < 1);
    given = 1 + 3 * u * 1.001;
    assert_true(solution_error_lu(&q, &f, &given, NUMBER_FP32).ratio > 1);
    f.lower = NULL;
    f.pivots = NULL;
    upper = 1 + u * 0.999;              /* twice that in its square; g(2) */
    assert_true(factors_error_cholesky(&q, &f, NUMBER_FP32).ratio < 1);
    upper = 1 + u * 1.001;
    assert_true(factors_error_cholesky(&q, &f, NUMBER_FP32).ratio > 1);
    upper = 1;
    given = 1 + 4 * u * 0.999;
    assert_true(solution_error_cholesky(&q, &f, &given, NUMBER_FP32).ratio < 1);
    given = 1 + 4 * u * 1.001;
    assert_true(solution_error_cholesky(&q, &f, &given, NUMBER_FP32).ratio > 1);
    given = 1 + 4.04 * u * 0.999;
    assert_true(solution_error_known(&q, &f, &given, NUMBER_FP32).ratio < 1);
    given = 1 + 4.04 * u * 1.001;
    assert_true(solution_error_known(&q, &f, &given, NUMBER_FP32).ratio > 1);
}

static void one_element_in_any_place_that_is_off_by_a_little_is_caught(void **state)
{
    struct random r = { 8 };

    (void)state;
    for (uint64_t seed = 1; seed <= 15; seed++) {
        struct equations q;
        struct factors f;
        double *x;
        int i = random_integer(&r, 0, LARGE - 1), j = random_integer(&r, 0, COLUMNS - 1);

        equations_make_random(&q, &arena, seed, LARGE, COLUMNS, NUMBER_FP32, false);
        factor(&q, &f, NUMBER_FP32, seed);
        x = solve(&q, &f, NUMBER_FP32, seed);
        x[at(LARGE, i, j)] += 0x1p-10;
        assert_true(solution_error_lu(&q, &f, x, NUMBER_FP32).ratio > 1);
        assert_int_equal(solution_error_lu(&q, &f, x, NUMBER_FP32).column, j);
        x[at(LARGE, i, j)] = NAN;
        assert_true(isinf(solution_error_lu(&q, &f, x, NUMBER_FP32).ratio));
        memset(x, 0, LARGE * COLUMNS * sizeof *x);
        assert_true(solution_error_lu(&q, &f, x, NUMBER_FP32).ratio > 1);
        f.upper[at(LARGE, i / 2, i)] += 0.01;
        assert_true(factors_error_lu(&q, &f, NUMBER_FP32).ratio > 1);
        arena_free(&arena);
    }
}

/* So that a solution that is off by 1, or by a thousandth of it, is. */
static void the_known_solution_is_held_to_less_than_a_tenth(void **state)
{
    struct equations q;
    struct factors f;

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        double *x = arena_alloc(&arena, LARGE * COLUMNS * sizeof *x);

        equations_make_definite(&q, &f, &arena, seed, LARGE, COLUMNS, 0);
        for (int i = 0; i < LARGE; i++) {
            memcpy(x, q.x, LARGE * COLUMNS * sizeof *x);
            x[i] += 0.1;
            assert_true(solution_error_known(&q, &f, x, NUMBER_FP32).ratio > 1);
        }
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equations_that_need_no_rounding_are_solved_exactly_in_any_order),
        cmocka_unit_test(their_inverses_are_as_sparse_as_they_are),
        cmocka_unit_test(they_are_exact_in_their_type_and_not_in_a_narrower_one),
        cmocka_unit_test(a_singular_matrix_has_a_last_pivot_of_zero),
        cmocka_unit_test(an_indefinite_matrix_has_no_root_where_it_says),
        cmocka_unit_test(sound_solvers_stay_below_half_of_every_bound),
        cmocka_unit_test(an_error_just_inside_passes_and_just_outside_does_not),
        cmocka_unit_test(one_element_in_any_place_that_is_off_by_a_little_is_caught),
        cmocka_unit_test(the_known_solution_is_held_to_less_than_a_tenth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
