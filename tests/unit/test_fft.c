/* Transforms: data whose spectra are known, against the definition; and what may be off. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/fft.h"

enum { MAX = 4096 };

static struct complex x[MAX], y[MAX], in[MAX], out[MAX], z[MAX];

/* By the definition, with nothing of fft.c. */
static struct complex slow(struct fft_shape s, const struct complex *v, size_t at, int sign)
{
    int m = s.m > 0 ? s.m : 1, k = (int)at / m, l = (int)at % m;
    long double re = 0, im = 0;

    for (int i = 0; i < s.n; i++)
        for (int j = 0; j < m; j++) {
            long double angle = sign * 2 * acosl(-1) * ((long double)((long)i * k % s.n) / s.n + (long double)((long)j * l % m) / m);
            struct complex of = v[i * m + j];

            re += (long double)of.re * cosl(angle) - (long double)of.im * sinl(angle);
            im += (long double)of.re * sinl(angle) + (long double)of.im * cosl(angle);
        }
    return (struct complex){ (double)re, (double)im };
}

static void assert_near(struct complex a, struct complex b, double scale, struct fft_shape s, size_t at)
{
    if (!(hypot(a.re - b.re, a.im - b.im) <= 1e-14 * scale))
        fail_msg("%d x %d [%zu]: (%.17g, %.17g), not (%.17g, %.17g)", s.n, s.m, at, a.re, a.im, b.re, b.im);
}

static void check_pair(struct fft_shape s)
{
    size_t n = fft_count(s);

    for (size_t b = 0; b < (size_t)s.batch; b++)
        for (size_t at = 0; at < n; at++)
            assert_near(y[b * n + at], slow(s, x + b * n, at, -1), sqrt((double)n), s, at);
}

static void a_root_of_unity_is_right_to_two_units(void **state)
{
    (void)state;
    for (int64_t of = 1; of < 60; of++)
        for (int64_t turns = -2 * of; turns <= 2 * of; turns++) {
            struct complex w = fft_root(turns, of);
            long double angle = 2 * acosl(-1) * (long double)turns / (long double)of;

            assert_true(fabsl((long double)w.re - cosl(angle)) <= 0x1p-52L && fabsl((long double)w.im - sinl(angle)) <= 0x1p-52L);
        }
    assert_true(fft_root(1, 4).re == 0 && fft_root(1, 4).im == 1 && fft_root(1, 2).re == -1 && fft_root(3, 4).im == -1);
}

static void the_spectrum_of_a_chirp_is_what_the_definition_gives(void **state)
{
    (void)state;
    for (int n = 2; n <= 130; n++) {
        struct fft_shape s = { n, 0, 2 };

        fft_chirps(s, (uint64_t)n, x, y);
        check_pair(s);
    }
    for (int n = 2; n <= 9; n++)
        for (int m = 2; m <= 8; m++) {
            struct fft_shape s = { n, m, 1 };

            fft_chirps(s, 7, x, y);
            check_pair(s);
        }
}

static void the_spectrum_of_random_data_is_what_the_definition_gives(void **state)
{
    static const struct fft_shape shapes[] = { { 16, 0, 3 }, { 105, 0, 1 }, { 6, 10, 2 }, { 64, 3, 1 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        fft_random(shapes[i], 5, x, y);
        check_pair(shapes[i]);
        for (size_t k = 0; k < fft_count(shapes[i]); k++)
            assert_true((double)(float)x[k].re == x[k].re);
    }
}

/* A half spectrum with its other half. */
static void complete(struct fft_shape s, const struct complex *half, struct complex *whole)
{
    int m = s.m > 0 ? s.m : s.n, n = s.m > 0 ? s.n : 1, kept = m / 2 + 1;

    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            struct complex of = half[(j < kept ? i : (n - i) % n) * kept + (j < kept ? j : m - j)];

            whole[i * m + j] = (struct complex){ of.re, j < kept ? of.im : -of.im };
        }
}

static void what_comes_out_is_the_transform_of_what_goes_in(void **state)
{
    static const struct fft_shape shapes[] = { { 16, 0, 1 }, { 15, 0, 1 }, { 6, 8, 1 }, { 5, 7, 1 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        struct fft_shape s = shapes[i];
        size_t n = fft_count(s), half = fft_half(s);
        double scale = sqrt((double)n);

        fft_random(s, 11, x, y);
        fft_problem(s, FFT_FORWARD, x, y, in, out);
        for (size_t k = 0; k < n; k++)
            assert_near(out[k], slow(s, in, k, -1), scale, s, k);
        fft_problem(s, FFT_INVERSE, x, y, in, out);
        for (size_t k = 0; k < n; k++)
            assert_near(out[k], slow(s, in, k, +1), scale, s, k);
        fft_problem(s, FFT_REAL_FORWARD, x, y, in, out);
        complete(s, out, z);
        for (size_t k = 0; k < n; k++) {
            assert_true(in[k].im == 0);
            assert_near(z[k], slow(s, in, k, -1), scale, s, k);
        }
        fft_problem(s, FFT_REAL_INVERSE, x, y, in, out);
        complete(s, in, z);
        for (size_t k = 0; k < n; k++) {
            assert_near((struct complex){ out[k].re, 0 }, slow(s, z, k, +1), scale, s, k);
            assert_true(out[k].im == 0);
        }
        assert_true(half == (s.m > 0 ? (size_t)s.n * (size_t)(s.m / 2 + 1) : (size_t)(s.n / 2 + 1)));
    }
}

static void every_transform_of_a_batch_is_a_problem_of_its_own(void **state)
{
    struct fft_shape s = { 12, 0, 3 };

    (void)state;
    fft_random(s, 3, x, y);
    fft_problem(s, FFT_REAL_FORWARD, x, y, in, out);
    assert_memory_equal(&in[24].re, &x[24].re, sizeof(double));
    assert_near(out[2 * 7], slow((struct fft_shape){ 12, 0, 1 }, in + 24, 0, -1), 4, s, 14);
}

static void the_limit_grows_with_the_stages(void **state)
{
    double u = 0x1p-24;

    (void)state;
    assert_true(fft_limit(NUMBER_FP32, (struct fft_shape){ 1 << 20, 0, 1 }) == 8 * u * 22);
    assert_true(fft_limit(NUMBER_FP64, (struct fft_shape){ 1 << 20, 0, 1 }) == 8 * 0x1p-53 * 22);
    assert_true(fft_limit(NUMBER_FP32, (struct fft_shape){ 105, 0, 1 }) == 8 * u * (2 + 4 + 6 + 2));
    assert_true(fft_limit(NUMBER_FP32, (struct fft_shape){ 8, 9, 1 }) == 8 * u * (3 + 4 + 2));
    assert_true(fft_limit(NUMBER_FP32, (struct fft_shape){ 1009, 0, 1 }) == 8 * u * (9 * log2(4036.0) + 2));
}

static void an_error_just_inside_the_limit_passes_and_just_outside_not(void **state)
{
    struct fft_shape s = { 64, 0, 1 };
    double limit = fft_limit(NUMBER_FP32, s), rms = sqrt(64.0);

    (void)state;
    fft_chirps(s, 1, x, y);
    memcpy(z, y, sizeof z);
    z[40].im += 0.999 * limit * rms;
    assert_true(fft_compare(z, y, 64, limit).ratio < 1);
    assert_int_equal(fft_compare(z, y, 64, limit).worst, 40);
    z[40].im = y[40].im + 1.001 * limit * rms;
    assert_true(fft_compare(z, y, 64, limit).ratio > 1);
    z[3].re = NAN;
    assert_true(isinf(fft_compare(z, y, 64, limit).ratio));
    assert_int_equal(fft_compare(z, y, 64, limit).worst, 3);
    memset(z, 0, sizeof z);
    assert_true(fft_compare(z, y, 64, limit).ratio > 1e4);
}

/* A fast transform in fp32: two halves, joined. */
static void fast(float *re, float *im, int n, int stride, float *to_re, float *to_im)
{
    if (n == 1) {
        *to_re = *re;
        *to_im = *im;
        return;
    }
    fast(re, im, n / 2, 2 * stride, to_re, to_im);
    fast(re + stride, im + stride, n / 2, 2 * stride, to_re + n / 2, to_im + n / 2);
    for (int k = 0; k < n / 2; k++) {
        struct complex w = fft_root(-k, n);
        float c = (float)w.re, s = (float)w.im, a = to_re[k], b = to_im[k], p = to_re[k + n / 2], q = to_im[k + n / 2];
        float u = p * c - q * s, v = p * s + q * c;

        to_re[k] = a + u;
        to_im[k] = b + v;
        to_re[k + n / 2] = a - u;
        to_im[k + n / 2] = b - v;
    }
}

static void a_transform_in_fp32_is_within_half_the_limit(void **state)
{
    static float re[MAX], im[MAX], to_re[MAX], to_im[MAX];

    (void)state;
    for (int n = 16; n <= MAX; n *= 2)
        for (uint64_t seed = 0; seed < 50; seed++) {
            struct fft_shape s = { n, 0, 1 };
            double ratio;

            fft_chirps(s, seed, x, y);
            for (int i = 0; i < n; i++) {
                re[i] = (float)x[i].re;
                im[i] = (float)x[i].im;
            }
            fast(re, im, n, 1, to_re, to_im);
            for (int i = 0; i < n; i++)
                z[i] = (struct complex){ (double)to_re[i], (double)to_im[i] };
            ratio = fft_compare(z, y, (size_t)n, fft_limit(NUMBER_FP32, s)).ratio;
            if (!(ratio <= 0.5 && ratio > 0.005))
                fail_msg("N = %d, seed %d: %g of the limit", n, (int)seed, ratio);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_root_of_unity_is_right_to_two_units),
        cmocka_unit_test(the_spectrum_of_a_chirp_is_what_the_definition_gives),
        cmocka_unit_test(the_spectrum_of_random_data_is_what_the_definition_gives),
        cmocka_unit_test(what_comes_out_is_the_transform_of_what_goes_in),
        cmocka_unit_test(every_transform_of_a_batch_is_a_problem_of_its_own),
        cmocka_unit_test(the_limit_grows_with_the_stages),
        cmocka_unit_test(an_error_just_inside_the_limit_passes_and_just_outside_not),
        cmocka_unit_test(a_transform_in_fp32_is_within_half_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
