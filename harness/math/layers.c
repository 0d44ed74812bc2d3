#include "math/layers.h"

#include <math.h>

size_t layer_count(struct layer_shape s)
{
    return (size_t)s.n * (size_t)s.c * (size_t)s.h * (size_t)s.w;
}

/* ---- Pooling ---- */

struct layer_shape pool_output(struct layer_shape x, struct pool_shape p)
{
    return (struct layer_shape){ x.n, x.c, (x.h + 2 * p.pad - p.size) / p.stride + 1, (x.w + 2 * p.pad - p.size) / p.stride + 1 };
}

struct window { int top, bottom, left, right; size_t plane; };

static struct window window_of(struct layer_shape s, struct pool_shape p, size_t output)
{
    struct layer_shape y = pool_output(s, p);
    int top = (int)(output / (size_t)y.w % (size_t)y.h) * p.stride - p.pad, left = (int)(output % (size_t)y.w) * p.stride - p.pad;

    return (struct window){ top > 0 ? top : 0, top + p.size < s.h ? top + p.size : s.h, left > 0 ? left : 0,
                            left + p.size < s.w ? left + p.size : s.w, output / (size_t)(y.h * y.w) * (size_t)(s.h * s.w) };
}

static double divisor(const struct window *v, struct pool_shape p, enum pool_mode mode)
{
    return mode == POOL_AVERAGE_INCLUDING ? p.size * p.size : (v->bottom - v->top) * (v->right - v->left);
}

static size_t first_maximum(const struct window *v, int width, const float *x)
{
    size_t best = v->plane + (size_t)(v->top * width + v->left);

    for (int h = v->top; h < v->bottom; h++)
        for (int w = v->left; w < v->right; w++)
            if (x[v->plane + (size_t)(h * width + w)] > x[best])
                best = v->plane + (size_t)(h * width + w);
    return best;
}

void pool_forward(struct layer_shape s, struct pool_shape p, enum pool_mode mode, const float *x, double *y)
{
    for (size_t i = 0; i < layer_count(pool_output(s, p)); i++) {
        struct window v = window_of(s, p, i);
        double sum = 0;

        for (int h = v.top; h < v.bottom; h++)
            for (int w = v.left; w < v.right; w++)
                sum += (double)x[v.plane + (size_t)(h * s.w + w)];
        y[i] = mode == POOL_MAX ? (double)x[first_maximum(&v, s.w, x)] : sum / divisor(&v, p, mode);
    }
}

void pool_backward(struct layer_shape s, struct pool_shape p, enum pool_mode mode, const float *x, const float *dy, double *dx)
{
    for (size_t i = 0; i < layer_count(s); i++)
        dx[i] = 0;
    for (size_t i = 0; i < layer_count(pool_output(s, p)); i++) {
        struct window v = window_of(s, p, i);

        if (mode == POOL_MAX) {
            dx[first_maximum(&v, s.w, x)] += (double)dy[i];
            continue;
        }
        for (int h = v.top; h < v.bottom; h++)
            for (int w = v.left; w < v.right; w++)
                dx[v.plane + (size_t)(h * s.w + w)] += (double)dy[i] / divisor(&v, p, mode);
    }
}

double layer_two_ulps(enum number type)
{
    return type == NUMBER_BF16 ? 0x1p-6 : type == NUMBER_FP16 ? 0x1p-9 : 0x1p-22;
}

struct nearness pool_gradient_limit(enum number type)
{
    return (struct nearness){ layer_two_ulps(type), 8 * layer_two_ulps(type) / 2 };
}

/* ---- Softmax ---- */

/* Where channel c of column i is: a column is an image and a place in the plane. */
static size_t at(struct layer_shape s, size_t i, int c)
{
    size_t plane = (size_t)(s.h * s.w);

    return (i / plane * (size_t)s.c + (size_t)c) * plane + i % plane;
}

void softmax_forward(struct layer_shape s, const float *x, double *y)
{
    for (size_t i = 0; i < (size_t)(s.n * s.h * s.w); i++) {
        double most = -INFINITY, sum = 0;

        for (int c = 0; c < s.c; c++)
            most = fmax(most, (double)x[at(s, i, c)]);
        for (int c = 0; c < s.c; c++)
            sum += exp((double)x[at(s, i, c)] - most);
        for (int c = 0; c < s.c; c++)
            y[at(s, i, c)] = exp((double)x[at(s, i, c)] - most) / sum;
    }
}

void softmax_backward(struct layer_shape s, const float *y, const float *dy, double *dx)
{
    for (size_t i = 0; i < (size_t)(s.n * s.h * s.w); i++) {
        double dot = 0;

        for (int c = 0; c < s.c; c++)
            dot += (double)y[at(s, i, c)] * (double)dy[at(s, i, c)];
        for (int c = 0; c < s.c; c++)
            dx[at(s, i, c)] = (double)y[at(s, i, c)] * ((double)dy[at(s, i, c)] - dot);
    }
}

double softmax_sum_limit(enum number type, int c)
{
    double fp32 = 0x1p-20 * sqrt(c);

    return type == NUMBER_BF16 ? fp32 + 0x1p-8 : type == NUMBER_FP16 ? fp32 + 0x1p-11 + c * 0x1p-25 : fp32;
}

/* ---- Batch normalisation ---- */

static int channel(struct layer_shape s, size_t i)
{
    return (int)(i / (size_t)(s.h * s.w) % (size_t)s.c);
}

double norm_inverse(double variance, double epsilon)
{
    return 1 / sqrt(variance + epsilon);
}

void norm_statistics(struct layer_shape s, const float *x, double epsilon, struct norm *out)
{
    double m = (double)s.n * s.h * s.w;

    for (int c = 0; c < s.c; c++)
        out->mean[c] = out->variance[c] = 0;
    for (size_t i = 0; i < layer_count(s); i++)
        out->mean[channel(s, i)] += (double)x[i] / m;
    for (size_t i = 0; i < layer_count(s); i++)
        out->variance[channel(s, i)] += ((double)x[i] - out->mean[channel(s, i)]) * ((double)x[i] - out->mean[channel(s, i)]) / (m - 1);
    for (int c = 0; c < s.c; c++)
        out->inverse[c] = norm_inverse(out->variance[c] * (m - 1) / m, epsilon);
}

void norm_forward(struct layer_shape s, const float *x, const double *mean, const double *inverse, const float *scale, const float *bias, double *y)
{
    for (size_t i = 0; i < layer_count(s); i++) {
        int c = channel(s, i);

        y[i] = (double)scale[c] * ((double)x[i] - mean[c]) * inverse[c] + (double)bias[c];
    }
}

void norm_backward(struct layer_shape s, const float *x, const float *dy, const struct norm *of, const float *scale, double *dx, double *dscale, double *dbias)
{
    double m = (double)s.n * s.h * s.w;

    for (int c = 0; c < s.c; c++)
        dscale[c] = dbias[c] = 0;
    for (size_t i = 0; i < layer_count(s); i++) {
        int c = channel(s, i);

        dbias[c] += (double)dy[i];
        dscale[c] += (double)dy[i] * ((double)x[i] - of->mean[c]) * of->inverse[c];
    }
    for (size_t i = 0; i < layer_count(s); i++) {
        int c = channel(s, i);
        double normal = ((double)x[i] - of->mean[c]) * of->inverse[c];

        dx[i] = (double)scale[c] * of->inverse[c] * ((double)dy[i] - dbias[c] / m - normal * dscale[c] / m);
    }
}

/* ---- Bounds ---- */

double layer_nmse_limit(enum layer_kind kind, enum number type)
{
    static const double fp32[] = { [LAYER_SOFTMAX] = 1e-11, [LAYER_NORM_GIVEN] = 1e-12, [LAYER_NORM_TRAINED] = 1e-11, [LAYER_NORM_GRADIENT] = 1e-9 };
    double rounding = 1 / sqrt(3) * (type == NUMBER_BF16 ? 0x1p-8 : type == NUMBER_FP16 ? 0x1p-11 : 0);

    return fp32[kind] + 4 * rounding * rounding;
}
