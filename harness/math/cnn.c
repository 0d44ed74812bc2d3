#include "math/cnn.h"

#include <math.h>
#include <string.h>

#include "math/random.h"

#define EXACT_SUM   16777216.0          /* 2^24: every integer below is an fp32 */
#define EXACT_INPUT 256.0               /* 2^8: every integer up to it is a bf16 */

static float *allocate(struct arena *a, size_t n)
{
    return arena_alloc(a, n * sizeof(float));
}

static void allocate_data(struct cnn_data *d, struct arena *a)
{
    d->x = allocate(a, CNN_X);
    d->w1 = allocate(a, CNN_W1);
    d->b1 = allocate(a, CNN_B1);
    d->w2 = allocate(a, CNN_W2);
    d->b2 = allocate(a, CNN_B2);
    d->w3 = allocate(a, CNN_W3);
    d->b3 = allocate(a, CNN_B3);
}

/* ---- The reference ---- */

static void forward_conv(double *y, const float *x, const float *w, const float *b)
{
    for (int n = 0; n < CNN_N; n++)
        for (int k = 0; k < CNN_K; k++)
            for (int p = 0; p < CNN_P; p++)
                for (int q = 0; q < CNN_P; q++) {
                    double sum = (double)b[k];

                    for (int c = 0; c < CNN_C; c++)
                        for (int r = 0; r < CNN_R; r++)
                            for (int s = 0; s < CNN_R; s++)
                                sum += (double)x[((n * CNN_C + c) * CNN_HW + p + r) * CNN_HW + q + s]
                                     * (double)w[((k * CNN_C + c) * CNN_R + r) * CNN_R + s];
                    y[((n * CNN_K + k) * CNN_P + p) * CNN_P + q] = sum;
                }
}

/* ReLU first or pooling first: the maximum is the same. */
static void forward_pool(double *y, const double *x)
{
    for (int plane = 0; plane < CNN_N * CNN_K; plane++)
        for (int p = 0; p < CNN_Q; p++)
            for (int q = 0; q < CNN_Q; q++) {
                double most = 0;

                for (int i = 0; i < 2; i++)
                    for (int j = 0; j < 2; j++)
                        most = fmax(most, x[(plane * CNN_P + 2 * p + i) * CNN_P + 2 * q + j]);
                y[(plane * CNN_Q + p) * CNN_Q + q] = most;
            }
}

static void forward_linear(double *y, const double *x, const float *w, const float *b, int in, int out, bool relu)
{
    for (int n = 0; n < CNN_N; n++)
        for (int o = 0; o < out; o++) {
            double sum = (double)b[o];

            for (int i = 0; i < in; i++)
                sum += x[n * in + i] * (double)w[o * in + i];
            y[n * out + o] = relu ? fmax(sum, 0) : sum;
        }
}

void cnn_forward(struct cnn_layers *l, struct arena *a, const struct cnn_data *d)
{
    l->conv = arena_alloc(a, CNN_CONV * sizeof(double));
    l->pool = arena_alloc(a, CNN_POOL * sizeof(double));
    l->hidden = arena_alloc(a, CNN_H * sizeof(double));
    l->logits = arena_alloc(a, CNN_LOGITS * sizeof(double));
    forward_conv(l->conv, d->x, d->w1, d->b1);
    forward_pool(l->pool, l->conv);
    forward_linear(l->hidden, l->pool, d->w2, d->b2, CNN_FEATURES, CNN_HIDDEN, true);
    forward_linear(l->logits, l->hidden, d->w3, d->b3, CNN_HIDDEN, CNN_CLASSES, false);
}

/* ---- Exactness ---- */

static bool inputs_fit(const char *layer, const double *v, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(v[i]) <= EXACT_INPUT) || v[i] != floor(v[i]))
            return err_set(e, ERR_LIMIT, "%s: input %zu is %.9g, not an integer of at most %.0f", layer, i, v[i], EXACT_INPUT);
    return true;
}

static double *widened(struct arena *a, const float *v, size_t n)
{
    double *out = arena_alloc(a, n * sizeof *out);

    for (size_t i = 0; i < n; i++)
        out[i] = (double)v[i];
    return out;
}

/* The largest sum of absolute products over all outputs: the forward pass on
 * absolute values. Any order of adding stays below it. */
static bool sums_fit(const struct cnn_data *d, const struct cnn_layers *l, struct arena *a, struct err *e)
{
    static const struct { const char *layer; int in, out; } linear[] = {
        { "linear 400->120", CNN_FEATURES, CNN_HIDDEN }, { "linear 120->10", CNN_HIDDEN, CNN_CLASSES },
    };
    struct cnn_data m;
    struct cnn_layers s;
    double worst = 0;

    allocate_data(&m, a);
    for (size_t i = 0; i < CNN_X; i++)
        m.x[i] = fabsf(d->x[i]);
    for (size_t i = 0; i < CNN_W1; i++)
        m.w1[i] = fabsf(d->w1[i]);
    for (size_t i = 0; i < CNN_B1; i++)
        m.b1[i] = fabsf(d->b1[i]);
    s.conv = arena_alloc(a, CNN_CONV * sizeof(double));
    forward_conv(s.conv, m.x, m.w1, m.b1);
    for (size_t i = 0; i < CNN_CONV; i++)
        worst = fmax(worst, s.conv[i]);
    if (!(worst < EXACT_SUM))
        return err_set(e, ERR_LIMIT, "convolution: a sum can reach %.9g, fp32 is exact below %.0f", worst, EXACT_SUM);
    for (int k = 0; k < 2; k++) {
        const double *in = k == 0 ? l->pool : l->hidden;
        const float *w = k == 0 ? d->w2 : d->w3, *b = k == 0 ? d->b2 : d->b3;

        for (int n = 0; n < CNN_N; n++)
            for (int o = 0; o < linear[k].out; o++) {
                double sum = fabs((double)b[o]);

                for (int i = 0; i < linear[k].in; i++)
                    sum += fabs(in[n * linear[k].in + i]) * fabs((double)w[o * linear[k].in + i]);
                if (!(sum < EXACT_SUM))
                    return err_set(e, ERR_LIMIT, "%s: a sum can reach %.9g, fp32 is exact below %.0f", linear[k].layer, sum, EXACT_SUM);
            }
    }
    return true;
}

bool cnn_is_exact(const struct cnn_data *d, const struct cnn_layers *l, struct err *e)
{
    struct arena a = { NULL };
    bool ok = inputs_fit("convolution", widened(&a, d->x, CNN_X), CNN_X, e)
           && inputs_fit("convolution weights", widened(&a, d->w1, CNN_W1), CNN_W1, e)
           && inputs_fit("linear weights", widened(&a, d->w2, CNN_W2), CNN_W2, e)
           && inputs_fit("linear weights", widened(&a, d->w3, CNN_W3), CNN_W3, e)
           && inputs_fit("linear 400->120", l->pool, CNN_POOL, e)
           && inputs_fit("linear 120->10", l->hidden, CNN_H, e)
           && sums_fit(d, l, &a, e);

    arena_free(&a);
    return ok;
}

/* ---- Data ---- */

static void fill_integers(float *v, size_t n, struct random *r, int low, int high)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (float)random_integer(r, low, high);
}

/* -1 or 1 in one of `every` places, else 0: wide layers stay within small sums. */
static void fill_sparse(float *v, size_t n, struct random *r, int every)
{
    for (size_t i = 0; i < n; i++)
        v[i] = random_integer(r, 1, every) == 1 ? (float)(2 * random_integer(r, 0, 1) - 1) : 0.0f;
}

bool cnn_make_integers(struct cnn_data *d, struct cnn_layers *expected, struct arena *a, uint64_t seed, struct err *e)
{
    struct random r = { seed };

    allocate_data(d, a);
    fill_integers(d->x, CNN_X, &r, -2, 2);
    fill_integers(d->w1, CNN_W1, &r, -1, 1);
    fill_integers(d->b1, CNN_B1, &r, -2, 2);
    fill_sparse(d->w2, CNN_W2, &r, 25);
    fill_integers(d->b2, CNN_B2, &r, -4, 4);
    fill_sparse(d->w3, CNN_W3, &r, 4);
    fill_integers(d->b3, CNN_B3, &r, -4, 4);
    cnn_forward(expected, a, d);
    return cnn_is_exact(d, expected, e);
}

static void fill_random(float *v, size_t n, struct random *r, double scale)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (float)((double)random_unit(r) * scale);
}

void cnn_make_random(struct cnn_data *d, struct cnn_layers *expected, struct arena *a, uint64_t seed)
{
    struct random r = { seed };

    allocate_data(d, a);
    fill_random(d->x, CNN_X, &r, 1);
    fill_random(d->w1, CNN_W1, &r, 1 / sqrt(CNN_C * CNN_R * CNN_R));
    fill_random(d->b1, CNN_B1, &r, 0.1);
    fill_random(d->w2, CNN_W2, &r, 1 / sqrt(CNN_FEATURES));
    fill_random(d->b2, CNN_B2, &r, 0.1);
    fill_random(d->w3, CNN_W3, &r, 1 / sqrt(CNN_HIDDEN));
    fill_random(d->b3, CNN_B3, &r, 0.1);
    cnn_forward(expected, a, d);
}

double cnn_nmse_limit(void)
{
    return 1e-11;
}
