/* The fake libcusolver.so.12: LAPACK's definitions in plain loops, once for each type. Sums are kept in fp64
 * and rounded to the type as they are stored. FAKE_INFO: the code that is told whatever happened. */
#include "load/cusolver.h"
#include "tests/fakes/gate.h"
#include "tests/fakes/product.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

FAKE_LIBRARY(CUSOLVER_SYMS)

const long fake_failure = 7;            /* CUSOLVER_STATUS_INTERNAL_ERROR */

enum { INVALID_VALUE = 3, SWEEPS = 30 };

struct cusolverDnContext { int unused; };

cusolverStatus_t fake_cusolverDnCreate(cusolverDnHandle_t *h)
{
    if (!fake_driver_serves())
        return 1;
    *h = calloc(1, sizeof **h);
    return 0;
}

cusolverStatus_t fake_cusolverDnDestroy(cusolverDnHandle_t h)
{
    free(h);
    return 0;
}

cusolverStatus_t fake_cusolverGetProperty(libraryPropertyType which, int *value)
{
    static const int version[] = { 12, 0, 4 };

    if (which < 0 || which > 2)
        return INVALID_VALUE;
    *value = version[which];
    return 0;
}

/* An operand in device memory. */
struct matrix { void *at; int type, rows, columns, ld; };

static double get(const struct matrix *m, int i, int j)
{
    return fake_get(m->at, m->type, (size_t)j * (size_t)m->ld + (size_t)i);
}

/* Rounded to the type; or its factors' bits cut, if that was ordered. */
static void put(const struct matrix *m, int i, int j, double v)
{
    if (m->type == CUDA_R_32F && fake_lie_is(IN_TF32))
        v = fake_in_tf32(v);
    fake_put(m->at, m->type, (size_t)j * (size_t)m->ld + (size_t)i, v);
}

static bool is_there(const struct matrix *m)
{
    size_t last = (size_t)(m->columns - 1) * (size_t)m->ld + (size_t)m->rows;

    return fake_driver()->owns(m->at, last * fake_type_bytes(m->type));
}

static cusolverStatus_t look(cusolverDnHandle_t h, const struct matrix *a, const struct matrix *b, const void *info)
{
    if (h == NULL)
        return 1;
    if (a->rows < 1 || a->ld < a->rows || (b != NULL && b->ld < b->rows))
        return INVALID_VALUE;
    if (!is_there(a) || (b != NULL && !is_there(b)) || !fake_driver()->owns(info, sizeof(int))) {
        fake_driver()->late(700);
        return -1;
    }
    return 0;
}

static int told(int info)
{
    return (int)fake_number("FAKE_INFO", info);
}

/* ---- Lies about a result ---- */

/* What was there before, for a result that is never written. */
static void *kept(const struct matrix *m)
{
    size_t bytes = ((size_t)(m->columns - 1) * (size_t)m->ld + (size_t)m->rows) * fake_type_bytes(m->type);
    void *copy = malloc(bytes);

    memcpy(copy, m->at, bytes);
    return copy;
}

static void shift(const struct matrix *m)
{
    for (int j = 0; j < m->columns; j++) {
        double first = get(m, 0, j);

        for (int i = 0; i + 1 < m->rows; i++)
            put(m, i, j, get(m, i + 1, j));
        put(m, m->rows - 1, j, first);
    }
}

static void lie(const struct matrix *m, void *before)
{
    size_t bytes = ((size_t)(m->columns - 1) * (size_t)m->ld + (size_t)m->rows) * fake_type_bytes(m->type), column = (size_t)(m->columns - 1) * (size_t)m->ld;
    float nothing;

    if (fake_lie_is(STALE_RESULT))
        memcpy(m->at, before, bytes);
    if (fake_lie_is(SHIFTED_ROWS))
        shift(m);
    for (int j = 0; j < m->columns && fake_lie_is(ZERO_RESULT); j++)
        for (int i = 0; i < m->rows; i++)
            put(m, i, j, 0);
    fake_spoil_element(m->at, m->type, column, column + (size_t)m->rows - 1);
    fake_spoil(&nothing, 0);            /* the order is carried out */
    free(before);
}

/* ---- LU ---- */

static void swap_rows(const struct matrix *m, int i, int other)
{
    for (int j = 0; j < m->columns && i != other; j++) {
        double v = get(m, i, j);

        put(m, i, j, get(m, other, j));
        put(m, other, j, v);
    }
}

static int pivot_of(const struct matrix *a, int k)
{
    int best = k;

    for (int i = k + 1; i < a->rows; i++)
        if (fabs(get(a, i, k)) > fabs(get(a, best, k)))
            best = i;
    return best;
}

static int factor(const struct matrix *a, int *pivots)
{
    int first = 0, n = a->rows;

    for (int k = 0; k < n; k++) {
        int pivot = pivot_of(a, k);

        pivots[k] = pivot + 1;
        swap_rows(a, k, pivot);
        if (get(a, k, k) == 0) {
            first = first == 0 ? k + 1 : first;
            continue;
        }
        for (int i = k + 1; i < n; i++)
            put(a, i, k, get(a, i, k) / get(a, k, k));
        for (int j = k + 1; j < n; j++)
            for (int i = k + 1; i < n && get(a, k, j) != 0; i++)
                put(a, i, j, get(a, i, j) - get(a, i, k) * get(a, k, j));
    }
    return first;
}

/* Solves with a triangle of the matrix, or of its transpose; `unit`: with 1 on its diagonal. */
static void solve(const struct matrix *t, bool lower, bool transposed, bool unit, const struct matrix *b)
{
    int n = t->rows;
    bool down = lower != transposed;

    for (int j = 0; j < b->columns; j++)
        for (int step = 0; step < n; step++) {
            int i = down ? step : n - 1 - step;
            double sum = get(b, i, j);

            for (int k = down ? 0 : i + 1; k < (down ? i : n); k++)
                sum -= (transposed ? get(t, k, i) : get(t, i, k)) * get(b, k, j);
            put(b, i, j, unit ? sum : sum / get(t, i, i));
        }
}

static cusolverStatus_t getrf(cusolverDnHandle_t h, struct matrix a, int *pivots, int *info)
{
    cusolverStatus_t code = look(h, &a, NULL, info);
    void *before;

    if (code != 0)
        return code < 0 ? 0 : code;
    before = kept(&a);
    *info = told(factor(&a, pivots));
    lie(&a, before);
    return 0;
}

static cusolverStatus_t getrs(cusolverDnHandle_t h, cublasOperation_t op, struct matrix a, const int *pivots, struct matrix b, int *info)
{
    cusolverStatus_t code = look(h, &a, &b, info);
    void *before;

    if (code != 0 || op != CUBLAS_OP_N)
        return code < 0 ? 0 : code != 0 ? code : INVALID_VALUE;
    before = kept(&b);
    for (int i = 0; i < b.rows; i++)
        swap_rows(&b, i, pivots[i] - 1);
    solve(&a, true, fake_lie_is(SWAPPED), true, &b);
    solve(&a, false, fake_lie_is(SWAPPED), false, &b);
    if (fake_number("FAKE_UNTOLD", 0) == 0)
        *info = told(0);
    lie(&b, before);
    return 0;
}

/* ---- Cholesky ---- */

static cusolverStatus_t potrf(cusolverDnHandle_t h, cublasFillMode_t side, struct matrix a, int *info)
{
    cusolverStatus_t code = look(h, &a, NULL, info);
    bool lower = side == CUBLAS_FILL_MODE_LOWER;
    void *before;

    if (code != 0)
        return code < 0 ? 0 : code;
    before = kept(&a);
    *info = 0;
    for (int j = 0; j < a.rows && *info == 0; j++)
        for (int i = j; i < a.rows && *info == 0; i++) {
            double sum = lower ? get(&a, i, j) : get(&a, j, i);

            for (int k = 0; k < j; k++)
                sum -= lower ? get(&a, i, k) * get(&a, j, k) : get(&a, k, i) * get(&a, k, j);
            if (i == j && !(sum > 0))
                *info = j + 1;
            else
                put(&a, lower ? i : j, lower ? j : i, i == j ? sqrt(sum) : sum / get(&a, j, j));
        }
    *info = told(*info);
    lie(&a, before);
    return 0;
}

static cusolverStatus_t potrs(cusolverDnHandle_t h, cublasFillMode_t side, struct matrix a, struct matrix b, int *info)
{
    cusolverStatus_t code = look(h, &a, &b, info);
    bool lower = side == CUBLAS_FILL_MODE_LOWER;
    void *before;

    if (code != 0)
        return code < 0 ? 0 : code;
    before = kept(&b);
    solve(&a, lower, !lower, false, &b);
    solve(&a, lower, lower, false, &b);
    if (fake_number("FAKE_UNTOLD", 0) == 0)
        *info = told(0);
    lie(&b, before);
    return 0;
}

/* ---- Eigenvalues: Jacobi's rotations, wider than fp64, for many of them add up ---- */

static void rotate(long double *a, long double *z, int n, int p, int q)
{
    long double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[q * n + p]), t = (theta < 0 ? -1 : 1) / (fabsl(theta) + sqrtl(theta * theta + 1));
    long double c = 1 / sqrtl(t * t + 1), s = t * c;

    for (int i = 0; i < n; i++) {
        long double x = a[p * n + i], y = a[q * n + i], v = z[p * n + i], w = z[q * n + i];

        a[p * n + i] = c * x - s * y;
        a[q * n + i] = s * x + c * y;
        z[p * n + i] = c * v - s * w;
        z[q * n + i] = s * v + c * w;
    }
    for (int i = 0; i < n; i++) {
        long double x = a[i * n + p], y = a[i * n + q];

        a[i * n + p] = c * x - s * y;
        a[i * n + q] = s * x + c * y;
    }
}

/* The vectors are multiplied up out of the rotations, as a library does by products of reflectors: `cut`, of factors in tf32. */
static void diagonalise(long double *a, long double *z, int n, bool cut)
{
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                if (fabsl(a[q * n + p]) > 1e-17L) {
                    for (int i = 0; i < 2 * n && cut; i++) {
                        long double *v = &z[(i < n ? p : q) * n + i % n];

                        *v = (long double)fake_in_tf32((double)*v);
                    }
                    rotate(a, z, n, p, q);
                }
}

static int smallest(const long double *w, const bool *taken, int n)
{
    int best = -1;

    for (int i = 0; i < n; i++)
        if (!taken[i] && (best < 0 || w[i * n + i] < w[best * n + best]))
            best = i;
    return best;
}

static cusolverStatus_t syevd(cusolverDnHandle_t h, cusolverEigMode_t mode, cublasFillMode_t side, struct matrix a, void *values, int *info)
{
    struct matrix w = { values, a.type, a.rows, 1, a.rows };
    cusolverStatus_t code = look(h, &a, &w, info);
    int n = a.rows;
    long double *full, *z;
    bool *taken;
    void *before;

    if (code != 0 || mode != CUSOLVER_EIG_MODE_VECTOR)
        return code < 0 ? 0 : code != 0 ? code : INVALID_VALUE;
    before = kept(&a);
    full = calloc((size_t)n * (size_t)n, sizeof *full);
    z = calloc((size_t)n * (size_t)n, sizeof *z);
    taken = calloc((size_t)n, sizeof *taken);
    for (int j = 0; j < n; j++) {
        z[j * n + j] = 1;
        for (int i = 0; i < n; i++)
            full[j * n + i] = (i >= j) == (side == CUBLAS_FILL_MODE_LOWER) ? get(&a, i, j) : get(&a, j, i);
    }
    diagonalise(full, z, n, a.type == CUDA_R_32F && fake_lie_is(IN_TF32));
    for (int k = 0; k < n; k++) {
        int from = smallest(full, taken, n);

        taken[from] = true;
        put(&w, k, 0, (double)full[from * n + from]);
        for (int i = 0; i < n; i++)
            put(&a, fake_lie_is(SWAPPED) ? k : i, fake_lie_is(SWAPPED) ? i : k, (double)z[from * n + i]);
    }
    *info = told(0);
    free(full);
    free(z);
    free(taken);
    lie(&a, before);
    return 0;
}

/* ---- The entries: each for both types ---- */

#define ENTRIES(letter, type, number) \
    cusolverStatus_t fake_cusolverDn##letter##getrf_bufferSize(cusolverDnHandle_t h, int m, int n, type *a, int ld, int *room) \
    { \
        (void)a; \
        *room = n * 8; \
        return h == NULL ? 1 : m != n || ld < n ? INVALID_VALUE : 0; \
    } \
    cusolverStatus_t fake_cusolverDn##letter##getrf(cusolverDnHandle_t h, int m, int n, type *a, int ld, type *work, int *pivots, int *info) \
    { \
        if (m != n || !fake_driver()->owns(work, (size_t)n * 8 * sizeof *work) || !fake_driver()->owns(pivots, (size_t)n * sizeof *pivots)) \
            return INVALID_VALUE; \
        return getrf(h, (struct matrix){ a, number, n, n, ld }, pivots, info); \
    } \
    cusolverStatus_t fake_cusolverDn##letter##getrs(cusolverDnHandle_t h, cublasOperation_t op, int n, int columns, const type *a, int lda, const int *pivots, \
                                                    type *b, int ldb, int *info) \
    { \
        return getrs(h, op, (struct matrix){ (void *)(uintptr_t)a, number, n, n, lda }, pivots, (struct matrix){ b, number, n, columns, ldb }, info); \
    } \
    cusolverStatus_t fake_cusolverDn##letter##potrf_bufferSize(cusolverDnHandle_t h, cublasFillMode_t side, int n, type *a, int ld, int *room) \
    { \
        (void)a; \
        *room = n * 4; \
        return h == NULL ? 1 : ld < n || side < 0 || side > 1 ? INVALID_VALUE : 0; \
    } \
    cusolverStatus_t fake_cusolverDn##letter##potrf(cusolverDnHandle_t h, cublasFillMode_t side, int n, type *a, int ld, type *work, int room, int *info) \
    { \
        if (room < n * 4 || !fake_driver()->owns(work, (size_t)room * sizeof *work)) \
            return INVALID_VALUE; \
        return potrf(h, side, (struct matrix){ a, number, n, n, ld }, info); \
    } \
    cusolverStatus_t fake_cusolverDn##letter##potrs(cusolverDnHandle_t h, cublasFillMode_t side, int n, int columns, const type *a, int lda, type *b, int ldb, \
                                                    int *info) \
    { \
        return potrs(h, side, (struct matrix){ (void *)(uintptr_t)a, number, n, n, lda }, (struct matrix){ b, number, n, columns, ldb }, info); \
    } \
    cusolverStatus_t fake_cusolverDn##letter##syevd_bufferSize(cusolverDnHandle_t h, cusolverEigMode_t mode, cublasFillMode_t side, int n, const type *a, int ld, \
                                                               const type *w, int *room) \
    { \
        (void)mode; \
        (void)side; \
        (void)a; \
        (void)w; \
        *room = n * 16; \
        return h == NULL ? 1 : ld < n ? INVALID_VALUE : 0; \
    } \
    cusolverStatus_t fake_cusolverDn##letter##syevd(cusolverDnHandle_t h, cusolverEigMode_t mode, cublasFillMode_t side, int n, type *a, int ld, type *w, type *work, \
                                                    int room, int *info) \
    { \
        if (room < n * 16 || !fake_driver()->owns(work, (size_t)room * sizeof *work)) \
            return INVALID_VALUE; \
        return syevd(h, mode, side, (struct matrix){ a, number, n, n, ld }, w, info); \
    }

ENTRIES(S, float, CUDA_R_32F)
ENTRIES(D, double, CUDA_R_64F)
