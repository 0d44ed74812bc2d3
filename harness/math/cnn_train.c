#include "math/cnn_train.h"

#include <math.h>
#include <string.h>

#include "math/number.h"
#include "math/random.h"

/* ---- Data ---- */

static float in_tf32(double v)
{
    return (float)number_value(NUMBER_TF32, number_bits(NUMBER_TF32, v));
}

static void fill(float *v, size_t n, struct random *r, double scale)
{
    for (size_t i = 0; i < n; i++)
        v[i] = in_tf32((double)random_unit(r) * scale);
}

void cnn_training_make(struct cnn_training *t, struct arena *a, uint64_t seed)
{
    enum { IMAGE = CNN_C * CNN_HW * CNN_HW };
    struct random r = { seed };
    float *patterns = arena_alloc(a, (size_t)CNN_CLASSES * IMAGE * sizeof *patterns);

    t->x = arena_alloc(a, CNN_X * sizeof *t->x);
    t->labels = arena_alloc(a, CNN_N * sizeof *t->labels);
    t->parameters = arena_alloc(a, CNN_PARAMETERS * sizeof *t->parameters);
    fill(patterns, (size_t)CNN_CLASSES * IMAGE, &r, 1);
    for (int i = 0; i < CNN_X; i++) {
        t->labels[i / IMAGE] = i / IMAGE % CNN_CLASSES;
        t->x[i] = in_tf32((double)patterns[i / IMAGE % CNN_CLASSES * IMAGE + i % IMAGE] + 0.5 * (double)random_unit(&r));
    }
    fill(t->parameters + CNN_AT_W1, CNN_W1, &r, 1 / sqrt(CNN_C * CNN_R * CNN_R));
    fill(t->parameters + CNN_AT_B1, CNN_B1, &r, 0.1);
    fill(t->parameters + CNN_AT_W2, CNN_W2, &r, 1 / sqrt(CNN_FEATURES));
    fill(t->parameters + CNN_AT_B2, CNN_B2, &r, 0.1);
    fill(t->parameters + CNN_AT_W3, CNN_W3, &r, 1 / sqrt(CNN_HIDDEN));
    fill(t->parameters + CNN_AT_B3, CNN_B3, &r, 0.1);
}

/* ---- One batch ---- */

/* Of an image. */
enum { CONV = CNN_K * CNN_P * CNN_P };

struct pass {
    int    batch;
    double conv[CNN_CONV], pool[CNN_POOL], hidden[CNN_H], logits[CNN_LOGITS];       /* behind ReLU */
    int    from[CNN_POOL];      /* the element of conv that a maximum was; -1: ReLU cut it off */
    bool   on[CNN_H];
};

static void forward_conv(struct pass *p, const double *w, const double *b, const float *x)
{
    for (int i = 0; i < p->batch * CONV; i++)
        p->conv[i] = b[i / (CNN_P * CNN_P) % CNN_K];
    for (int n = 0; n < p->batch; n++)
        for (int k = 0; k < CNN_K; k++)
            for (int t = 0; t < CNN_C * CNN_R * CNN_R; t++) {
                const float *from = x + ((n * CNN_C + t / 9) * CNN_HW + t / 3 % 3) * CNN_HW + t % 3;
                double *to = p->conv + (n * CNN_K + k) * CNN_P * CNN_P, f = w[k * CNN_C * CNN_R * CNN_R + t];

                for (int i = 0; i < CNN_P; i++)
                    for (int j = 0; j < CNN_P; j++)
                        to[i * CNN_P + j] += f * (double)from[i * CNN_HW + j];
            }
}

/* The maximum of the GPU's values where they are given, else of its own. */
static void forward_pool(struct pass *p, const float *sides)
{
    for (int i = 0; i < p->batch * CNN_FEATURES; i++) {
        int q = i % CNN_Q, row = i / CNN_Q % CNN_Q, first = (i / (CNN_Q * CNN_Q) * CNN_P + 2 * row) * CNN_P + 2 * q, best = first;

        for (int j = 1; j < 4; j++) {
            int at = first + j / 2 * CNN_P + j % 2;

            if (sides != NULL ? sides[at] > sides[best] : p->conv[at] > p->conv[best])
                best = at;
        }
        p->from[i] = (sides != NULL ? sides[best] > 0 : p->conv[best] > 0) ? best : -1;
        p->pool[i] = p->from[i] >= 0 ? p->conv[best] : 0;
    }
}

static void linear(double *y, int batch, const double *x, const double *w, const double *b, int in, int out)
{
    for (int n = 0; n < batch; n++)
        for (int o = 0; o < out; o++) {
            double sum = b[o];

            for (int i = 0; i < in; i++)
                sum += x[n * in + i] * w[o * in + i];
            y[n * out + o] = sum;
        }
}

/* The mean loss; logits become d loss / d logits, and probabilities are kept where asked for. */
static double cross_entropy(double *logits, int batch, const int *labels, double *probabilities)
{
    double loss = 0;

    for (int n = 0; n < batch; n++) {
        double *z = logits + n * CNN_CLASSES, most = z[0], sum = 0;

        for (int k = 1; k < CNN_CLASSES; k++)
            most = fmax(most, z[k]);
        for (int k = 0; k < CNN_CLASSES; k++)
            sum += exp(z[k] - most);
        loss -= (z[labels[n]] - most - log(sum)) / batch;
        for (int k = 0; k < CNN_CLASSES; k++) {
            double probability = exp(z[k] - most) / sum;

            if (probabilities != NULL)
                probabilities[n * CNN_CLASSES + k] = probability;
            z[k] = (probability - (k == labels[n])) / batch;
        }
    }
    return loss;
}

/* dw, db and, unless it is NULL, dx of a linear layer. */
static void back_linear(int batch, const double *dy, const double *x, const double *w, int in, int out, double *dw, double *db, double *dx)
{
    for (int n = 0; n < batch; n++)
        for (int o = 0; o < out; o++) {
            double d = dy[n * out + o];

            db[o] += d;
            for (int i = 0; i < in; i++) {
                dw[o * in + i] += d * x[n * in + i];
                dx[n * in + i] += d * w[o * in + i];
            }
        }
}

static void back_conv(const struct pass *p, const double *dpool, const float *x, double *dw, double *db)
{
    for (int i = 0; i < p->batch * CNN_FEATURES; i++) {
        int at = p->from[i], q = at % CNN_P, row = at / CNN_P % CNN_P, k = at / (CNN_P * CNN_P) % CNN_K, n = at / (CNN_P * CNN_P * CNN_K);

        if (at < 0)
            continue;
        db[k] += dpool[i];
        for (int t = 0; t < CNN_C * CNN_R * CNN_R; t++)
            dw[k * CNN_C * CNN_R * CNN_R + t] += dpool[i] * (double)x[((n * CNN_C + t / 9) * CNN_HW + row + t / 3 % 3) * CNN_HW + q + t % 3];
    }
}

double cnn_loss(const double *w, int batch, const float *x, const int *labels, const struct cnn_sides *sides, double *probabilities, double *gradient)
{
    struct arena a = { NULL };
    struct pass *p = arena_alloc(&a, sizeof *p);
    double *dhidden = arena_alloc(&a, CNN_H * sizeof *dhidden), *dpool = arena_alloc(&a, CNN_POOL * sizeof *dpool), loss;

    p->batch = batch;
    forward_conv(p, w + CNN_AT_W1, w + CNN_AT_B1, x);
    forward_pool(p, sides != NULL ? sides->conv : NULL);
    linear(p->hidden, batch, p->pool, w + CNN_AT_W2, w + CNN_AT_B2, CNN_FEATURES, CNN_HIDDEN);
    for (int i = 0; i < batch * CNN_HIDDEN; i++) {
        p->on[i] = sides != NULL ? sides->hidden[i] > 0 : p->hidden[i] > 0;
        p->hidden[i] = p->on[i] ? p->hidden[i] : 0;
    }
    linear(p->logits, batch, p->hidden, w + CNN_AT_W3, w + CNN_AT_B3, CNN_HIDDEN, CNN_CLASSES);
    loss = cross_entropy(p->logits, batch, labels, probabilities);
    if (gradient != NULL) {
        memset(gradient, 0, CNN_PARAMETERS * sizeof *gradient);
        back_linear(batch, p->logits, p->hidden, w + CNN_AT_W3, CNN_HIDDEN, CNN_CLASSES, gradient + CNN_AT_W3, gradient + CNN_AT_B3, dhidden);
        for (int i = 0; i < batch * CNN_HIDDEN; i++)
            dhidden[i] = p->on[i] ? dhidden[i] : 0;
        back_linear(batch, dhidden, p->pool, w + CNN_AT_W2, CNN_FEATURES, CNN_HIDDEN, gradient + CNN_AT_W2, gradient + CNN_AT_B2, dpool);
        back_conv(p, dpool, x, gradient + CNN_AT_W1, gradient + CNN_AT_B1);
    }
    arena_free(&a);
    return loss;
}

void cnn_train(const struct cnn_training *t, int steps, double rate, double *losses)
{
    struct arena a = { NULL };
    double *w = arena_alloc(&a, CNN_PARAMETERS * sizeof *w), *gradient = arena_alloc(&a, CNN_PARAMETERS * sizeof *gradient);

    for (int i = 0; i < CNN_PARAMETERS; i++)
        w[i] = (double)t->parameters[i];
    for (int step = 0; step < steps; step++) {
        int first = step % CNN_BATCHES * CNN_BATCH;

        losses[step] = cnn_loss(w, CNN_BATCH, t->x + (size_t)first * CNN_C * CNN_HW * CNN_HW, t->labels + first, NULL, NULL, gradient);
        for (int i = 0; i < CNN_PARAMETERS; i++)
            w[i] -= rate * gradient[i];
    }
    arena_free(&a);
}

double cnn_gradient_limit(bool tf32)
{
    return tf32 ? 3e-6 : 1e-10;
}

double cnn_step_limit(bool tf32)
{
    return cnn_gradient_limit(tf32) / 100;
}
