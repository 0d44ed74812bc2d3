#include "math/transformer.h"

#include <math.h>

void layer_norm_forward(int rows, int columns, const float *x, const float *scale, const float *bias, double epsilon, double *y)
{
    for (int r = 0; r < rows; r++) {
        const float *in = x + (size_t)r * (size_t)columns;
        double mean = 0, variance = 0, inverse;

        for (int i = 0; i < columns; i++)
            mean += (double)in[i] / columns;
        for (int i = 0; i < columns; i++)
            variance += ((double)in[i] - mean) * ((double)in[i] - mean) / columns;
        inverse = 1 / sqrt(variance + epsilon);
        for (int i = 0; i < columns; i++)
            y[(size_t)r * (size_t)columns + (size_t)i] = ((double)in[i] - mean) * inverse * (double)scale[i] + (double)bias[i];
    }
}

void embedding_forward(size_t n, int columns, const float *w, const float *index, double *y)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < (size_t)columns; k++)
            y[i * (size_t)columns + k] = (double)w[(size_t)index[i] * (size_t)columns + k];
}

void embedding_gradient(size_t n, int rows, int columns, const float *dy, const float *index, int padding, double *dw)
{
    for (size_t i = 0; i < (size_t)rows * (size_t)columns; i++)
        dw[i] = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; (int)index[i] != padding && k < (size_t)columns; k++)
            dw[(size_t)index[i] * (size_t)columns + k] += (double)dy[i * (size_t)columns + k];
}

static double score(const float *q, const float *k, int width)
{
    double sum = 0;

    for (int i = 0; i < width; i++)
        sum += (double)q[i] * (double)k[i];
    return sum / sqrt(width);
}

/* One query: two passes over its keys, for the largest score and for the sums. */
static void attend(int keys, int width, const float *q, const float *k, const float *v, double *y)
{
    double most = -INFINITY, total = 0;

    for (int i = 0; i < width; i++)
        y[i] = 0;
    for (int j = 0; j < keys; j++)
        most = fmax(most, score(q, k + (size_t)j * (size_t)width, width));
    for (int j = 0; j < keys; j++) {
        double weight = exp(score(q, k + (size_t)j * (size_t)width, width) - most);

        total += weight;
        for (int i = 0; i < width; i++)
            y[i] += weight * (double)v[(size_t)j * (size_t)width + (size_t)i];
    }
    for (int i = 0; i < width; i++)
        y[i] /= total;
}

void attention_forward(struct attention_shape s, const float *q, const float *k, const float *v, bool causal, double *y)
{
    size_t width = (size_t)s.width;

    for (int h = 0; h < s.heads; h++)
        for (int i = 0; i < s.queries; i++) {
            size_t query = ((size_t)h * (size_t)s.queries + (size_t)i) * width, keys = (size_t)h * (size_t)s.keys * width;

            attend(causal && i + 1 < s.keys ? i + 1 : s.keys, s.width, q + query, k + keys, v + keys, y + query);
        }
}

void adamw_step(const struct adamw *a, int step, size_t n, const float *dx, double *x, double *mean, double *square)
{
    for (size_t i = 0; i < n; i++) {
        double g = (double)dx[i];

        mean[i] = a->beta1 * mean[i] + (1 - a->beta1) * g;
        square[i] = a->beta2 * square[i] + (1 - a->beta2) * g * g;
        x[i] -= a->lr * a->decay * x[i];
        x[i] -= a->lr * mean[i] / (1 - pow(a->beta1, step)) / (sqrt(square[i] / (1 - pow(a->beta2, step))) + a->epsilon);
    }
}

void sgd_step(const struct sgd *s, size_t n, const float *dx, double *x, double *momentum)
{
    for (size_t i = 0; i < n; i++) {
        momentum[i] = s->momentum * momentum[i] + (double)dx[i] + s->decay * x[i];
        x[i] -= s->lr * momentum[i];
    }
}

double layer_norm_nmse_limit(void)
{
    return 1e-11;
}

double attention_nmse_limit(enum number type)
{
    double rounding = 0.42 * (type == NUMBER_BF16 ? 0x1p-8 : type == NUMBER_FP16 ? 0x1p-11 : 0);

    return 3e-11 + 16 * rounding * rounding;
}

double adamw_nmse_limit(void)
{
    return 1e-12;
}
