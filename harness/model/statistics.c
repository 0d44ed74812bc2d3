#include "model/statistics.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static const double pi = 3.14159265358979323846;
static const double doubt = 0.01;               /* what the interval leaves out */

enum { FIGURES_MAX = 256, ROUNDS_MAX = 200 };

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Of at most FIGURES_MAX: a measurement of more rounds than that is cut there. */
static double median_of_copy(double *x, size_t n)
{
    qsort(x, n, sizeof *x, by_size);
    return n % 2 == 1 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

static size_t copy(double *to, const double *x, size_t n)
{
    n = n < FIGURES_MAX ? n : FIGURES_MAX;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]))
            return 0;
        to[i] = x[i];
    }
    return n;
}

double statistics_median(const double *x, size_t n)
{
    double sorted[FIGURES_MAX];

    n = copy(sorted, x, n);
    return n > 0 ? median_of_copy(sorted, n) : (double)NAN;
}

double statistics_mad(const double *x, size_t n)
{
    double middle = statistics_median(x, n), off[FIGURES_MAX];

    n = copy(off, x, n);
    for (size_t i = 0; i < n; i++)
        off[i] = fabs(off[i] - middle);
    return n > 0 ? 1.4826 * median_of_copy(off, n) : (double)NAN;
}

/* The finite series for a whole number of degrees of freedom (Abramowitz and Stegun,
 * "Handbook of Mathematical Functions", 26.7.3 and 26.7.4). */
double student_p(double t, size_t freedom)
{
    const double angle = atan(fabs(t) / sqrt((double)freedom)), c = cos(angle), s = sin(angle);
    const size_t first = freedom % 2;
    double term = first == 1 ? c : 1, sum = 0, inside;

    for (size_t power = first; power + 2 <= freedom; power += 2) {
        sum += term;
        term *= c * c * (double)(power + 1) / (double)(power + 2);
    }
    inside = first == 1 ? 2 / pi * (angle + s * sum) : s * sum;
    return inside < 1 ? 1 - inside : 0;
}

double student_t(double p, size_t freedom)
{
    double low = 0, high = 1;

    while (student_p(high, freedom) > p && high < DBL_MAX / 4)
        high *= 2;
    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2;

        if (student_p(middle, freedom) > p)
            low = middle;
        else
            high = middle;
    }
    return high;
}

struct lot { size_t n; double mean, variance; };        /* of logarithms */

static bool lot_of(struct lot *l, const double *x, size_t n)
{
    *l = (struct lot){ .n = n };
    for (size_t i = 0; i < n; i++) {
        if (!(x[i] > 0) || !isfinite(x[i]))
            return false;
        l->mean += log(x[i]) / (double)n;
    }
    for (size_t i = 0; i < n; i++)
        l->variance += (log(x[i]) - l->mean) * (log(x[i]) - l->mean) / (double)(n - 1);
    return true;
}

/* Welch and Satterthwaite's, rounded down, which widens the interval. */
static size_t freedom_of(const struct lot *a, const struct lot *b)
{
    const double va = a->variance / (double)a->n, vb = b->variance / (double)b->n;
    const double most = (double)(a->n + b->n - 2);
    const double parts = va * va / (double)(a->n - 1) + vb * vb / (double)(b->n - 1);
    const double freedom = parts > 0 ? (va + vb) * (va + vb) / parts : most;

    return (size_t)fmax(1, floor(fmin(freedom, most) * (1 + DBL_EPSILON)));
}

bool ratio_of(struct ratio *r, const double *a, size_t n_a, const double *b, size_t n_b)
{
    struct lot x, y;
    double middle, error, reach;
    size_t freedom;

    if (n_a < 2 || n_b < 2 || !lot_of(&x, a, n_a) || !lot_of(&y, b, n_b))
        return false;
    middle = y.mean - x.mean;
    error = sqrt(x.variance / (double)x.n + y.variance / (double)y.n);
    freedom = freedom_of(&x, &y);
    reach = student_t(doubt, freedom) * error;
    *r = (struct ratio){
        .middle = exp(middle), .low = exp(middle - reach), .high = exp(middle + reach),
        .p = error > 0 ? student_p(middle / error, freedom) : middle == 0 ? 1 : 0,
        .spread = sqrt((x.variance + y.variance) / 2), .n = n_a < n_b ? n_a : n_b,
    };
    return true;
}

/* Half the interval, of the logarithm, that so many rounds of each would have. */
static double reach_with(const struct ratio *r, size_t n)
{
    return student_t(doubt, 2 * n - 2) * r->spread * sqrt(2 / (double)n);
}

size_t ratio_rounds(const struct ratio *r, double margin)
{
    const double room = fabs(fabs(log(r->middle)) - log1p(margin));
    size_t few = r->n, enough = ROUNDS_MAX;

    if (reach_with(r, ROUNDS_MAX) >= room)
        return 0;
    while (few < enough) {
        size_t n = (few + enough) / 2;

        if (reach_with(r, n) < room)
            enough = n;
        else
            few = n + 1;
    }
    return enough;
}
