/* Pooling, softmax and batch normalisation: math/layers.h. All arithmetic is fp32, what comes out is rounded to the type. */
#include "tests/tolerance/tolerance.h"

#include <math.h>

#include "math/layers.h"

/* As the probes have them. */
static const struct layer_shape pooled = { 3, 24, 10, 6 }, soft = { 5, 40, 3, 2 }, norm = { 8, 12, 6, 5 };

enum { ALL = 4320, CHANNELS = 12, COLUMNS = 40, PER_CHANNEL = 240 };

#define EPSILON 1e-5

static const struct arithmetic fp32 = { 0, 0, 0, 0 };

static enum number type_of(int variant)
{
    static const enum number types[] = { NUMBER_FP32, NUMBER_FP16, NUMBER_BF16 };

    return types[variant];
}

static double share_of(const double *got, const double *expected, size_t n, double limit)
{
    double errors = 0, squares = 0;

    for (size_t i = 0; i < n; i++) {
        errors += (got[i] - expected[i]) * (got[i] - expected[i]);
        squares += expected[i] * expected[i];
    }
    return root_share(errors, squares, limit);
}

/* ---- Averages of 3x3 windows: each sum is exact; then divided, or multiplied by a rounded ninth ---- */

static double average_forward(int variant, struct random *r)
{
    static float x[ALL];
    static double y[ALL];
    const struct pool_shape pool = { 3, 1, 2 };
    const enum pool_mode mode = random_integer(r, 0, 1) ? POOL_AVERAGE_INCLUDING : POOL_AVERAGE_EXCLUDING;
    const bool divides = random_integer(r, 0, 1);
    double largest = 0, limit = layer_two_ulps(type_of(variant));

    for (size_t i = 0; i < layer_count(pooled); i++)
        x[i] = (float)random_integer(r, -8, 7);
    pool_forward(pooled, pool, mode, x, y);
    for (size_t i = 0; i < layer_count(pool_output(pooled, pool)); i++) {
        double sum = rint(y[i] * 36) / 36 * 9, ninth = (double)(1.0f / 9), got;     /* of 9, 6 or 4 numbers: times 9 it is exact in quarters */

        if (fabs(y[i]) < 1e-9)
            continue;
        got = rounded(type_of(variant), divides ? (double)(float)y[i] : (double)(float)(sum * ninth));
        largest = fmax(largest, fabs(got - y[i]) / (limit * fabs(y[i])));
    }
    return largest;
}

/* Up to four shares of windows, each rounded, and each sum as well, to the type itself at worst. */
static double average_backward(int variant, struct random *r)
{
    const enum number type = type_of(variant);
    const struct nearness limit = pool_gradient_limit(type);
    double largest = 0;

    for (int i = 0; i < 200; i++) {
        double got = 0, exact = 0;

        for (int k = random_integer(r, 1, 4); k > 0; k--) {
            static const int divisors[] = { 9, 6, 4 };
            double dy = random_integer(r, -8, 8), divisor = divisors[random_integer(r, 0, 2)];

            exact += dy / divisor;
            got = rounded(type, (double)(float)(got + rounded(type, dy * (double)(float)(1 / divisor))));
        }
        largest = fmax(largest, fabs(got - exact) / (limit.relative * fabs(exact) + limit.absolute));
    }
    return largest;
}

/* ---- Softmax ---- */

static size_t at(struct layer_shape s, size_t column, int c)
{
    size_t plane = (size_t)(s.h * s.w);

    return (column / plane * (size_t)s.c + (size_t)c) * plane + column % plane;
}

/* exp(x) = ex2(x log2 e): the product is rounded, ex2 within 2 units. */
static float exponential(double x, struct random *r)
{
    return within_units(exp2((double)(float)(x * 1.4426950408889634)), 2, r);
}

static void softmax(enum number type, const float *x, double *out, struct random *r)
{
    for (size_t i = 0; i < (size_t)(soft.n * soft.h * soft.w); i++) {
        double most = -INFINITY, e[COLUMNS], sum;

        for (int c = 0; c < soft.c; c++)
            most = fmax(most, (double)x[at(soft, i, c)]);
        for (int c = 0; c < soft.c; c++)
            e[c] = (double)exponential((double)(float)((double)x[at(soft, i, c)] - most), r);
        sum = summed(e, soft.c, fp32, r);
        for (int c = 0; c < soft.c; c++)
            out[at(soft, i, c)] = rounded(type, (double)within_units(e[c] / sum, 2, r));
    }
}

/* way 0: the values; 1: their sums. */
static double softmax_share(int variant, struct random *r)
{
    static float x[ALL];
    static double y[ALL], got[ALL];
    const enum number type = type_of(variant % 3);
    double worst = 0;

    for (size_t i = 0; i < layer_count(soft); i++)
        x[i] = (float)rounded(type, (double)random_unit(r) * 8 / sqrt(3));
    softmax_forward(soft, x, y);
    softmax(type, x, got, r);
    if (variant < 3)
        return share_of(got, y, layer_count(soft), layer_nmse_limit(LAYER_SOFTMAX, type));
    for (size_t i = 0; i < (size_t)(soft.n * soft.h * soft.w); i++) {
        double sum = 0;

        for (int c = 0; c < soft.c; c++)
            sum += got[at(soft, i, c)];
        worst = fmax(worst, fabs(sum - 1));
    }
    return worst / softmax_sum_limit(type, soft.c);
}

static double softmax_backward_share(int variant, struct random *r)
{
    static float x[ALL], y[ALL], dy[ALL];
    static double exact[ALL], got[ALL];
    const enum number type = type_of(variant);

    for (size_t i = 0; i < layer_count(soft); i++) {
        x[i] = (float)rounded(type, (double)random_unit(r) * 8 / sqrt(3));
        dy[i] = (float)real_of(type, r);
    }
    softmax_forward(soft, x, exact);
    for (size_t i = 0; i < layer_count(soft); i++)
        y[i] = (float)rounded(type, exact[i]);
    softmax_backward(soft, y, dy, exact);
    for (size_t i = 0; i < (size_t)(soft.n * soft.h * soft.w); i++) {
        double terms[COLUMNS], dot;

        for (int c = 0; c < soft.c; c++)
            terms[c] = (double)y[at(soft, i, c)] * (double)dy[at(soft, i, c)];
        dot = summed(terms, soft.c, fp32, r);
        for (int c = 0; c < soft.c; c++)
            got[at(soft, i, c)] = rounded(type, (double)((float)((double)dy[at(soft, i, c)] - dot) * y[at(soft, i, c)]));
    }
    return share_of(got, exact, layer_count(soft), layer_nmse_limit(LAYER_SOFTMAX, type));
}

/* ---- Batch normalisation ---- */

struct normed {
    float  x[ALL], dy[ALL], scale[CHANNELS], bias[CHANNELS], old_mean[CHANNELS], old_variance[CHANNELS];
    double y[ALL], mean[CHANNELS], inverse[CHANNELS], variance[CHANNELS];
    double got_mean[CHANNELS], got_inverse[CHANNELS], got_variance[CHANNELS], got[ALL];
};

static struct normed n;

static size_t channel_at(int c, int i)
{
    size_t plane = (size_t)(norm.h * norm.w);

    return ((size_t)i / plane * (size_t)norm.c + (size_t)c) * plane + (size_t)i % plane;
}

static void make(enum number type, struct random *r)
{
    for (int c = 0; c < CHANNELS; c++) {
        n.scale[c] = 1 + 0.25f * random_unit(r);
        n.bias[c] = random_unit(r);
        n.old_mean[c] = 0.5f * random_unit(r);
        n.old_variance[c] = 1 + 0.25f * random_unit(r);
        for (int i = 0; i < PER_CHANNEL; i++) {
            n.x[channel_at(c, i)] = (float)rounded(type, (double)(random_unit(r) + n.old_mean[c]));
            n.dy[channel_at(c, i)] = (float)rounded(type, (double)random_unit(r));
        }
    }
}

/* 1/sqrt within 2 units. */
static double inverse_of(double variance, struct random *r)
{
    return (double)within_units(1 / sqrt((double)(float)(variance + EPSILON)), 2, r);
}

/* In one pass, E(x^2) - E(x)^2, or in two. */
static void statistics(int c, struct random *r)
{
    double terms[PER_CHANNEL], mean, square;
    const bool one_pass = random_integer(r, 0, 1);

    for (int i = 0; i < PER_CHANNEL; i++)
        terms[i] = (double)n.x[channel_at(c, i)];
    mean = (double)(float)(summed(terms, PER_CHANNEL, fp32, r) * (double)(1.0f / PER_CHANNEL));
    for (int i = 0; i < PER_CHANNEL; i++) {
        double v = one_pass ? terms[i] : (double)(float)(terms[i] - mean);

        terms[i] = v * v;
    }
    square = (double)(float)(summed(terms, PER_CHANNEL, fp32, r) * (double)(1.0f / PER_CHANNEL));
    n.got_mean[c] = mean;
    n.got_variance[c] = one_pass ? (double)(float)(square - (double)(float)(mean * mean)) : square;
    n.got_inverse[c] = inverse_of(n.got_variance[c], r);
}

static double normalised(enum number type, int c, float x, double mean, double inverse)
{
    float v = (float)((double)x - mean) * (float)inverse;

    return rounded(type, (double)fmaf(v, n.scale[c], n.bias[c]));
}

static double given(int variant, struct random *r)
{
    const enum number type = type_of(variant);

    make(type, r);
    for (int c = 0; c < CHANNELS; c++) {
        n.mean[c] = (double)n.old_mean[c];
        n.inverse[c] = norm_inverse((double)n.old_variance[c], EPSILON);
    }
    norm_forward(norm, n.x, n.mean, n.inverse, n.scale, n.bias, n.y);
    for (int c = 0; c < CHANNELS; c++) {
        double inverse = inverse_of((double)n.old_variance[c], r);

        for (int i = 0; i < PER_CHANNEL; i++)
            n.got[channel_at(c, i)] = normalised(type, c, n.x[channel_at(c, i)], n.mean[c], inverse);
    }
    return share_of(n.got, n.y, layer_count(norm), layer_nmse_limit(LAYER_NORM_GIVEN, type));
}

static void measure(enum number type, struct random *r)
{
    struct norm out = { n.mean, n.inverse, n.variance };

    make(type, r);
    norm_statistics(norm, n.x, EPSILON, &out);
    for (int c = 0; c < CHANNELS; c++)
        statistics(c, r);
}

static double trained(int variant, struct random *r)
{
    const enum number type = type_of(variant);

    measure(type, r);
    norm_forward(norm, n.x, n.mean, n.inverse, n.scale, n.bias, n.y);
    for (int c = 0; c < CHANNELS; c++)
        for (int i = 0; i < PER_CHANNEL; i++)
            n.got[channel_at(c, i)] = normalised(type, c, n.x[channel_at(c, i)], n.got_mean[c], n.got_inverse[c]);
    return share_of(n.got, n.y, layer_count(norm), layer_nmse_limit(LAYER_NORM_TRAINED, type));
}

/* Means, inverses, and what runs on of both: the worst of the four. */
static double saved(int variant, struct random *r)
{
    const double limit = layer_nmse_limit(LAYER_NORM_TRAINED, NUMBER_FP32);
    double run[2][CHANNELS], got[2][CHANNELS], worst;

    measure(type_of(variant), r);
    for (int c = 0; c < CHANNELS; c++) {
        const float more = (float)PER_CHANNEL / (PER_CHANNEL - 1);

        run[0][c] = 0.75 * (double)n.old_mean[c] + 0.25 * n.mean[c];
        run[1][c] = 0.75 * (double)n.old_variance[c] + 0.25 * n.variance[c];
        got[0][c] = (double)(0.75f * n.old_mean[c] + 0.25f * (float)n.got_mean[c]);
        got[1][c] = (double)(0.75f * n.old_variance[c] + 0.25f * ((float)n.got_variance[c] * more));
    }
    worst = fmax(share_of(got[0], run[0], CHANNELS, limit), share_of(got[1], run[1], CHANNELS, limit));
    return fmax(worst, fmax(share_of(n.got_mean, n.mean, CHANNELS, limit), share_of(n.got_inverse, n.inverse, CHANNELS, limit)));
}

/* way 0: of the image; 1: of scale and bias, the worse. */
static double gradient(int variant, struct random *r)
{
    static double dx[ALL], got[ALL];
    const enum number type = type_of(variant % 3);
    struct norm of = { n.mean, n.inverse, n.variance };
    double dscale[CHANNELS], dbias[CHANNELS], got_scale[CHANNELS], got_bias[CHANNELS], limit = layer_nmse_limit(LAYER_NORM_GRADIENT, NUMBER_FP32);

    measure(type, r);
    norm_backward(norm, n.x, n.dy, &of, n.scale, dx, dscale, dbias);
    for (int c = 0; c < CHANNELS; c++) {
        double terms[PER_CHANNEL];
        float normal[PER_CHANNEL], bias, scale;

        for (int i = 0; i < PER_CHANNEL; i++) {
            normal[i] = (float)((double)n.x[channel_at(c, i)] - n.got_mean[c]) * (float)n.got_inverse[c];
            terms[i] = (double)n.dy[channel_at(c, i)];
        }
        bias = (float)(got_bias[c] = summed(terms, PER_CHANNEL, fp32, r));
        for (int i = 0; i < PER_CHANNEL; i++)
            terms[i] = (double)n.dy[channel_at(c, i)] * (double)normal[i];
        scale = (float)(got_scale[c] = summed(terms, PER_CHANNEL, fp32, r));
        for (int i = 0; i < PER_CHANNEL; i++)
            got[channel_at(c, i)] = rounded(type, (double)(n.scale[c] * (float)n.got_inverse[c]
                                            * (n.dy[channel_at(c, i)] - bias / PER_CHANNEL - normal[i] * (scale / PER_CHANNEL))));
    }
    return variant < 3 ? share_of(got, dx, layer_count(norm), layer_nmse_limit(LAYER_NORM_GRADIENT, type))
                       : fmax(share_of(got_scale, dscale, CHANNELS, limit), share_of(got_bias, dbias, CHANNELS, limit));
}

#define WHERE     "harness/math/layers.h"
#define POOLING   "a rounded ninth, a rounded product, a rounding to the type"
#define SHARES    "four rounded shares and their rounded sums"
#define EXPS      "ex2 within 2 units, a division within 2 (CUDA Programming Guide, mathematical functions)"
#define SUM       "the same, of so many; u of the type"
#define ONE_ROUNDING "a probability near 1 is rounded by up to u, and that alone is the bound"
#define ROOT      "rsqrt within 2 units, two products, a sum"
#define SUMS      "sums of m values: u sqrt(m)"
#define THREE(name, where, rests, share, from) \
    { name ", fp32", where, rests, share, from, 0, NULL }, { name ", fp16", where, rests, share, from + 1, 0, NULL }, { name ", bf16", where, rests, share, from + 2, 0, NULL }

const struct tolerance layer_tolerances[] = {
    THREE("average of 3x3", WHERE ": layer_two_ulps", POOLING, average_forward, 0),
    THREE("average of 3x3, gradient", WHERE ": pool_gradient_limit", SHARES, average_backward, 0),
    THREE("softmax", WHERE ": LAYER_SOFTMAX", EXPS, softmax_share, 0),
    THREE("softmax, gradient", WHERE ": LAYER_SOFTMAX", EXPS, softmax_backward_share, 0),
    { "softmax, sums, fp32", WHERE ": softmax_sum_limit", SUM, softmax_share, 3, 0, NULL },
    { "softmax, sums, fp16", WHERE ": softmax_sum_limit", SUM, softmax_share, 4, 0, ONE_ROUNDING },
    { "softmax, sums, bf16", WHERE ": softmax_sum_limit", SUM, softmax_share, 5, 0, ONE_ROUNDING },
    THREE("normalisation, given", WHERE ": LAYER_NORM_GIVEN", ROOT, given, 0),
    THREE("normalisation, trained", WHERE ": LAYER_NORM_TRAINED", SUMS, trained, 0),
    THREE("normalisation, what is saved", WHERE ": LAYER_NORM_TRAINED", SUMS, saved, 0),
    THREE("normalisation, gradient", WHERE ": LAYER_NORM_GRADIENT", SUMS, gradient, 0),
    THREE("normalisation, gradient of scale and bias", WHERE ": LAYER_NORM_GRADIENT", SUMS, gradient, 3),
    { .name = NULL },
};
