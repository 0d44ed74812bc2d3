#include "math/conv.h"

#include <math.h>

#include "math/random.h"

void conv_fill_shape(struct conv_shape *s)
{
    s->p = (s->h + 2 * s->pad - s->r) / s->stride + 1;
    s->q = (s->w + 2 * s->pad - s->s) / s->stride + 1;
}

size_t conv_count_x(const struct conv_shape *s)
{
    return (size_t)s->n * (size_t)s->c * (size_t)s->h * (size_t)s->w;
}

size_t conv_count_w(const struct conv_shape *s)
{
    return (size_t)s->k * (size_t)s->c * (size_t)s->r * (size_t)s->s;
}

size_t conv_count_y(const struct conv_shape *s)
{
    return (size_t)s->n * (size_t)s->k * (size_t)s->p * (size_t)s->q;
}

static size_t count_output(const struct conv_shape *s, enum conv_way way)
{
    return way == CONV_FORWARD ? conv_count_y(s) : way == CONV_BACKWARD_DATA ? conv_count_x(s) : conv_count_w(s);
}

const char *conv_way_name(enum conv_way way)
{
    static const char *const names[] = { "forward", "backward_data", "backward_filter" };

    return names[way];
}

int conv_terms(const struct conv_shape *s, enum conv_way way)
{
    return way == CONV_FORWARD ? s->c * s->r * s->s : way == CONV_BACKWARD_DATA ? s->k * s->r * s->s : s->n * s->p * s->q;
}

/* ---- The reference ---- */

/* All products of one element of a filter with one row of x and of y. */
static void one_row(enum conv_way way, int n, int step, const float *x, const float *w, const float *y, double *out)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        switch (way) {
        case CONV_FORWARD:         out[i] += (double)*w * (double)x[i * step]; break;
        case CONV_BACKWARD_DATA:   out[i * step] += (double)*w * (double)y[i]; break;
        case CONV_BACKWARD_FILTER: sum += (double)x[i * step] * (double)y[i]; break;
        }
    if (way == CONV_BACKWARD_FILTER)
        *out += sum;
}

/* ... with one plane of each. at_x, at_w, at_y: where they begin. */
static void one_plane(const struct conv_shape *s, enum conv_way way, int r, int column, const size_t at[3],
                      const float *x, const float *w, const float *y, double *out)
{
    int left = column - s->pad, first = left < 0 ? (-left + s->stride - 1) / s->stride : 0, n = 0;

    while (first + n < s->q && (first + n) * s->stride + left < s->w)
        n++;
    for (int p = 0; p < s->p; p++) {
        int h = p * s->stride + r - s->pad;
        size_t ix = at[0] + (size_t)(h * s->w + first * s->stride + left), iy = at[2] + (size_t)(p * s->q + first);

        if (h >= 0 && h < s->h)
            one_row(way, n, s->stride, way == CONV_BACKWARD_DATA ? NULL : x + ix, way == CONV_BACKWARD_FILTER ? NULL : w + at[1],
                    way == CONV_FORWARD ? NULL : y + iy, out + (way == CONV_FORWARD ? iy : way == CONV_BACKWARD_DATA ? ix : at[1]));
    }
}

void conv_compute(const struct conv_shape *s, enum conv_way way, const float *x, const float *w, const float *y, double *out)
{
    for (size_t i = 0; i < count_output(s, way); i++)
        out[i] = 0;
    for (int n = 0; n < s->n; n++)
        for (int k = 0; k < s->k; k++)
            for (int c = 0; c < s->c; c++)
                for (int i = 0; i < s->r * s->s; i++) {
                    const size_t at[3] = { (size_t)(n * s->c + c) * (size_t)(s->h * s->w), (size_t)((k * s->c + c) * s->r * s->s + i),
                                           (size_t)(n * s->k + k) * (size_t)(s->p * s->q) };

                    one_plane(s, way, i / s->s, i % s->s, at, x, w, y, out);
                }
}

/* ---- Data ---- */

static void allocate(struct conv_data *d, struct arena *a)
{
    d->x = arena_alloc(a, conv_count_x(&d->shape) * sizeof *d->x);
    d->w = arena_alloc(a, conv_count_w(&d->shape) * sizeof *d->w);
    d->y = arena_alloc(a, conv_count_y(&d->shape) * sizeof *d->y);
    d->expected = arena_alloc(a, count_output(&d->shape, d->way) * sizeof *d->expected);
}

static const struct width { int low, high, step; double exact_below; } widths[] = {
    [NUMBER_FP32] = { 2049, 4095, 2, 16777216 },
    [NUMBER_TF32] = { 0, 2047, 1, 16777216 },
    [NUMBER_FP16] = { 0, 31, 1, 2048 },
    [NUMBER_BF16] = { 0, 5, 1, 256 },
};

static void fill_wide(float *v, size_t n, struct random *r, const struct width *width)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (float)((width->low + width->step * random_integer(r, 0, (width->high - width->low) / width->step)) * (random_integer(r, 0, 1) ? 1 : -1));
}

/* -1 or 1 in so many places of `terms` on average. */
static void fill_sparse(float *v, size_t n, struct random *r, int places, int terms)
{
    for (size_t i = 0; i < n; i++)
        v[i] = random_integer(r, 1, terms) <= places ? (float)(2 * random_integer(r, 0, 1) - 1) : 0.0f;
}

static double sum_of_absolutes(const float *v, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += fabs((double)v[i]);
    return sum;
}

/* The largest absolute sum of the sparse operand that one output takes part of. */
static double sparse_bound(const struct conv_data *d)
{
    const struct conv_shape *s = &d->shape;
    int filter = s->r * s->s, plane = s->p * s->q;
    double worst = 0;

    for (int i = 0; i < (d->way == CONV_BACKWARD_DATA ? s->c : s->k); i++) {
        double sum = 0;

        if (d->way == CONV_FORWARD)
            sum = sum_of_absolutes(d->w + i * s->c * filter, s->c * filter);
        for (int k = 0; k < s->k && d->way == CONV_BACKWARD_DATA; k++)
            sum += sum_of_absolutes(d->w + (k * s->c + i) * filter, filter);
        for (int n = 0; n < s->n && d->way == CONV_BACKWARD_FILTER; n++)
            sum += sum_of_absolutes(d->y + ((size_t)n * (size_t)s->k + (size_t)i) * (size_t)plane, plane);
        worst = fmax(worst, sum);
    }
    return worst;
}

/* No partial sum in any order is larger than the sparse operand's times the wide one's largest. */
bool conv_is_exact(const struct conv_data *d, enum number type, struct err *e)
{
    const float *wide = d->way == CONV_BACKWARD_DATA ? d->y : d->x;
    size_t n = d->way == CONV_BACKWARD_DATA ? conv_count_y(&d->shape) : conv_count_x(&d->shape);
    double limit = widths[type].exact_below, most = 0;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)wide[i]));
    most *= sparse_bound(d);
    return most < limit || err_set(e, ERR_LIMIT, "convolution: a sum can reach %.9g, the type is exact below %.0f", most, limit);
}

/* Of `terms` products so many are not 0 on average: a dozen keeps Winograd's and FFT's errors far below a half in
 * fp32; very long sums get what the type has room for, so that not nearly all of the operand is 0. */
static int places_of(int terms, const struct width *width)
{
    enum { DOZEN = 12, LONG = 4096 };
    double room = 0.4 * width->exact_below / width->high;

    return terms < LONG ? DOZEN : (int)fmin(room, terms / 2.0);
}

bool conv_fill_integers(struct conv_data *d, enum number type, struct arena *a, uint64_t seed, struct err *e)
{
    const struct width *width = &widths[type];
    const struct conv_shape *s = &d->shape;
    struct random r = { seed };
    int terms = conv_terms(s, d->way), places = places_of(terms, width);

    allocate(d, a);
    if (d->way != CONV_BACKWARD_DATA)
        fill_wide(d->x, conv_count_x(s), &r, width);
    else
        fill_wide(d->y, conv_count_y(s), &r, width);
    if (d->way != CONV_BACKWARD_FILTER)
        fill_sparse(d->w, conv_count_w(s), &r, places, terms);
    else
        fill_sparse(d->y, conv_count_y(s), &r, places, terms);
    return conv_is_exact(d, type, e);
}

bool conv_make_integers(struct conv_data *d, enum number type, struct arena *a, uint64_t seed, struct err *e)
{
    if (!conv_fill_integers(d, type, a, seed, e))
        return false;
    conv_compute(&d->shape, d->way, d->x, d->w, d->y, d->expected);
    return true;
}

static void fill_random(float *v, size_t n, struct random *r, enum number type)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (float)number_value(type, number_bits(type, (double)random_unit(r)));
}

void conv_make_random(struct conv_data *d, enum number type, struct arena *a, uint64_t seed)
{
    const struct conv_shape *s = &d->shape;
    struct random r = { seed };

    allocate(d, a);
    fill_random(d->x, conv_count_x(s), &r, type);
    fill_random(d->w, conv_count_w(s), &r, type);
    fill_random(d->y, conv_count_y(s), &r, type);
    conv_compute(s, d->way, d->x, d->w, d->y, d->expected);
}

/* ---- Bounds ---- */

double conv_nmse_limit(enum number type, enum conv_family family, int terms, bool scattered)
{
    double fp32 = 0x1p-24 * 1.5 * sqrt(terms), tensor = 0x1p-21 + 1.4 * terms / 4 * 0x1p-24;
    double output = type == NUMBER_BF16 ? 4 * 0.42 * 0x1p-8 : type == NUMBER_FP16 ? 4 * 0.42 * 0x1p-11 : 0;
    double gate = type == NUMBER_FP32 ? fp32 : tensor + output;

    if (family == CONV_FRACTIONS)
        return type == NUMBER_FP32 ? 30 * 30 * fp32 * fp32 : type == NUMBER_BF16 ? 64e-4 : 1e-4;
    return gate * gate * (scattered && output > 0 ? terms / 2.0 : 1);
}
