/* The SimpleCNN, forward and in training: math/cnn.h and math/cnn_train.h. Every sum of products is in an order and in
 * parts of its own; TF32's factors are rounded or cut, as one library and another has it. */
#include "tests/tolerance/tolerance.h"

#include <math.h>
#include <string.h>

#include "math/cnn_train.h"
#include "math/compare.h"

enum { TERMS = 1600, PARTS = 8, STEPS = 20 };

#define RATE 0.015625f

/* How one layer adds. */
struct order { int perm[TERMS], k, parts, at_once; bool tf32, cut; };

static void choose(struct order *o, int k, bool tf32, bool cut, struct random *r)
{
    static const int at_once[] = { 4, 8 };

    *o = (struct order){ .k = k, .parts = some_number(k < PARTS ? k : PARTS, r), .at_once = tf32 ? at_once[random_integer(r, 0, 1)] : 0, .tf32 = tf32, .cut = cut };
    for (int i = 0; i < k; i++) {
        int x = random_integer(r, 0, i);

        o->perm[i] = o->perm[x];
        o->perm[x] = i;
    }
}

static float cut_to_fp32(double v)
{
    float f = (float)v;

    return fabs((double)f) > fabs(v) ? nextafterf(f, 0) : f;
}

/* As it enters a product. */
static float factor(const struct order *o, float v)
{
    unsigned bits = bits_of_float(v);

    return !o->tf32 ? v : float_of_bits((o->cut ? bits : bits + 0xFFF + (bits >> 13 & 1)) & ~0x1FFFu);
}

/* Of factors that are in the layer's order already. */
static float dot(const struct order *o, const float *a, const float *b)
{
    float sum = 0;

    for (int p = 0; p < o->parts; p++) {
        int i = o->k * p / o->parts, end = o->k * (p + 1) / o->parts;
        float part = 0;

        while (i < end && o->at_once == 0) {
            part = (float)((double)part + (double)a[i] * (double)b[i]);
            i++;
        }
        while (i < end) {
            double group = (double)part;

            for (int to = i + o->at_once < end ? i + o->at_once : end; i < to; i++)
                group += (double)a[i] * (double)b[i];
            part = cut_to_fp32(group);
        }
        sum += part;
    }
    return sum;
}

/* to[row][i] = factor of from[row * row_stride + perm[i] * stride] */
static void arrange(float *to, const struct order *o, const float *from, int rows, int row_stride, int stride)
{
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < o->k; i++)
            to[row * o->k + i] = factor(o, from[row * row_stride + o->perm[i] * stride]);
}

/* y[m][n], of two operands whose rows are the sums' terms. */
static void multiply(const struct order *o, float *y, const float *a, int m, const float *b, int n)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            y[i * n + j] = dot(o, a + i * o->k, b + j * o->k);
}

/* ---- Layers ---- */

static float wide[CNN_W2], narrow[CNN_N * CNN_FEATURES];         /* operands in order */

static void convolve(float *y, const float *x, const float *w, const float *b, int images, bool tf32, bool cut, struct random *r)
{
    static float patches[CNN_P * CNN_P * CNN_C * CNN_R * CNN_R];
    struct order o;

    choose(&o, CNN_C * CNN_R * CNN_R, tf32, cut, r);
    arrange(wide, &o, w, CNN_K, o.k, 1);
    for (int n = 0; n < images; n++) {
        for (int i = 0; i < CNN_P * CNN_P; i++)
            for (int t = 0; t < o.k; t++) {
                int c = o.perm[t] / 9, row = i / CNN_P + o.perm[t] / 3 % 3, column = i % CNN_P + o.perm[t] % 3;

                patches[i * o.k + t] = factor(&o, x[((n * CNN_C + c) * CNN_HW + row) * CNN_HW + column]);
            }
        multiply(&o, y + n * CNN_K * CNN_P * CNN_P, wide, CNN_K, patches, CNN_P * CNN_P);
    }
    for (int i = 0; i < images * CNN_K * CNN_P * CNN_P; i++)
        y[i] = fmaxf(y[i] + b[i / (CNN_P * CNN_P) % CNN_K], 0);
}

static void pool(float *y, int *from, const float *x, int images)
{
    for (int i = 0; i < images * CNN_FEATURES; i++) {
        int best = (i / (CNN_Q * CNN_Q) * CNN_P + 2 * (i / CNN_Q % CNN_Q)) * CNN_P + 2 * (i % CNN_Q), first = best;

        for (int k = 1; k < 4; k++)
            best = x[first + k / 2 * CNN_P + k % 2] > x[best] ? first + k / 2 * CNN_P + k % 2 : best;
        from[i] = best;
        y[i] = x[best];
    }
}

static void linear(float *y, const float *x, const float *w, const float *b, int images, int in, int out, bool relu, bool tf32, bool cut, struct random *r)
{
    struct order o;

    choose(&o, in, tf32, cut, r);
    arrange(wide, &o, w, out, in, 1);
    arrange(narrow, &o, x, images, in, 1);
    multiply(&o, y, narrow, images, wide, out);
    for (int i = 0; i < images * out; i++)
        y[i] = relu ? fmaxf(y[i] + b[i % out], 0) : y[i] + b[i % out];
}

/* ---- Forward ---- */

static double of_logits(int variant, struct random *r)
{
    static float conv[CNN_CONV], pooled[CNN_POOL], hidden[CNN_H], logits[CNN_LOGITS];
    static int from[CNN_POOL];
    struct arena a = { NULL };
    struct cnn_layers l;
    struct cnn_data d;
    double errors = 0, squares = 0;

    (void)variant;
    cnn_make_random(&d, &l, &a, random_next(r));
    convolve(conv, d.x, d.w1, d.b1, CNN_N, false, false, r);
    pool(pooled, from, conv, CNN_N);
    linear(hidden, pooled, d.w2, d.b2, CNN_N, CNN_FEATURES, CNN_HIDDEN, true, false, false, r);
    linear(logits, hidden, d.w3, d.b3, CNN_N, CNN_HIDDEN, CNN_CLASSES, false, false, false, r);
    for (int i = 0; i < CNN_LOGITS; i++) {
        errors += ((double)logits[i] - l.logits[i]) * ((double)logits[i] - l.logits[i]);
        squares += l.logits[i] * l.logits[i];
    }
    arena_free(&a);
    return root_share(errors, squares, cnn_nmse_limit());
}

/* ---- Training ---- */

enum { BATCH = CNN_BATCH };

static struct {
    float w[CNN_PARAMETERS], gradient[CNN_PARAMETERS];
    float conv[BATCH * CNN_K * CNN_P * CNN_P], pooled[BATCH * CNN_FEATURES], hidden[BATCH * CNN_HIDDEN], last[BATCH * CNN_CLASSES];
    float d_hidden[BATCH * CNN_HIDDEN], d_pooled[BATCH * CNN_FEATURES], d_conv[BATCH * CNN_K * CNN_P * CNN_P];
    int   from[BATCH * CNN_FEATURES];
    bool  tf32, cut;
} net;

/* dw = dy^T x, dx = dy w, db: the sum over images. */
static void linear_back(const float *dy, const float *x, int weights, int bias, int in, int out, float *dx, struct random *r)
{
    static float dys[BATCH * CNN_HIDDEN], xs[BATCH * CNN_FEATURES];
    struct order o;

    choose(&o, BATCH, net.tf32, net.cut, r);
    arrange(dys, &o, dy, out, 1, out);
    arrange(xs, &o, x, in, 1, in);
    multiply(&o, net.gradient + weights, dys, out, xs, in);
    for (int i = 0; i < out; i++) {
        float sum = 0;

        for (int n = 0; n < BATCH; n++)
            sum += dy[o.perm[n] * out + i];
        net.gradient[bias + i] = sum;
    }
    choose(&o, out, net.tf32, net.cut, r);
    arrange(dys, &o, dy, BATCH, out, 1);
    arrange(wide, &o, net.w + weights, in, 1, in);
    multiply(&o, dx, dys, BATCH, wide, in);
}

/* Most of the gradient of the maps is 0: adding that changes nothing. */
static void conv_back(const float *x, struct random *r)
{
    static float a[TERMS], b[TERMS];
    struct order o;

    for (int k = 0; k < CNN_K; k++) {
        int at[BATCH * CNN_P * CNN_P], n = 0;
        float sum = 0;

        for (int i = 0; i < BATCH * CNN_P * CNN_P; i++) {
            int place = (i / (CNN_P * CNN_P) * CNN_K + k) * CNN_P * CNN_P + i % (CNN_P * CNN_P);

            if (net.d_conv[place] != 0)
                at[n++] = place;
        }
        choose(&o, n > 0 ? n : 1, net.tf32, net.cut, r);
        for (int i = 0; i < n; i++) {
            sum += net.d_conv[at[o.perm[i]]];
            a[i] = factor(&o, net.d_conv[at[o.perm[i]]]);
        }
        net.gradient[CNN_AT_B1 + k] = sum;
        for (int t = 0; t < CNN_C * 9; t++) {
            for (int i = 0; i < n; i++) {
                int place = at[o.perm[i]], image = place / (CNN_K * CNN_P * CNN_P), row = place / CNN_P % CNN_P + t / 3 % 3, column = place % CNN_P + t % 3;

                b[i] = factor(&o, x[((image * CNN_C + t / 9) * CNN_HW + row) * CNN_HW + column]);
            }
            net.gradient[CNN_AT_W1 + k * CNN_C * 9 + t] = n > 0 ? dot(&o, a, b) : 0;
        }
    }
}

static double loss_of(const int *labels, struct random *r)
{
    double loss = 0;

    for (int n = 0; n < BATCH; n++) {
        float *z = net.last + n * CNN_CLASSES, most = z[0], e[CNN_CLASSES], sum = 0;

        for (int k = 1; k < CNN_CLASSES; k++)
            most = fmaxf(most, z[k]);
        for (int k = 0; k < CNN_CLASSES; k++)
            sum += e[k] = within_units(exp((double)(z[k] - most)), 2, r);
        for (int k = 0; k < CNN_CLASSES; k++) {
            float probability = within_units((double)e[k] / (double)sum, 2, r);

            loss -= k == labels[n] ? log((double)probability) / BATCH : 0;
            z[k] = probability / BATCH - (k == labels[n] ? 1.0f / BATCH : 0);
        }
    }
    return loss;
}

static double step(const float *x, const int *labels, struct random *r)
{
    double loss;

    convolve(net.conv, x, net.w + CNN_AT_W1, net.w + CNN_AT_B1, BATCH, net.tf32, net.cut, r);
    pool(net.pooled, net.from, net.conv, BATCH);
    linear(net.hidden, net.pooled, net.w + CNN_AT_W2, net.w + CNN_AT_B2, BATCH, CNN_FEATURES, CNN_HIDDEN, true, net.tf32, net.cut, r);
    linear(net.last, net.hidden, net.w + CNN_AT_W3, net.w + CNN_AT_B3, BATCH, CNN_HIDDEN, CNN_CLASSES, false, net.tf32, net.cut, r);
    loss = loss_of(labels, r);
    linear_back(net.last, net.hidden, CNN_AT_W3, CNN_AT_B3, CNN_HIDDEN, CNN_CLASSES, net.d_hidden, r);
    for (int i = 0; i < BATCH * CNN_HIDDEN; i++)
        net.d_hidden[i] = net.hidden[i] > 0 ? net.d_hidden[i] : 0;
    linear_back(net.d_hidden, net.pooled, CNN_AT_W2, CNN_AT_B2, CNN_FEATURES, CNN_HIDDEN, net.d_pooled, r);
    memset(net.d_conv, 0, sizeof net.d_conv);
    for (int i = 0; i < BATCH * CNN_FEATURES; i++)
        net.d_conv[net.from[i]] = net.pooled[i] > 0 ? net.d_pooled[i] : 0;
    conv_back(x, r);
    for (int i = 0; i < CNN_PARAMETERS; i++)
        net.w[i] = (float)((double)net.w[i] - (double)RATE * (double)net.gradient[i]);
    return loss;
}

static void begin(struct cnn_training *t, struct arena *a, bool tf32, struct random *r)
{
    cnn_training_make(t, a, random_next(r));
    memcpy(net.w, t->parameters, sizeof net.w);
    memset(net.gradient, 0, sizeof net.gradient);
    net.tf32 = tf32;
    net.cut = tf32 && random_integer(r, 0, 1);
}

static double share_of(const float *got, const double *expected, int n, double limit)
{
    double errors = 0, squares = 0;

    for (int i = 0; i < n; i++) {
        errors += ((double)got[i] - expected[i]) * ((double)got[i] - expected[i]);
        squares += expected[i] * expected[i];
    }
    return root_share(errors, squares, limit);
}

enum { GRADIENTS, WEIGHTS, SCALE };

/* variant & 1: TF32; half of it: what is looked at, the worst of the layers'. */
static double of_first_step(int variant, struct random *r)
{
    static const int begins[] = { CNN_AT_W1, CNN_AT_B1, CNN_AT_W2, CNN_AT_B2, CNN_AT_W3, CNN_AT_B3 };
    static const int counts[] = { CNN_W1, CNN_B1, CNN_W2, CNN_B2, CNN_W3, CNN_B3 };
    static double w[CNN_PARAMETERS], gradient[CNN_PARAMETERS];
    const struct cnn_sides sides = { net.conv, net.hidden };
    struct arena a = { NULL };
    struct cnn_training t;
    double worst = 0;
    int of = variant / 2;

    begin(&t, &a, variant & 1, r);
    step(t.x, t.labels, r);
    for (int i = 0; i < CNN_PARAMETERS; i++)
        w[i] = (double)t.parameters[i];
    cnn_loss(w, BATCH, t.x, t.labels, &sides, NULL, gradient);
    for (int i = 0; i < CNN_PARAMETERS; i++)
        w[i] -= (double)RATE * gradient[i];
    for (size_t i = 0; i < COUNT_OF(begins); i++) {
        double scale = compare_scale(net.gradient + begins[i], gradient + begins[i], (size_t)counts[i]);

        for (int k = 0; k < counts[i] && variant & 1; k++)
            gradient[begins[i] + k] *= scale;
        worst = fmax(worst, of == SCALE ? fabs(scale - 1) / CNN_GRADIENT_SCALE_TF32
                                        : share_of(net.gradient + begins[i], gradient + begins[i], counts[i], cnn_gradient_limit(variant & 1)));
    }
    if (of == WEIGHTS)
        worst = share_of(net.w, w, CNN_PARAMETERS, cnn_step_limit(variant & 1));
    arena_free(&a);
    return worst;
}

static double of_losses(int variant, struct random *r)
{
    struct arena a = { NULL };
    struct cnn_training t;
    double expected[STEPS], worst = 0;

    begin(&t, &a, variant & 1, r);
    cnn_train(&t, STEPS, (double)RATE, expected);
    for (int i = 0; i < STEPS; i++) {
        int first = i % CNN_BATCHES * BATCH;

        worst = fmax(worst, fabs(step(t.x + (size_t)first * CNN_C * CNN_HW * CNN_HW, t.labels + first, r) / expected[i] - 1));
    }
    arena_free(&a);
    return worst / (variant & 1 ? CNN_LOSS_OFF_TF32 : CNN_LOSS_OFF_FP32);
}

#define TRAINING  "harness/math/cnn_train.h: "

const struct tolerance network_tolerances[] = {
    { "network, logits", "harness/math/cnn.h: cnn_nmse_limit", "three sums in fp32", of_logits, 0, 30, NULL },
    { "training, first gradients, fp32", TRAINING "cnn_gradient_limit", "the way forth and back in fp32", of_first_step, 0, 30, NULL },
    { "training, first gradients, tf32", TRAINING "cnn_gradient_limit", "the scatter of five operands cut to 11 bits", of_first_step, 1, 30,
      "the last bias has ten elements, and errs as the logits do as a whole" },
    { "training, first gradients as a whole, tf32", TRAINING "CNN_GRADIENT_SCALE_TF32", "five operands cut to 11 bits", of_first_step, 5, 30, NULL },
    { "training, first step, fp32", TRAINING "cnn_step_limit", "a hundredth of the gradients'", of_first_step, 2, 30, NULL },
    { "training, first step, tf32", TRAINING "cnn_step_limit", "a hundredth of the gradients'", of_first_step, 3, 30, NULL },
    { "training, losses, fp32", TRAINING "CNN_LOSS_OFF_FP32", "units that take the other side of ReLU", of_losses, 0, 3, NULL },
    { "training, losses, tf32", TRAINING "CNN_LOSS_OFF_TF32", "units that take the other side of ReLU", of_losses, 1, 3, NULL },
    { .name = NULL },
};
