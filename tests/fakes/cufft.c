/* The fake libcufft.so.12: mixed radices by the definition, in double precision.
 * Its lies: one NaN, one wrong element, zeros, nothing written; factors rounded to
 * TF32; each transform moved by one element; the inverse for the forward. */
#include "load/cufft.h"
#include "tests/fakes/gate.h"
#include "tests/fakes/number.h"

#include <stdlib.h>

FAKE_LIBRARY(CUFFT_SYMS)

const long fake_failure = 5;            /* CUFFT_INTERNAL_ERROR */

enum { PLANS_MAX = 16, PRIME_MAX = 2048, SUCCESS = 0, INVALID_PLAN = 1, INVALID_VALUE = 4, SETUP_FAILED = 7, INVALID_SIZE = 8 };

struct plan { bool used; int n, m, batch; cufftType type; };      /* m: the last dimension; n: the one before, or 1 */
struct number { double re, im; };

static struct plan plans[PLANS_MAX];

cufftResult fake_cufftGetVersion(int *version)
{
    *version = 12000;
    return SUCCESS;
}

cufftResult fake_cufftPlanMany(cufftHandle *made, int rank, int *n, int *in, int in_stride, int in_apart, int *out, int out_stride, int out_apart,
                               cufftType type, int batch)
{
    (void)in_stride;
    (void)in_apart;
    (void)out_stride;
    (void)out_apart;
    if (!fake_driver_serves())
        return SETUP_FAILED;
    if (rank < 1 || rank > 2 || in != NULL || out != NULL)
        return INVALID_VALUE;
    if (n[0] < 1 || n[rank - 1] < 1 || batch < 1)
        return INVALID_SIZE;
    for (int i = 0; i < PLANS_MAX; i++)
        if (!plans[i].used) {
            plans[i] = (struct plan){ true, rank == 2 ? n[0] : 1, n[rank - 1], batch, type };
            *made = i;
            return SUCCESS;
        }
    return fake_failure;
}

static struct plan *plan_of(cufftHandle h)
{
    return h >= 0 && h < PLANS_MAX && plans[h].used ? &plans[h] : NULL;
}

cufftResult fake_cufftDestroy(cufftHandle h)
{
    if (plan_of(h) == NULL)
        return INVALID_PLAN;
    plans[h].used = false;
    return SUCCESS;
}

/* ---- The transform ---- */

struct roots { int n; struct number *of; };

static struct number sum_of(const struct number *parts, int m, int p, int k, const struct roots *w, int step)
{
    struct number sum = { 0, 0 };

    for (int r = 0; r < p; r++) {
        struct number v = parts[r * m + k % m], root = w->of[(size_t)((long)r * k % (m * p)) * (size_t)step];

        sum.re += v.re * root.re - v.im * root.im;
        sum.im += v.re * root.im + v.im * root.re;
    }
    return sum;
}

static void transform(int n, const struct number *x, size_t stride, struct number *y, const struct roots *w)
{
    struct number sums[PRIME_MAX];
    int p = 2, m, step = w->n / n;

    if (n == 1) {
        *y = *x;
        return;
    }
    while (n % p != 0)
        p++;
    m = n / p;
    for (int r = 0; r < p; r++)
        transform(m, x + (size_t)r * stride, stride * (size_t)p, y + r * m, w);
    for (int k = 0; k < m && p == 2; k++) {
        struct number a = y[k], b = y[m + k], root = w->of[(size_t)k * (size_t)step];
        struct number turned = { b.re * root.re - b.im * root.im, b.re * root.im + b.im * root.re };

        y[k] = (struct number){ a.re + turned.re, a.im + turned.im };
        y[m + k] = (struct number){ a.re - turned.re, a.im - turned.im };
    }
    for (int k = 0; k < m && p > 2 && p <= PRIME_MAX; k++) {
        for (int q = 0; q < p; q++)
            sums[q] = sum_of(y, m, p, k + q * m, w, step);
        for (int q = 0; q < p; q++)
            y[k + q * m] = sums[q];
    }
}

static struct roots roots_of(int n, int sign)
{
    struct roots w = { n, malloc((size_t)n * sizeof *w.of) };

    for (int i = 0; i < n; i++) {
        double angle = sign * 2 * acos(-1) * i / n;

        w.of[i] = (struct number){ cos(angle), sin(angle) };
    }
    return w;
}

/* In place; rows of m, then columns of n. */
static void transform_all(int n, int m, struct number *v, int sign)
{
    struct roots of_rows = roots_of(m, sign), of_columns = roots_of(n, sign);
    struct number *line = malloc((size_t)(n > m ? n : m) * sizeof *line);

    for (int i = 0; i < n; i++) {
        transform(m, v + i * m, 1, line, &of_rows);
        memcpy(v + i * m, line, (size_t)m * sizeof *line);
    }
    for (int j = 0; j < m && n > 1; j++) {
        transform(n, v + j, (size_t)m, line, &of_columns);
        for (int i = 0; i < n; i++)
            v[i * m + j] = line[i];
    }
    free(line);
    free(of_rows.of);
    free(of_columns.of);
}

/* ---- What is in memory ---- */

static double get(const void *at, bool wide, size_t i)
{
    return wide ? ((const double *)at)[i]
         : fake_lie_is(IN_TF32) ? (double)fake_rounded(((const float *)at)[i], 13) : (double)((const float *)at)[i];
}

static void put(void *at, bool wide, size_t i, double v)
{
    if (wide)
        ((double *)at)[i] = v;
    else
        ((float *)at)[i] = (float)v;
}

static struct number element(const struct plan *p, const void *in, bool wide, int batch, int i, int j)
{
    size_t half = (size_t)p->m / 2 + 1, row = (size_t)batch * (size_t)p->n + (size_t)i, opposite = (size_t)batch * (size_t)p->n + (size_t)((p->n - i) % p->n);
    bool real = p->type == CUFFT_R2C || p->type == CUFFT_D2Z, halved = p->type == CUFFT_C2R || p->type == CUFFT_Z2D;
    size_t at = halved ? row * half + (size_t)j : row * (size_t)p->m + (size_t)j;

    if (real)
        return (struct number){ get(in, wide, at), 0 };
    if (halved && j > p->m / 2) {
        at = opposite * half + (size_t)(p->m - j);
        return (struct number){ get(in, wide, 2 * at), -get(in, wide, 2 * at + 1) };
    }
    return (struct number){ get(in, wide, 2 * at), get(in, wide, 2 * at + 1) };
}

/* How many numbers, complex ones counted twice. */
static size_t numbers(const struct plan *p, bool real, bool halved)
{
    return (size_t)p->batch * (size_t)p->n * (halved ? (size_t)p->m / 2 + 1 : (size_t)p->m) * (real ? 1 : 2);
}

static void spoil_wide(double *results, size_t n)
{
    if (fake_lie_is(NAN_RESULT))
        results[0] = (double)NAN;
    if (fake_lie_is(WRONG_RESULT))
        results[n - 1] += 1;
    if (fake_lie_is(ZERO_RESULT))
        memset(results, 0, n * sizeof *results);
    fake_spoil(NULL, 0);
}

static void execute_all(const struct plan *p, const void *in, void *out, bool wide, int sign)
{
    bool real_out = p->type == CUFFT_C2R || p->type == CUFFT_Z2D, halved = p->type == CUFFT_R2C || p->type == CUFFT_D2Z;
    size_t n = (size_t)p->n * (size_t)p->m, at = 0;
    struct number *v = malloc(n * sizeof *v);

    for (int b = 0; b < p->batch; b++) {
        for (int i = 0; i < p->n; i++)
            for (int j = 0; j < p->m; j++)
                v[i * p->m + j] = element(p, in, wide, b, i, fake_lie_is(SHIFTED_ROWS) ? (j + 1) % p->m : j);
        transform_all(p->n, p->m, v, sign);
        for (size_t k = 0; k < n; k++) {
            if (halved && k % (size_t)p->m > (size_t)p->m / 2)
                continue;
            put(out, wide, at++, v[k].re);
            if (!real_out)
                put(out, wide, at++, v[k].im);
        }
    }
    free(v);
}

static cufftResult execute(cufftHandle h, const void *in, void *out, bool wide, int sign, cufftType type)
{
    const struct plan *p = plan_of(h);
    bool real_in = type == CUFFT_R2C || type == CUFFT_D2Z, real_out = type == CUFFT_C2R || type == CUFFT_Z2D;
    size_t each = wide ? sizeof(double) : sizeof(float), n_out;

    if (p == NULL || p->type != type)
        return INVALID_PLAN;
    n_out = numbers(p, real_out, real_in);
    if (!fake_driver()->owns(in, numbers(p, real_in, real_out) * each) || !fake_driver()->owns(out, n_out * each)) {
        fake_driver()->late(700);
        return SUCCESS;
    }
    if (!fake_lie_is(STALE_RESULT))
        execute_all(p, in, out, wide, fake_lie_is(SWAPPED) ? -sign : sign);
    if (wide)
        spoil_wide(out, n_out);
    else
        fake_spoil(out, n_out);
    return SUCCESS;
}

cufftResult fake_cufftExecC2C(cufftHandle h, cufftComplex *in, cufftComplex *out, int sign) { return execute(h, in, out, false, sign, CUFFT_C2C); }
cufftResult fake_cufftExecR2C(cufftHandle h, cufftReal *in, cufftComplex *out) { return execute(h, in, out, false, CUFFT_FORWARD, CUFFT_R2C); }
cufftResult fake_cufftExecC2R(cufftHandle h, cufftComplex *in, cufftReal *out) { return execute(h, in, out, false, CUFFT_INVERSE, CUFFT_C2R); }
cufftResult fake_cufftExecZ2Z(cufftHandle h, cufftDoubleComplex *in, cufftDoubleComplex *out, int sign) { return execute(h, in, out, true, sign, CUFFT_Z2Z); }
cufftResult fake_cufftExecD2Z(cufftHandle h, cufftDoubleReal *in, cufftDoubleComplex *out) { return execute(h, in, out, true, CUFFT_FORWARD, CUFFT_D2Z); }
cufftResult fake_cufftExecZ2D(cufftHandle h, cufftDoubleComplex *in, cufftDoubleReal *out) { return execute(h, in, out, true, CUFFT_INVERSE, CUFFT_Z2D); }
