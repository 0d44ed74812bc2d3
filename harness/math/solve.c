#include "math/solve.h"

#include <math.h>
#include <string.h>

#include "math/random.h"

enum { IN_A_ROW = 8, IN_A_DEFINITE_ROW = 2 };

static double *doubles(struct arena *a, int rows, int columns)
{
    return arena_alloc(a, (size_t)rows * (size_t)columns * sizeof(double));
}

static size_t at(int n, int i, int j)
{
    return (size_t)j * (size_t)n + (size_t)i;
}

double unit_roundoff(enum number type)
{
    return type == NUMBER_FP64 ? 0x1p-53 : 0x1p-24;
}

/* B = A X. */
static void multiply(struct equations *q)
{
    memset(q->b, 0, (size_t)q->n * (size_t)q->columns * sizeof *q->b);
    for (int j = 0; j < q->columns; j++)
        for (int k = 0; k < q->n; k++)
            for (int i = 0; i < q->n; i++)
                q->b[at(q->n, i, j)] += q->a[at(q->n, i, k)] * q->x[at(q->n, k, j)];
}

static void allocate(struct equations *q, struct arena *a, int n, int columns)
{
    *q = (struct equations){ n, columns, doubles(a, n, n), doubles(a, n, columns), doubles(a, n, columns) };
}

/* ---- Exact equations ---- */

static bool *random_set(struct arena *a, struct random *r, int n)
{
    bool *in = arena_alloc(a, (size_t)n * sizeof *in);

    for (int i = 0; i < n; i++)
        in[i] = random_integer(r, 0, 1) == 1;
    return in;
}

static int random_sign(struct random *r)
{
    return random_integer(r, 0, 1) == 1 ? 1 : -1;
}

static void make_lower(double *l, struct random *r, const bool *in, int n)
{
    for (int i = 0; i < n; i++) {
        l[at(n, i, i)] = 1;
        for (int k = 0; k < IN_A_ROW && i > 0 && !in[i]; k++) {
            int j = random_integer(r, 0, i - 1);

            if (in[j])
                l[at(n, i, j)] = 0.5 * random_sign(r);
        }
    }
}

static void make_upper(double *u, struct random *r, const bool *in, int n, enum number type)
{
    uint64_t most = type == NUMBER_FP64 ? UINT64_C(1) << 31 : 1 << 12;

    for (int j = 0; j < n; j++) {
        u[at(n, j, j)] = random_sign(r);
        for (int i = 0; i < j; i++)
            if (in[i] && !in[j])
                u[at(n, i, j)] = random_sign(r) * (double)(random_next(r) % most | 1);
    }
}

/* A = L U; sums are exact. */
static void make_product(double *a, const double *l, const double *u, int n)
{
    for (int j = 0; j < n; j++)
        for (int k = 0; k <= j; k++)
            for (int i = k; i < n && u[at(n, k, j)] != 0; i++)
                a[at(n, i, j)] += l[at(n, i, k)] * u[at(n, k, j)];
}

/* Brings the rows into another order; pivots[] finds back. */
static void shuffle(struct arena *arena, double *a, struct random *r, int n, int *pivots)
{
    double *from = doubles(arena, n, n);
    int *where = arena_alloc(arena, (size_t)n * sizeof *where);     /* which row lies there */

    memcpy(from, a, (size_t)n * (size_t)n * sizeof *from);
    for (int i = 0; i < n; i++)
        where[i] = i;
    for (int i = n - 1; i > 0; i--) {
        int other = random_integer(r, 0, i), row = where[i];

        where[i] = where[other];
        where[other] = row;
    }
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            a[at(n, i, j)] = from[at(n, where[i], j)];
    for (int i = 0; i < n; i++) {
        int now = i;

        while (where[now] != i)
            now++;
        where[now] = where[i];
        pivots[i] = now + 1;
    }
}

static void make_integers(struct equations *q, struct random *r, int most)
{
    for (int i = 0; i < q->n * q->columns; i++)
        q->x[i] = random_integer(r, -most, most);
}

void equations_make_exact(struct equations *q, struct factors *f, struct arena *a, uint64_t seed, int n, int columns, enum number type)
{
    struct random r = { seed };
    const bool *in = random_set(a, &r, n);

    allocate(q, a, n, columns);
    *f = (struct factors){ doubles(a, n, n), doubles(a, n, n), arena_alloc(a, (size_t)n * sizeof(int)) };
    make_lower(f->lower, &r, in, n);
    make_upper(f->upper, &r, in, n, type);
    make_product(q->a, f->lower, f->upper, n);
    shuffle(a, q->a, &r, n, f->pivots);
    make_integers(q, &r, 1);
    multiply(q);
}

void equations_make_singular(struct equations *q, struct arena *a, uint64_t seed, int n, enum number type)
{
    struct factors f;

    equations_make_exact(q, &f, a, seed, n, 1, type);
    memset(q->a, 0, (size_t)n * (size_t)n * sizeof *q->a);
    f.upper[at(n, n - 1, n - 1)] = 0;
    make_product(q->a, f.lower, f.upper, n);
}

/* ---- Full mantissas ---- */

static double full(struct random *r, enum number type)
{
    double unit = ((double)(random_next(r) >> 11) * 0x1p-53 * 2 - 1) * sqrt(3);

    return type == NUMBER_FP64 ? unit : (double)(float)unit;
}

void equations_make_random(struct equations *q, struct arena *a, uint64_t seed, int n, int columns, enum number type, bool symmetric)
{
    struct random r = { seed };
    int *pivots = arena_alloc(a, (size_t)n * sizeof *pivots);

    allocate(q, a, n, columns);
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            q->a[at(n, i, j)] = i == j ? n : symmetric && i < j ? q->a[at(n, j, i)] : full(&r, type);
    for (int j = 0; j < n && symmetric; j++)
        for (int i = 0; i < j; i++)
            q->a[at(n, i, j)] = q->a[at(n, j, i)];
    if (!symmetric)
        shuffle(a, q->a, &r, n, pivots);
    for (int i = 0; i < n * columns; i++)
        q->x[i] = full(&r, type);
    multiply(q);
    for (int i = 0; i < n * columns && type != NUMBER_FP64; i++)
        q->b[i] = (double)(float)q->b[i];
}

/* ---- Positive definite ---- */

void equations_make_definite(struct equations *q, struct factors *f, struct arena *a, uint64_t seed, int n, int columns, int indefinite)
{
    struct random r = { seed };
    const bool *in = random_set(a, &r, n);

    allocate(q, a, n, columns);
    *f = (struct factors){ NULL, doubles(a, n, n), NULL };
    for (int i = 0; i < n; i++) {
        f->upper[at(n, i, i)] = 1;
        for (int k = 0; k < IN_A_DEFINITE_ROW && i < n - 1 && in[i]; k++) {
            int j = random_integer(&r, i + 1, n - 1);

            if (!in[j])
                f->upper[at(n, i, j)] = random_sign(&r);
        }
    }
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            for (int k = 0; k <= (i < j ? i : j); k++)
                q->a[at(n, i, j)] += f->upper[at(n, k, i)] * f->upper[at(n, k, j)];
    if (indefinite > 0)
        q->a[at(n, indefinite - 1, indefinite - 1)] -= 2;       /* 1 is left there of it, before the root */
    make_integers(q, &r, 4);
    multiply(q);
}
