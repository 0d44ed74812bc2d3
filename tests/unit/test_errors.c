/* How far products may be off: what sound arithmetic gives stays well within the limit,
 * what is coarser does not; and the kernels that measure it, by their CPU twins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/checked.h"
#include "kernels/integers.h"
#include "math/compare.h"
#include "math/number.h"
#include "math/precision.h"
#include "math/random.h"
#include "tests/host/twin.h"

enum { K_MAX = 4096 };

/* ---- Arithmetic as GPUs have it ---- */

static double toward_zero(double v, double step)
{
    return trunc(v / step) * step;
}

/* Terms are aligned to the largest, `kept` bits below it are kept, the sum is exact, and
 * cut to so many fraction bits: a tensor core's instruction. */
static double instruction(const double *terms, int n, double sum, int kept, int fraction)
{
    double largest = fabs(sum), step;

    for (int i = 0; i < n; i++)
        largest = fmax(largest, fabs(terms[i]));
    if (largest == 0)
        return 0;
    step = ldexp(1, ilogb(largest) - kept);
    sum = toward_zero(sum, step);
    for (int i = 0; i < n; i++)
        sum += toward_zero(terms[i], step);
    return sum == 0 ? 0 : toward_zero(sum, ldexp(1, ilogb(sum) - fraction));
}

struct arithmetic { int at_once, kept, fraction, promoted_each; };     /* at_once 0: fp32, in a random tree */

static double in_a_tree(float *terms, int n, struct random *r)
{
    while (n > 1) {
        int x = random_integer(r, 0, n - 1);
        float v = terms[x];

        terms[x] = terms[--n];
        x = random_integer(r, 0, n - 1);
        terms[x] += v;
    }
    return (double)terms[0];
}

static double summed(const double *terms, int k, struct arithmetic how, struct random *r)
{
    static float floats[K_MAX];
    double sum = 0, part = 0;

    for (int i = 0; i < k && how.at_once == 0; i++)
        floats[i] = (float)terms[i];
    if (how.at_once == 0)
        return in_a_tree(floats, k, r);
    for (int i = 0; i < k; i += how.at_once) {
        part = instruction(terms + i, k - i < how.at_once ? k - i : how.at_once, part, how.kept, how.fraction);
        if (how.promoted_each > 0 && (i + how.at_once) % how.promoted_each == 0) {
            sum = (double)(float)(sum + part);
            part = 0;
        }
    }
    return sum + part;
}

/* Of so many products of random data, factors cut to a narrower type first where one is given. */
static double nmse(enum number factors, enum number narrower, int k, int products, struct arithmetic how)
{
    static double terms[K_MAX];
    struct random r = { 4711 + (uint64_t)k };
    double errors = 0, squares = 0;

    for (int p = 0; p < products; p++) {
        double exact = 0, sum;

        for (int i = 0; i < k; i++) {
            double a = number_value(factors, number_bits(factors, (double)random_unit(&r)));
            double b = number_value(factors, number_bits(factors, (double)random_unit(&r)));

            exact += a * b;
            terms[i] = number_value(narrower, number_bits(narrower, a)) * number_value(narrower, number_bits(narrower, b));
        }
        sum = summed(terms, k, how, &r);
        errors += (sum - exact) * (sum - exact);
        squares += exact * exact;
    }
    return errors / squares;
}

static const struct { enum number n; int cc, k; bool fast; struct arithmetic how; } sound[] = {
    { NUMBER_FP32, 75, 128,  false, { 0, 0, 0, 0 } },    { NUMBER_FP32, 90, 1088, false, { 0, 0, 0, 0 } },
    { NUMBER_FP16, 70, 512,  false, { 4, 23, 23, 0 } },  { NUMBER_FP16, 80, 1088, false, { 8, 24, 23, 0 } },
    { NUMBER_BF16, 90, 4096, false, { 16, 25, 23, 0 } }, { NUMBER_BF16, 90, 64,   false, { 16, 25, 23, 0 } },
    { NUMBER_TF32, 80, 1088, false, { 4, 24, 23, 0 } },  { NUMBER_TF32, 90, 1088, false, { 8, 25, 23, 0 } },
    { NUMBER_E4M3, 90, 1088, true,  { 32, 13, 13, 0 } }, { NUMBER_E4M3, 90, 4096, true,  { 32, 13, 13, 0 } },
    { NUMBER_E5M2, 89, 1088, true,  { 32, 13, 13, 0 } }, { NUMBER_E4M3, 90, 1088, false, { 32, 13, 13, 128 } },
    { NUMBER_E4M3, 100, 1088, false, { 32, 25, 23, 0 } },
};

/* At most half of the bound, as an error and not as its square. */
static void sound_arithmetic_is_at_half_of_its_limit_or_below(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sound); i++) {
        double limit = product_nmse_limit(sound[i].n, NUMBER_FP32, sound[i].cc, sound[i].k, sound[i].fast);
        double seen = nmse(sound[i].n, sound[i].n, sound[i].k, 400, sound[i].how);

        assert_true(seen > 0);
        if (!(seen <= limit / 4))
            fail_msg("row %zu: %.3g of %.3g", i, sqrt(seen), sqrt(limit));
    }
}

/* No alarm of what is sound: every sample as large as a probe's smallest, 10,000 products in all of each kind. */
static void no_sample_of_sound_arithmetic_is_beyond_the_limit(void **state)
{
    (void)state;
    for (int sample = 0; sample < 40; sample++) {
        int k = 97 + sample;

        assert_true(nmse(NUMBER_FP32, NUMBER_FP32, k, 256, (struct arithmetic){ 0, 0, 0, 0 }) <= product_nmse_limit(NUMBER_FP32, NUMBER_FP32, 80, k, false));
        assert_true(nmse(NUMBER_BF16, NUMBER_BF16, k, 256, (struct arithmetic){ 8, 24, 23, 0 }) <= product_nmse_limit(NUMBER_BF16, NUMBER_FP32, 80, k, false));
    }
}

static const struct { enum number n, narrower; int cc, k; bool fast; struct arithmetic how; } coarse[] = {
    { NUMBER_FP32, NUMBER_TF32, 90, 1088, false, { 8, 25, 23, 0 } },    /* fp32 in tf32, in bf16, and in fp16 */
    { NUMBER_FP32, NUMBER_BF16, 90, 1088, false, { 16, 25, 23, 0 } },
    { NUMBER_FP32, NUMBER_FP16, 75, 128,  false, { 0, 0, 0, 0 } },
    { NUMBER_TF32, NUMBER_BF16, 90, 1088, false, { 16, 25, 23, 0 } },   /* tf32 in bf16 */
    { NUMBER_FP16, NUMBER_FP16, 90, 1088, false, { 16, 13, 13, 0 } },   /* sums as fp8 has them */
    { NUMBER_BF16, NUMBER_BF16, 80, 512,  false, { 8, 10, 10, 0 } },    /* sums in fp16 */
    { NUMBER_E4M3, NUMBER_E4M3, 90, 1088, false, { 32, 13, 13, 0 } },   /* fast sums that nobody allowed */
    { NUMBER_E4M3, NUMBER_E4M3, 90, 1088, true,  { 32, 8, 8, 0 } },
    { NUMBER_E4M3, NUMBER_E4M3, 100, 1088, false, { 32, 13, 13, 0 } },  /* sums of Hopper's on Blackwell */
};

static void coarser_arithmetic_is_beyond_the_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(coarse); i++) {
        double limit = product_nmse_limit(coarse[i].n, NUMBER_FP32, coarse[i].cc, coarse[i].k, coarse[i].fast);
        double seen = nmse(coarse[i].n, coarse[i].narrower, coarse[i].k, 256, coarse[i].how);

        if (!(seen > limit))
            fail_msg("row %zu: %.3g of %.3g", i, sqrt(seen), sqrt(limit));
    }
}

static void the_limit_is_as_derived(void **state)
{
    (void)state;
    assert_true(fabs(sqrt(product_nmse_limit(NUMBER_BF16, NUMBER_FP32, 90, 8192, false)) / 4.3e-5 - 1) < 0.02);
    assert_true(fabs(sqrt(product_nmse_limit(NUMBER_FP32, NUMBER_FP32, 90, 8192, false)) / 8.1e-6 - 1) < 0.02);
    assert_true(fabs(sqrt(product_nmse_limit(NUMBER_E4M3, NUMBER_FP32, 90, 8192, true)) / 8.8e-3 - 1) < 0.02);
    assert_true(fabs(sqrt(product_nmse_limit(NUMBER_BF16, NUMBER_BF16, 90, 8192, false)) / 6.6e-3 - 1) < 0.02);
    assert_true(product_nmse_limit(NUMBER_INT8, NUMBER_INT32, 90, 8192, false) == 0);
}

static void an_error_just_inside_a_products_limit_is_let_through_and_one_just_outside_is_not(void **state)
{
    static const double expected[2] = { 1, 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sound); i++) {
        double limit = product_nmse_limit(sound[i].n, i % 2 ? NUMBER_FP32 : sound[i].n, sound[i].cc, sound[i].k, sound[i].fast);
        float inside[2] = { 1, (float)(0.999 * sqrt(limit)) }, outside[2] = { 1, (float)(1.001 * sqrt(limit)) };

        assert_true(compare_closely(inside, expected, 2).nmse <= limit);
        assert_true(compare_closely(outside, expected, 2).nmse > limit);
    }
}

/* ---- The kernels ---- */

/* As kernels/errors.cu has it. */
struct of_product { unsigned format_a, format_b, format_d, m, n, k; unsigned long long lda, ldb, ldd; };

enum { M = 70, N = 45, K = 50, LD = 52, LDD = 72, SQUARES = 40 };

static float a[M * LD], b[N * LD], d[N * LDD];

static void make(void)
{
    for (int i = 0; i < M * LD; i++)
        a[i] = real_at(1, (unsigned long long)i);
    for (int i = 0; i < N * LD; i++)
        b[i] = real_at(2, (unsigned long long)i);
    for (int j = 0; j < N; j++)
        for (int i = 0; i < LDD; i++) {
            double sum = 0;

            for (int x = 0; x < K && i < M; x++)
                sum = fma((double)a[i * LD + x], (double)b[j * LD + x], sum);
            d[j * LDD + i] = i < M ? (float)sum : NAN;
        }
}

static void measure(double *sums)
{
    struct of_product p = { NUMBER_FP32, NUMBER_FP32, NUMBER_FP32, M, N, K, LD, LD, LDD };
    unsigned long long seed = 77;
    void *pa = a, *pb = b, *pd = d;

    assert_true(twin_launch("product_errors", SQUARES, 1, 1, 16, 16, 1, (void *[]){ &pa, &pb, &pd, &p, &seed, &sums, NULL }));
}

static void errors_are_of_the_squares_that_were_drawn(void **state)
{
    double sums[2 * SQUARES];
    int with_error = 0, with_nan = 0;

    (void)state;
    make();
    measure(sums);
    for (int i = 0; i < SQUARES; i++)
        assert_true(sums[2 * i] < 1e-10 && sums[2 * i + 1] > 100);      /* one rounding to fp32 each */
    d[44 * LDD + 69] += 3;                                              /* the last element, in a square that is cut off */
    d[0] = NAN;
    measure(sums);
    for (unsigned i = 0; i < SQUARES; i++) {
        unsigned row0 = pattern_word(77, 2 * i) % 5 * 16, column0 = pattern_word(77, 2 * i + 1) % 3 * 16;
        bool last = row0 == 64 && column0 == 32, first = row0 == 0 && column0 == 0;

        assert_true(last ? fabs(sums[2 * i] - 9) < 1e-4 : first ? isnan(sums[2 * i]) : sums[2 * i] < 1e-10);
        with_error += last;
        with_nan += first;
    }
    assert_true(with_error > 0 && with_nan > 0);
}

static uint64_t hash_of(unsigned blocks)
{
    unsigned long long ld = LDD, out[2] = { 0, 0 }, *to = out;
    unsigned words = M, columns = N;
    void *pd = d;

    assert_true(twin_launch("hash_columns", 1, blocks, 1, 256, 1, 1, (void *[]){ &pd, &ld, &words, &columns, &to, NULL }));
    assert_true(out[1] == (uint64_t)M * N);                             /* each word once */
    return out[0];
}

static void a_hash_is_of_every_bit_at_its_place_and_of_no_padding(void **state)
{
    uint64_t first, other;
    float v;

    (void)state;
    make();
    first = hash_of(3);
    assert_true(hash_of(1) == first && hash_of(45) == first);
    d[M] = 5;                                                           /* behind the last row */
    assert_true(hash_of(3) == first);
    for (int at = 0; at < 3; at++)
        for (unsigned bit = 0; bit < 32; bit++) {
            float *p = &d[(int[]){ 0, 30 * LDD + 7, 44 * LDD + 69 }[at]];

            v = *p;
            *p = float_of_bits(bits_of_float(v) ^ 1u << bit);
            other = hash_of(3);
            *p = v;
            assert_true(other != first);
        }
    v = d[3];
    d[3] = d[4];
    d[4] = v;
    assert_true(hash_of(3) != first);
}

static void a_rounding_is_right_only_bit_for_bit(void **state)
{
    static const enum number types[] = { NUMBER_FP16, NUMBER_BF16 };
    static uint16_t narrow[N * LDD];
    struct checked found, *pf = &found;
    unsigned long long ld = LDD;
    void *pn = narrow, *pd = d;
    unsigned rows = M;

    (void)state;
    make();
    d[5] = -0.0f;
    d[6] = 70000;                                                       /* infinity in fp16 */
    for (size_t t = 0; t < COUNT_OF(types); t++) {
        unsigned format = types[t];

        for (int i = 0; i < N * LDD; i++)
            number_set(types[t], narrow, (size_t)i, (double)d[i]);
        narrow[5] = 0;                                                  /* zero is zero */
        for (int flip = 0; flip < 3; flip++) {
            found = (struct checked)CHECKED_NOTHING;
            assert_true(twin_launch("compare_rounded", 1, N, 1, 256, 1, 1, (void *[]){ &pn, &format, &pd, &ld, &rows, &pf, NULL }));
            assert_true(found.looked == (uint64_t)M * N && found.wrong == (unsigned)flip && (flip == 0 || found.first == (flip == 1 ? 44u * M + 69 : 2u * M + 3)));
            narrow[flip == 0 ? 44 * LDD + 69 : 2 * LDD + 3] ^= 1;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_arithmetic_is_at_half_of_its_limit_or_below),
        cmocka_unit_test(no_sample_of_sound_arithmetic_is_beyond_the_limit),
        cmocka_unit_test(coarser_arithmetic_is_beyond_the_limit),
        cmocka_unit_test(the_limit_is_as_derived),
        cmocka_unit_test(an_error_just_inside_a_products_limit_is_let_through_and_one_just_outside_is_not),
        cmocka_unit_test(errors_are_of_the_squares_that_were_drawn),
        cmocka_unit_test(a_hash_is_of_every_bit_at_its_place_and_of_no_padding),
        cmocka_unit_test(a_rounding_is_right_only_bit_for_bit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
