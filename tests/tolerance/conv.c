/* Convolutions: conv_nmse_limit. */
#include "tests/tolerance/tolerance.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "math/conv.h"

enum { ELEMENTS = 64, TERMS_MAX = 216, CHANNELS = 24 };

/* Of the shapes of the probes: 16 channels of 3x3, 24 filters of 3x3, 5x5 of 5 and of 6, and sums over images. */
static const int terms_of[] = { 144, 216, 126, 125, 150, 9, 1 };

static const struct kind { enum number type; struct arithmetic how; } kinds[] = {
    { NUMBER_FP32, { 0, 0, 0, 0 } },   { NUMBER_TF32, { 4, 23, 23, 0 } }, { NUMBER_TF32, { 8, 25, 23, 0 } }, { NUMBER_FP16, { 4, 23, 23, 0 } },
    { NUMBER_FP16, { 16, 25, 23, 0 } }, { NUMBER_BF16, { 8, 24, 23, 0 } }, { NUMBER_BF16, { 16, 25, 23, 0 } },
};

/* TF32's results are fp32. */
static enum number output_of(enum number type)
{
    return type == NUMBER_TF32 ? NUMBER_FP32 : type;
}

/* ---- Sums of products ---- */

static double by_sums(int variant, struct random *r)
{
    const struct kind *kind = &kinds[variant];
    double terms[TERMS_MAX], errors = 0, squares = 0;
    int k = terms_of[random_integer(r, 0, (int)(sizeof terms_of / sizeof *terms_of) - 1)];

    for (int p = 0; p < ELEMENTS; p++) {
        double exact = 0, got;

        for (int i = 0; i < k; i++)
            exact += terms[i] = real_of(kind->type, r) * real_of(kind->type, r);
        got = rounded(output_of(kind->type), summed(terms, k, kind->how, r));
        errors += (got - exact) * (got - exact);
        squares += exact * exact;
    }
    return root_share(errors, squares, conv_nmse_limit(kind->type, CONV_EXACT, k, false));
}

/* Parts of any number of terms are added to the output itself. */
static double scattered(int variant, struct random *r)
{
    const struct kind *kind = &kinds[variant];
    double errors = 0, squares = 0;
    int k = terms_of[random_integer(r, 0, 4)], each = some_number(k, r);

    for (int p = 0; p < 4 * ELEMENTS; p++) {
        double exact = 0, got = 0, part = 0;

        for (int i = 0; i < k; i++) {
            double term = real_of(kind->type, r) * real_of(kind->type, r);

            exact += term;
            part = (double)(float)(part + term);
            if ((i + 1) % each == 0 || i + 1 == k) {
                got = rounded(output_of(kind->type), got + part);
                part = 0;
            }
        }
        errors += (got - exact) * (got - exact);
        squares += exact * exact;
    }
    return root_share(errors, squares, conv_nmse_limit(kind->type, CONV_EXACT, k, true));
}

/* ---- Winograd's transforms: Toom and Cook's, of n - 1 points and infinity ---- */

enum { N_MAX = 6 };

struct winograd { int m, r, n; double a[N_MAX][N_MAX], b[N_MAX][N_MAX], g[N_MAX][N_MAX]; };       /* y = a ((g w) * (b x)) */

/* Coefficients of the product of (x - p) over all points but one. */
static void polynomial(double *out, const double *points, int count, int without)
{
    int degree = 0;

    memset(out, 0, N_MAX * sizeof *out);
    out[0] = 1;
    for (int i = 0; i < count; i++) {
        if (i == without)
            continue;
        for (int k = ++degree; k > 0; k--)
            out[k] = out[k - 1] - points[i] * out[k];
        out[0] *= -points[i];
    }
}

static struct winograd winograd_of(int m, int r)
{
    static const double points[] = { 0, 1, -1, 2, -2 };
    struct winograd w = { .m = m, .r = r, .n = m + r - 1 };
    int last = w.n - 1;

    for (int j = 0; j < last; j++) {
        double others = 1;

        for (int l = 0; l < last; l++)
            others *= l != j ? points[j] - points[l] : 1;
        for (int i = 0; i < m; i++)
            w.a[i][j] = pow(points[j], i);
        for (int k = 0; k < r; k++)
            w.g[j][k] = pow(points[j], k) / others;
        polynomial(w.b[j], points, last, j);
    }
    w.a[m - 1][last] = w.g[last][r - 1] = 1;
    polynomial(w.b[last], points, last, -1);
    return w;
}

/* out = t in t^T, each sum rounded to fp32 as it grows; t is rows x columns. */
static void transform(double out[N_MAX][N_MAX], double t[N_MAX][N_MAX], int rows, int columns, double in[N_MAX][N_MAX])
{
    double half[N_MAX][N_MAX];

    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) {
            float sum = 0;

            for (int k = 0; k < columns; k++)
                sum = fmaf((float)t[i][k], (float)in[k][j], sum);
            half[i][j] = (double)sum;
        }
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < rows; j++) {
            float sum = 0;

            for (int k = 0; k < columns; k++)
                sum = fmaf((float)t[j][k], (float)half[i][k], sum);
            out[i][j] = (double)sum;
        }
}

static void fill(double v[N_MAX][N_MAX], int side, enum number type, struct random *r)
{
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++)
            v[i][j] = real_of(type, r);
}

/* What is transformed is rounded to the type again before it is multiplied; of TF32 an instruction may also just ignore the lower bits. */
static void round_all(double v[N_MAX][N_MAX], int side, enum number type, bool cut)
{
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++)
            v[i][j] = cut ? (double)float_of_bits(bits_of_float((float)v[i][j]) & ~0x1FFFu) : rounded(type, v[i][j]);
}

static double by_winograd(int variant, struct random *r)
{
    static const struct { int m, r; } sizes[] = { { 2, 3 }, { 4, 3 }, { 3, 2 }, { 3, 4 } };
    enum number type = kinds[variant].type;
    const int size = random_integer(r, 0, 3), channels = random_integer(r, CHANNELS / 2, CHANNELS);
    const bool cut = type == NUMBER_TF32 && random_integer(r, 0, 1) == 1;
    struct winograd w = winograd_of(sizes[size].m, sizes[size].r);
    double errors = 0, squares = 0;

    for (int tile = 0; tile < 24; tile++) {
        double x[N_MAX][N_MAX], f[N_MAX][N_MAX], tx[N_MAX][N_MAX], tf[N_MAX][N_MAX], y[N_MAX][N_MAX], exact[N_MAX][N_MAX] = { { 0 } };
        double terms[N_MAX * N_MAX][CHANNELS], sums[N_MAX][N_MAX];

        for (int c = 0; c < channels; c++) {
            fill(x, w.n, type, r);
            fill(f, w.r, type, r);
            for (int i = 0; i < w.m * w.m * w.r * w.r; i++) {
                int p = i / (w.r * w.r) / w.m, q = i / (w.r * w.r) % w.m, u = i % (w.r * w.r) / w.r, v = i % w.r;

                exact[p][q] += x[p + u][q + v] * f[u][v];
            }
            transform(tx, w.b, w.n, w.n, x);
            for (int i = w.r; i < w.n; i++)
                for (int j = 0; j < w.n; j++)
                    f[i][j] = f[j][i] = 0;
            transform(tf, w.g, w.n, w.n, f);
            round_all(tx, w.n, type, cut);
            round_all(tf, w.n, type, cut);
            for (int i = 0; i < w.n * w.n; i++)
                terms[i][c] = tx[i / w.n][i % w.n] * tf[i / w.n][i % w.n];
        }
        for (int i = 0; i < w.n * w.n; i++)
            sums[i / w.n][i % w.n] = summed(terms[i], channels, kinds[variant].how, r);
        transform(y, w.a, w.m, w.n, sums);
        for (int i = 0; i < w.m * w.m; i++) {
            double e = exact[i / w.m][i % w.m], off = rounded(output_of(type), y[i / w.m][i % w.m]) - e;

            errors += off * off;
            squares += e * e;
        }
    }
    return root_share(errors, squares, conv_nmse_limit(type, CONV_FRACTIONS, channels * w.r * w.r, false));
}

/* ---- FFT: 16 x 16, in fp32 ---- */

enum { SIDE = 16 };

static void fft(float complex *v, int stride, bool back)
{
    float complex out[SIDE];

    for (int i = 0; i < SIDE; i++)
        out[(i & 1) << 3 | (i & 2) << 1 | (i & 4) >> 1 | (i & 8) >> 3] = v[i * stride];
    for (int half = 1; half < SIDE; half *= 2)
        for (int i = 0; i < SIDE; i++) {
            double angle = (back ? 1 : -1) * acos(-1) * (i % half) / half;
            float complex turn = (float)cos(angle) + (float)sin(angle) * (float complex)I, other;

            if (i & half)
                continue;
            other = out[i + half] * turn;
            out[i + half] = out[i] - other;
            out[i] += other;
        }
    for (int i = 0; i < SIDE; i++)
        v[i * stride] = out[i];
}

static void fft_of_plane(float complex *v, bool back)
{
    for (int i = 0; i < SIDE; i++)
        fft(v + i * SIDE, 1, back);
    for (int i = 0; i < SIDE; i++)
        fft(v + i, SIDE, back);
}

/* A plane of 14x14 by filters of 3x3, cut off at the edges: 12x12 results. */
static double by_fft(int variant, struct random *r)
{
    enum { IN = 14, F = 3, OUT = IN - F + 1 };
    enum number type = kinds[variant].type;
    int channels = some_number(CHANNELS, r);
    float complex sums[SIDE * SIDE] = { 0 };
    double exact[OUT * OUT] = { 0 }, errors = 0, squares = 0;

    for (int c = 0; c < channels; c++) {
        float complex x[SIDE * SIDE] = { 0 }, f[SIDE * SIDE] = { 0 };

        for (int i = 0; i < IN * IN; i++)
            x[i / IN * SIDE + i % IN] = (float)real_of(type, r);
        for (int i = 0; i < F * F; i++)
            f[i / F * SIDE + i % F] = (float)real_of(type, r);
        for (int i = 0; i < OUT * OUT * F * F; i++) {
            int p = i / (F * F) / OUT, q = i / (F * F) % OUT, u = i % (F * F) / F, v = i % F;

            exact[p * OUT + q] += (double)crealf(x[(p + u) * SIDE + q + v]) * (double)crealf(f[u * SIDE + v]);
        }
        fft_of_plane(x, false);
        fft_of_plane(f, false);
        for (int i = 0; i < SIDE * SIDE; i++)
            sums[i] += x[i] * conjf(f[i]);
    }
    fft_of_plane(sums, true);
    for (int i = 0; i < OUT * OUT; i++) {
        double off = rounded(output_of(type), (double)crealf(sums[i / OUT * SIDE + i % OUT]) / (SIDE * SIDE)) - exact[i];

        errors += off * off;
        squares += exact[i] * exact[i];
    }
    return root_share(errors, squares, conv_nmse_limit(type, CONV_FRACTIONS, channels * F * F, false));
}

#define WHERE     "harness/math/conv.c: conv_nmse_limit"
#define SUMS      "as products: PeerJ CS 7:e330, arXiv 2511.10909"
#define PARTS     "a walk of as many roundings as parts are added in 16 bits"
#define WINOGRAD  "Lavin and Gray 2016; transforms back and forth"
#define FFT       "no more than Winograd's: log n roundings"

const struct tolerance conv_tolerances[] = {
    { "convolution by sums, fp32", WHERE, SUMS, by_sums, 0, 0, NULL },
    { "convolution by sums, tf32, 7.0's cores", WHERE, SUMS, by_sums, 1, 0, NULL },
    { "convolution by sums, tf32 on 9.0", WHERE, SUMS, by_sums, 2, 0, NULL },
    { "convolution by sums, fp16 on 7.0", WHERE, SUMS, by_sums, 3, 0, NULL },
    { "convolution by sums, fp16 on 9.0", WHERE, SUMS, by_sums, 4, 0, NULL },
    { "convolution by sums, bf16 on 8.0", WHERE, SUMS, by_sums, 5, 0, NULL },
    { "convolution by sums, bf16 on 9.0", WHERE, SUMS, by_sums, 6, 0, NULL },
    { "convolution by scattered sums, fp32", WHERE, SUMS, scattered, 0, 0, NULL },
    { "convolution by scattered sums, fp16", WHERE, PARTS, scattered, 4, 0, NULL },
    { "convolution by scattered sums, bf16", WHERE, PARTS, scattered, 6, 0, NULL },
    { "convolution by Winograd, fp32", WHERE, WINOGRAD, by_winograd, 0, 0, NULL },
    { "convolution by Winograd, tf32", WHERE, WINOGRAD, by_winograd, 2, 0,
      "the bound is six times the mean square error of F(4x4, 3x3), whose root is 0.41 of it: few scatter to half" },
    { "convolution by Winograd, fp16", WHERE, WINOGRAD, by_winograd, 4, 0, NULL },
    { "convolution by Winograd, bf16", WHERE, WINOGRAD, by_winograd, 6, 0, NULL },
    { "convolution by FFT, fp32", WHERE, FFT, by_fft, 0, 0, NULL },
    { "convolution by FFT, fp16", WHERE, FFT, by_fft, 4, 0, NULL },
    { .name = NULL },
};
