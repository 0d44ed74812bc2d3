#include "math/fft.h"

#include <math.h>

#include "math/random.h"

size_t fft_count(struct fft_shape s)
{
    return (size_t)s.n * (size_t)(s.m > 0 ? s.m : 1);
}

/* The angle is brought below pi / 4 in integers, where sine and cosine lose nothing. */
struct complex fft_root(int64_t turns, int64_t of)
{
    const double half_pi = 1.57079632679489661923;
    int64_t quarters = 4 * (turns % of + (turns % of < 0 ? of : 0)), quadrant = quarters / of, rest = quarters % of;
    bool beyond = 2 * rest > of;
    double angle = half_pi * ((double)(beyond ? of - rest : rest) / (double)of);
    double c = beyond ? sin(angle) : cos(angle), s = beyond ? cos(angle) : sin(angle);

    switch (quadrant) {
    case 0:  return (struct complex){ c, s };
    case 1:  return (struct complex){ -s, c };
    case 2:  return (struct complex){ -c, -s };
    default: return (struct complex){ s, -c };
    }
}

static struct complex times(struct complex a, struct complex b)
{
    return (struct complex){ a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re };
}

/* ---- Chirps ---- */

/* Even N: e^(i pi (n-s)^2 / N) has the spectrum sqrt N e^(i pi / 4) e^(-i pi k^2 / N) e^(-2 pi i k s / N). Odd N, with
 * h = (N+1)/2 the inverse of 2: e^(2 pi i h (n-s)^2 / N) has G e^(-2 pi i (h k^2 + k s) / N), where G = (2/N) e sqrt N,
 * (2/N) is Jacobi's symbol and e is 1 for N = 1 mod 4, else i. (Completing the square; Gauss's sum.) */
static struct complex chirp(int64_t n, int64_t at, int64_t shift)
{
    int64_t d = at - shift;

    return n % 2 == 0 ? fft_root(d * d % (2 * n), 2 * n) : fft_root(d * d % n * ((n + 1) / 2) % n, n);
}

static struct complex chirp_spectrum(int64_t n, int64_t k, int64_t shift)
{
    static const int64_t eighths_of_odd[8] = { [1] = 0, [3] = 6, [5] = 4, [7] = 2 };
    int64_t turned = n % 2 == 0 ? (4 * (k * k % (2 * n)) + 8 * (k * shift % n)) % (8 * n)
                                : 8 * ((k * k % n * ((n + 1) / 2) + k * shift) % n);
    struct complex y = fft_root((n % 2 == 0 ? n : n * eighths_of_odd[n % 8]) - turned, 8 * n);

    return (struct complex){ y.re * sqrt((double)n), y.im * sqrt((double)n) };
}

void fft_chirps(struct fft_shape s, uint64_t seed, struct complex *x, struct complex *y)
{
    int m = s.m > 0 ? s.m : 1;
    struct random r = { seed };

    for (int b = 0; b < s.batch; b++) {
        int shift_n = random_integer(&r, 0, s.n - 1), shift_m = random_integer(&r, 0, m - 1);

        for (int i = 0; i < s.n; i++) {
            struct complex of_x = chirp(s.n, i, shift_n), of_y = chirp_spectrum(s.n, i, shift_n);

            for (int j = 0; j < m; j++) {
                *x++ = m > 1 ? times(of_x, chirp(m, j, shift_m)) : of_x;
                *y++ = m > 1 ? times(of_y, chirp_spectrum(m, j, shift_m)) : of_y;
            }
        }
    }
}

/* ---- By the definition ---- */

enum { SIDE_MAX = 64 };                 /* of the first dimension of two, for random data */

/* In long double: what is compared may be double itself. */
static void transform(int n, const struct complex *x, struct complex *y, size_t stride)
{
    for (int k = 0; k < n; k++) {
        long double re = 0, im = 0;

        for (int i = 0; i < n; i++) {
            struct complex w = fft_root(-((int64_t)k * i % n), n);

            re += (long double)x[i].re * (long double)w.re - (long double)x[i].im * (long double)w.im;
            im += (long double)x[i].re * (long double)w.im + (long double)x[i].im * (long double)w.re;
        }
        y[(size_t)k * stride] = (struct complex){ (double)re, (double)im };
    }
}

/* Rows first, then columns, of which a copy is read. */
static void transform_both(struct fft_shape s, const struct complex *x, struct complex *y)
{
    size_t m = (size_t)s.m;
    struct complex column[SIDE_MAX];

    for (size_t i = 0; i < (size_t)s.n; i++)
        transform(s.m, x + i * m, y + i * m, 1);
    for (size_t j = 0; j < m && s.n <= SIDE_MAX; j++) {
        for (size_t i = 0; i < (size_t)s.n; i++)
            column[i] = y[i * m + j];
        transform(s.n, column, y + j, m);
    }
}

void fft_random(struct fft_shape s, uint64_t seed, struct complex *x, struct complex *y)
{
    struct random r = { seed };
    size_t n = fft_count(s);

    for (size_t i = 0; i < n * (size_t)s.batch; i++) {
        x[i].re = (double)random_unit(&r);
        x[i].im = (double)random_unit(&r);
    }
    for (int b = 0; b < s.batch; b++, x += n, y += n)
        if (s.m > 0)
            transform_both(s, x, y);
        else
            transform(s.n, x, y, 1);
}

/* ---- Kinds of transform ---- */

static int row(struct fft_shape s)
{
    return s.m > 0 ? s.m : s.n;
}

size_t fft_half(struct fft_shape s)
{
    return fft_count(s) / (size_t)row(s) * ((size_t)row(s) / 2 + 1);
}

/* The element of negated indices. */
static size_t opposite(struct fft_shape s, size_t at)
{
    size_t m = (size_t)row(s), n = fft_count(s) / m, i = at / m, j = at % m;

    return (n - i) % n * m + (m - j) % m;
}

/* Of z, the part that is the spectrum of real data: (z[k] + conj z[-k]) / 2. */
static struct complex of_real(struct fft_shape s, const struct complex *z, size_t at)
{
    struct complex a = z[at], b = z[opposite(s, at)];

    return (struct complex){ (a.re + b.re) / 2, (a.im - b.im) / 2 };
}

static void keep_half(struct fft_shape s, const struct complex *z, struct complex *out)
{
    size_t m = (size_t)row(s);

    for (size_t at = 0; at < fft_count(s); at++)
        if (at % m <= m / 2)
            *out++ = of_real(s, z, at);
}

/* The real part of x has the spectrum's part that is of real data; the inverse of x is y with its indices negated,
 * and that of the part of x that is of real data is the real part of it. */
static void one_problem(struct fft_shape s, enum fft_kind kind, const struct complex *x, const struct complex *y, struct complex *in, struct complex *out)
{
    for (size_t at = 0; at < fft_count(s); at++) {
        struct complex back = y[opposite(s, at)];

        if (kind == FFT_FORWARD || kind == FFT_INVERSE)
            in[at] = x[at], out[at] = kind == FFT_FORWARD ? y[at] : back;
        else if (kind == FFT_REAL_FORWARD)
            in[at] = (struct complex){ x[at].re, 0 };
        else
            out[at] = (struct complex){ back.re, 0 };
    }
    if (kind == FFT_REAL_FORWARD)
        keep_half(s, y, out);
    if (kind == FFT_REAL_INVERSE)
        keep_half(s, x, in);
}

void fft_problem(struct fft_shape s, enum fft_kind kind, const struct complex *x, const struct complex *y, struct complex *in, struct complex *out)
{
    size_t n = fft_count(s), n_in = kind == FFT_REAL_INVERSE ? fft_half(s) : n, n_out = kind == FFT_REAL_FORWARD ? fft_half(s) : n;

    for (int b = 0; b < s.batch; b++)
        one_problem(s, kind, x + (size_t)b * n, y + (size_t)b * n, in + (size_t)b * n_in, out + (size_t)b * n_out);
}

/* ---- Bounds ---- */

/* The fast transform has a stage for each prime factor p of N. Higham, "Accuracy and Stability of Numerical Algorithms",
 * 2nd ed., theorem 24.2: for p = 2 each stage adds at most eta = mu + gamma_4 (sqrt 2 + mu) to the relative error in the
 * 2-norm; roots of unity within two units, mu = 2u, make it 7.7 u: 8 u. A stage of p points is p sums of p products of
 * complex numbers: sqrt p gamma_(p+2) sqrt 2, which is below (p - 1) 8 u for p from 3 to 13 (17 < 16 + 8 for 3, 41 < 48
 * for 7, 76 < 96 for 13, where the products with the roots of the next stage are counted once more). A larger prime is
 * computed by Bluestein's three transforms of 2N to 4N points, whose spectrum of a chirp is at most 1.5 times as large as its mean
 * and which throw away up to three quarters of what they compute: 3 times 3 log2(4N) such stages. And one for the
 * rounding of the data, one for what joins two real transforms. */
static double stages(int n)
{
    double all = 0;

    for (int p = 2; n > 1; p++)
        for (; n % p == 0; n /= p)
            all += p <= 13 ? p - 1 : 9 * log2(4 * (double)p);
    return all;
}

/* The bound of the whole is taken for each element: errors are as large in each one, some 0.6 u sqrt(log2 N) of the root
 * mean square (Schatzman, "Accuracy of the discrete Fourier transform and the fast Fourier transform", SIAM J. Sci. Comput.
 * 17, 1996), a normal distribution, whose largest of 2^20 are 5 times that: 13 u of 176 u for N = 2^20, 3 of 48 u for 16. */
double fft_limit(enum number type, struct fft_shape s)
{
    double unit = type == NUMBER_FP64 ? 0x1p-53 : 0x1p-24;

    return 8 * unit * (stages(s.n) + (s.m > 0 ? stages(s.m) : 0) + 2);
}

struct fft_error fft_compare(const struct complex *got, const struct complex *expected, size_t n, double limit)
{
    struct fft_error e = { 0, 0, 0 };
    double squares = 0, errors = 0, worst = -1;

    for (size_t i = 0; i < n; i++) {
        double re = got[i].re - expected[i].re, im = got[i].im - expected[i].im, error = re * re + im * im;

        if (!isfinite(error))
            return (struct fft_error){ INFINITY, i, INFINITY };
        squares += expected[i].re * expected[i].re + expected[i].im * expected[i].im;
        errors += error;
        if (error > worst) {
            worst = error;
            e.worst = i;
        }
    }
    e.nmse = squares > 0 ? errors / squares : errors > 0 ? INFINITY : 0;
    e.ratio = squares > 0 ? sqrt(worst / (squares / (double)n)) / limit : errors > 0 ? INFINITY : 0;
    return e;
}
