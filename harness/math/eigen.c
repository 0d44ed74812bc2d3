#include "math/eigen.h"

#include <math.h>

#include "math/random.h"

static size_t at(int n, int i, int j)
{
    return (size_t)j * (size_t)n + (size_t)i;
}

void eigen_make(struct eigen *e, struct arena *a, uint64_t seed, int n)
{
    struct random r = { seed };
    int *value = arena_alloc(a, (size_t)n * sizeof *value);

    *e = (struct eigen){ n, arena_alloc(a, (size_t)n * sizeof(int)), arena_alloc(a, (size_t)n * sizeof(double)),
                         arena_alloc(a, (size_t)n * (size_t)n * sizeof(double)) };
    for (int i = 0; i < n; i++) {
        int other = random_integer(&r, 0, i);

        e->v[i] = random_integer(&r, 0, 1) == 1 ? 1 : -1;
        value[i] = value[other];
        value[other] = i - n / 2;
    }
    for (int i = 0; i < n; i++)
        e->order[value[i] + n / 2] = i;
    /* v^T D v is the sum of D, -n / 2: H D H = D - (2 / n) v v^T (d_i + d_j + 1) */
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            e->a[at(n, i, j)] = (i == j ? value[i] : 0) - 2.0 / n * e->v[i] * e->v[j] * (value[i] + value[j] + 1);
}

double eigen_vector(const struct eigen *e, int i, int k)
{
    int column = e->order[k];

    return (i == column ? 1 : 0) - 2.0 / e->n * e->v[i] * e->v[column];
}

double eigen_limit(int n, enum number type)
{
    return 4.0 * n * unit_roundoff(type) * n / 2;
}

static void look(struct worst *w, double error, double limit, int row, int column)
{
    double ratio = isfinite(error) ? error / limit : INFINITY;

    if (ratio > w->ratio)
        *w = (struct worst){ ratio, row, column };
}

struct worst eigen_error_values(const struct eigen *e, const double *w, enum number type)
{
    struct worst worst = { 0, 0, 0 };

    for (int k = 0; k < e->n; k++)
        look(&worst, fabs(w[k] - (k - e->n / 2)), eigen_limit(e->n, type), k, 0);
    return worst;
}

struct worst eigen_error_residual(const struct eigen *e, const double *w, const double *z, enum number type)
{
    struct worst worst = { 0, 0, 0 };
    int n = e->n;

    for (int k = 0; k < n; k++) {
        double squares = 0, own = 0;

        for (int i = 0; i < n; i++) {
            double r = -w[k] * z[at(n, i, k)], size = fabs(r);

            for (int j = 0; j < n; j++) {
                double v = e->a[at(n, j, i)] * z[at(n, j, k)];          /* A is symmetric */

                r += v;
                size += fabs(v);
            }
            squares += r * r;
            own += size * size;
        }
        look(&worst, sqrt(squares), eigen_limit(n, type) + 0x1p-53 * (n + 2) * sqrt(own), k, 0);
    }
    return worst;
}

struct worst eigen_error_orthogonality(const struct eigen *e, const double *z, enum number type)
{
    struct worst worst = { 0, 0, 0 };
    int n = e->n;

    for (int k = 0; k < n; k++)
        for (int j = 0; j <= k; j++) {
            double sum = j == k ? -1 : 0;

            for (int i = 0; i < n; i++)
                sum += z[at(n, i, j)] * z[at(n, i, k)];
            look(&worst, fabs(sum), 4.0 * n * unit_roundoff(type) + 0x1p-53 * (n + 1), j, k);
        }
    return worst;
}

struct worst eigen_error_vectors(const struct eigen *e, const double *z, enum number type)
{
    struct worst worst = { 0, 0, 0 };
    int n = e->n;

    for (int k = 0; k < n; k++) {
        double along = 0;

        for (int i = 0; i < n; i++)
            along += eigen_vector(e, i, k) * z[at(n, i, k)];
        for (int i = 0; i < n; i++)
            look(&worst, fabs(z[at(n, i, k)] - (along < 0 ? -1 : 1) * eigen_vector(e, i, k)), sqrt(8) * eigen_limit(n, type), i, k);
    }
    return worst;
}
