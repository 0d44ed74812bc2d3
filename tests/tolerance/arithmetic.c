#include "tests/tolerance/tolerance.h"

#include <math.h>
#include <stdlib.h>

enum { TERMS_MAX = 1 << 14, PARTS_MAX = 16, STOCK = 1 << 14, TYPES = NUMBER_INT32 + 1 };

double rounded(enum number type, double v)
{
    return number_value(type, number_bits(type, v));
}

double real_of(enum number type, struct random *r)
{
    static double stock[TYPES][STOCK];
    static bool filled[TYPES];

    for (int i = 0; i < STOCK && !filled[type]; i++)
        stock[type][i] = rounded(type, (double)random_unit(r));
    filled[type] = true;
    return stock[type][random_next(r) % STOCK];
}

float within_units(double v, double units, struct random *r)
{
    return (float)(v * (1 + units * 0x1p-23 * (double)random_unit(r) / sqrt(3)));
}

int some_number(int most, struct random *r)
{
    return (int)exp2(log2(most + 1) * (double)(random_next(r) >> 11) * 0x1p-53);
}

double root_share(double errors, double squares, double limit)
{
    return isfinite(errors) ? sqrt(errors / squares / limit) : INFINITY;
}

/* ---- Sums ---- */

static double toward_zero(double v, double step, double inverse)
{
    return trunc(v * inverse) * step;
}

static double cut_to(double v, int fraction)
{
    int e;

    if (v == 0)
        return 0;
    e = ilogb(v) - fraction;
    return toward_zero(v, ldexp(1, e), ldexp(1, -e));
}

static double instruction(const double *terms, int n, double sum, const struct arithmetic *how)
{
    double largest = fabs(sum), step, inverse;
    int e;

    for (int i = 0; i < n; i++)
        largest = fmax(largest, fabs(terms[i]));
    if (largest == 0)
        return 0;
    e = ilogb(largest) - how->kept;
    step = ldexp(1, e);
    inverse = ldexp(1, -e);
    sum = toward_zero(sum, step, inverse);
    for (int i = 0; i < n; i++)
        sum += toward_zero(terms[i], step, inverse);
    return cut_to(sum, how->fraction);
}

static double by_tensor_core(const double *terms, int k, const struct arithmetic *how)
{
    double sum = 0, part = 0;

    for (int i = 0; i < k; i += how->at_once) {
        part = instruction(terms + i, k - i < how->at_once ? k - i : how->at_once, part, how);
        if (how->promoted_each > 0 && (i + how->at_once) % how->promoted_each == 0) {
            sum = (double)(float)(sum + part);
            part = 0;
        }
    }
    return (double)(float)(sum + part);
}

/* Pairs at random, each sum rounded. */
static double in_a_tree(double *terms, int n, struct random *r)
{
    while (n > 1) {
        int x = random_integer(r, 0, n - 1);
        double v = terms[x];

        terms[x] = terms[--n];
        x = random_integer(r, 0, n - 1);
        terms[x] = (double)(float)(terms[x] + v);
    }
    return terms[0];
}

/* One after the other: fused, or each product rounded first; or products in a tree. */
static double by_fp32(const double *terms, int k, struct random *r)
{
    static double copy[TERMS_MAX];
    int way = random_integer(r, 0, 2);
    double sum = 0;

    for (int i = 0; i < k && way < 2; i++)
        sum = (double)(float)(sum + (way == 0 ? terms[i] : (double)(float)terms[i]));
    for (int i = 0; i < k && way == 2; i++)
        copy[i] = (double)(float)terms[i];
    return way == 2 ? in_a_tree(copy, k, r) : sum;
}

double summed(const double *terms, int k, struct arithmetic how, struct random *r)
{
    static double mixed[TERMS_MAX];
    double parts[PARTS_MAX];
    int n = some_number(k < PARTS_MAX ? k : PARTS_MAX, r), at = 0;

    for (int i = 0; i < k; i++) {
        int x = random_integer(r, 0, i);

        mixed[i] = mixed[x];
        mixed[x] = terms[i];
    }
    for (int i = 0; i < n; i++) {
        int left = n - 1 - i, end = left == 0 ? k : random_integer(r, at + 1, k - left);

        parts[i] = how.at_once > 0 ? by_tensor_core(mixed + at, end - at, &how) : by_fp32(mixed + at, end - at, r);
        at = end;
    }
    return in_a_tree(parts, n, r);
}
