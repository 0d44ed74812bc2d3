#include "math/solve.h"

#include <math.h>
#include <string.h>

static size_t at(int n, int i, int j)
{
    return (size_t)j * (size_t)n + (size_t)i;
}

static double gamma_of(double k, double u)
{
    return k * u / (1 - k * u);
}

static void look(struct worst *w, double error, double limit, int row, int column)
{
    double ratio = isfinite(error) && isfinite(limit) ? (error > 0 ? error / limit : 0) : INFINITY;

    if (!(ratio <= w->ratio))
        *w = (struct worst){ isnan(ratio) ? INFINITY : ratio, row, column };
}

void rows_swap(double *a, int n, int columns, const int *pivots)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < columns && pivots[i] >= 1 && pivots[i] <= n; j++) {
            double v = a[at(n, i, j)];

            a[at(n, i, j)] = a[at(n, pivots[i] - 1, j)];
            a[at(n, pivots[i] - 1, j)] = v;
        }
}

/* sum and size of the products of a row of L and a column of U, both as they are given: L by rows. */
static void add_up(const double *l, const double *u, int terms, double *sum, double *size)
{
    *sum = *size = 0;
    for (int k = 0; k < terms; k++) {
        double v = l[k] * u[k];

        *sum += v;
        *size += fabs(v);
    }
}

static double *transposed(struct arena *a, const double *from, int n)
{
    double *to = arena_alloc(a, (size_t)n * (size_t)n * sizeof *to);

    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            to[at(n, j, i)] = from[at(n, i, j)];
    return to;
}

struct worst factors_error_lu(const struct equations *q, const struct factors *f, enum number type)
{
    struct arena arena = { NULL };
    int n = q->n;
    double g = gamma_of(n, unit_roundoff(type)) + gamma_of(n, 0x1p-53), sum, size;
    double *a = arena_alloc(&arena, (size_t)n * (size_t)n * sizeof *a), *l = transposed(&arena, f->lower, n);
    struct worst w = { 0, 0, 0 };

    memcpy(a, q->a, (size_t)n * (size_t)n * sizeof *a);
    rows_swap(a, n, n, f->pivots);
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++) {
            add_up(l + at(n, 0, i), f->upper + at(n, 0, j), (i < j ? i : j) + 1, &sum, &size);
            look(&w, fabs(sum - a[at(n, i, j)]), g * size, i, j);
        }
    arena_free(&arena);
    return w;
}

struct worst factors_error_cholesky(const struct equations *q, const struct factors *f, enum number type)
{
    int n = q->n;
    double g = gamma_of(n + 1, unit_roundoff(type)) + gamma_of(n + 1, 0x1p-53), sum, size;
    struct worst w = { 0, 0, 0 };

    for (int j = 0; j < n; j++)
        for (int i = 0; i <= j; i++) {
            add_up(f->upper + at(n, 0, i), f->upper + at(n, 0, j), i + 1, &sum, &size);
            look(&w, fabs(sum - q->a[at(n, i, j)]), g * size, i, j);
        }
    return w;
}

/* |M| v, or |M^T| v. */
static void apply(const double *m, int n, bool of_transpose, const double *v, double *out)
{
    memset(out, 0, (size_t)n * sizeof *out);
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            out[of_transpose ? j : i] += fabs(m[at(n, i, j)]) * v[of_transpose ? i : j];
}

static void absolute(const double *x, int n, double *out)
{
    for (int i = 0; i < n; i++)
        out[i] = fabs(x[i]);
}

/* |L| |U| |x|, or |R^T| |R| |x|, in the rows of A. */
static void sizes_of(const struct equations *q, const struct factors *f, const double *x, double *sizes, double *room)
{
    int n = q->n;

    absolute(x, n, sizes);
    apply(f->upper, n, false, sizes, room);
    apply(f->lower != NULL ? f->lower : f->upper, n, f->lower == NULL, room, sizes);
    for (int i = n - 1; i >= 0 && f->pivots != NULL; i--) {
        int other = f->pivots[i] - 1;

        if (other >= 0 && other < n) {
            double v = sizes[i];

            sizes[i] = sizes[other];
            sizes[other] = v;
        }
    }
}

static struct worst solution_error(const struct equations *q, const struct factors *f, const double *x, double g)
{
    struct arena arena = { NULL };
    int n = q->n;
    double *r = arena_alloc(&arena, (size_t)n * sizeof *r), *own = arena_alloc(&arena, (size_t)n * sizeof *own);
    double *sizes = arena_alloc(&arena, (size_t)n * sizeof *sizes), *room = arena_alloc(&arena, (size_t)n * sizeof *room);
    struct worst w = { 0, 0, 0 };

    for (int j = 0; j < q->columns; j++) {
        const double *v = x + at(n, 0, j), *b = q->b + at(n, 0, j);

        absolute(b, n, own);
        memcpy(r, b, (size_t)n * sizeof *r);
        for (int k = 0; k < n; k++)
            for (int i = 0; i < n; i++) {
                r[i] -= q->a[at(n, i, k)] * v[k];
                own[i] += fabs(q->a[at(n, i, k)] * v[k]);
            }
        sizes_of(q, f, v, sizes, room);
        for (int i = 0; i < n; i++)
            look(&w, fabs(r[i]), g * sizes[i] + gamma_of(n + 1, 0x1p-53) * own[i], i, j);
    }
    arena_free(&arena);
    return w;
}

struct worst solution_error_lu(const struct equations *q, const struct factors *f, const double *x, enum number type)
{
    return solution_error(q, f, x, gamma_of(3.0 * q->n, unit_roundoff(type)));
}

struct worst solution_error_cholesky(const struct equations *q, const struct factors *f, const double *x, enum number type)
{
    return solution_error(q, f, x, gamma_of(3.0 * q->n + 1, unit_roundoff(type)));
}

/* R^-1 = I - N: as large, element by element, as R. */
struct worst solution_error_known(const struct equations *q, const struct factors *f, const double *x, enum number type)
{
    struct arena arena = { NULL };
    int n = q->n;
    double g = 1.01 * gamma_of(3.0 * n + 1, unit_roundoff(type));
    double *sizes = arena_alloc(&arena, (size_t)n * sizeof *sizes), *room = arena_alloc(&arena, (size_t)n * sizeof *room);
    struct worst w = { 0, 0, 0 };

    for (int j = 0; j < q->columns; j++) {
        const double *v = x + at(n, 0, j);

        sizes_of(q, f, v, sizes, room);
        apply(f->upper, n, true, sizes, room);
        apply(f->upper, n, false, room, sizes);
        for (int i = 0; i < n; i++)
            look(&w, fabs(v[i] - q->x[at(n, i, j)]), g * sizes[i], i, j);
    }
    arena_free(&arena);
    return w;
}
