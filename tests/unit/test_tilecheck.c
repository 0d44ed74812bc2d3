/* The check of a product by tile sums, run by the CPU twins: what is right passes in
 * every format, and each planted fault is found in its tile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kernels/integers.h"
#include "math/exact.h"
#include "math/random.h"
#include "tests/host/twin.h"

enum { M = 300, N = 148, K = 68, LD = 72, LDD = 304, TILES_M = 3, TILES_N = 2, TILES = TILES_M * TILES_N };

static const struct { enum number in, out; } products[] = {
    { NUMBER_FP64, NUMBER_FP64 }, { NUMBER_FP32, NUMBER_FP32 }, { NUMBER_FP16, NUMBER_FP32 }, { NUMBER_FP16, NUMBER_FP16 },
    { NUMBER_BF16, NUMBER_FP32 }, { NUMBER_BF16, NUMBER_BF16 }, { NUMBER_E4M3, NUMBER_FP32 }, { NUMBER_E5M2, NUMBER_BF16 },
    { NUMBER_INT8, NUMBER_INT32 },
};

struct sums { uint64_t expected[TILES], found[TILES], bad[TILES], wrong; };

static _Alignas(16) unsigned char a[M * LD * 8], b[N * LD * 8], d[N * LDD * 8];
static struct operand of_a, of_b;

static void fill(void *m, enum number n, const struct operand *o)
{
    unsigned format = n, rows = (unsigned)o->rows, columns = K;
    unsigned long long row_stride = LD, column_stride = 1, seed = o->seed;
    struct integers range = o->range;

    memset(m, 0xFF, (size_t)rows * LD * number_bytes(n));           /* NaN, where it is not filled */
    assert_true(twin_launch("fill_integers", (rows * columns + 255) / 256, 1, 1, 256, 1, 1,
                            (void *[]){ &m, &format, &rows, &columns, &row_stride, &column_stride, &seed, &range, NULL }));
}

/* Fills A, B and the true product of that kind. */
static void make(size_t p)
{
    enum number in = products[p].in, out = products[p].out;
    double limit = out == NUMBER_FP16 ? 0x1p11 : out == NUMBER_BF16 ? 0x1p8 : 0x1p24;

    of_a = (struct operand){ integers_below(limit / 1.4, in, K), 1000 + p, M, K };
    of_b = (struct operand){ of_a.range, 2000 + p, N, K };
    fill(a, in, &of_a);
    fill(b, in, &of_b);
    memset(d, 0xFF, sizeof d);
    for (int j = 0; j < N; j++)
        for (int i = 0; i < M; i++)
            number_set(out, d, (size_t)j * LDD + (size_t)i, operand_product(&of_a, &of_b, i, j));
}

static uint64_t combine(const char *kernel, void *m, const struct operand *o, unsigned weights, uint64_t *sums)
{
    unsigned long long ld = LD, seed = o->seed, wrong = 0, *pw = &wrong;
    unsigned rows = (unsigned)o->rows, k = K;
    struct integers range = o->range;

    assert_true(twin_launch(kernel, 1, (rows + 127) / 128, 1, 128, 1, 1, (void *[]){ &m, &ld, &rows, &k, &seed, &range, &weights, &sums, &pw, NULL }));
    return wrong;
}

static struct sums check(size_t p)
{
    static uint64_t sums_a[TILES_M * K], sums_b[TILES_N * K];
    uint64_t *pa = sums_a, *pb = sums_b, *pf, *pe, *pbad;
    unsigned x = 12345, y = 54321, tiles_m = TILES_M, tiles_n = TILES_N, k = K, rows = N, columns = M;
    unsigned long long ldd = LDD;
    char kernel[32];
    void *pd = d;
    struct sums s;

    memset(&s, 0, sizeof s);
    pf = s.found; pe = s.expected; pbad = s.bad;
    text_format(kernel, sizeof kernel, "combine_%s", number_name(products[p].in));
    s.wrong = combine(kernel, a, &of_a, x, sums_a) + combine(kernel, b, &of_b, y, sums_b);
    assert_true(twin_launch("expect_tiles", (TILES * 32 + 255) / 256, 1, 1, 256, 1, 1, (void *[]){ &pa, &pb, &tiles_m, &tiles_n, &k, &pe, NULL }));
    text_format(kernel, sizeof kernel, "found_%s", number_name(products[p].out));
    assert_true(twin_launch(kernel, TILES_M, TILES_N, 1, 256, 1, 1, (void *[]){ &pd, &ldd, &rows, &columns, &y, &x, &pf, &pbad, NULL }));
    return s;
}

/* One bit for each tile that is not as expected. */
static unsigned wrong_tiles(size_t p)
{
    struct sums s = check(p);
    unsigned tiles = 0;

    for (unsigned t = 0; t < TILES; t++)
        tiles |= (unsigned)(s.found[t] != s.expected[t] || s.bad[t] != 0) << t;
    return tiles;
}

static double get(size_t p, int i, int j)
{
    return number_get(products[p].out, d, (size_t)j * LDD + (size_t)i);
}

static void put(size_t p, int i, int j, double v)
{
    number_set(products[p].out, d, (size_t)j * LDD + (size_t)i, v);
}

static unsigned tile_of(int i, int j)
{
    return 1u << (j / 128 * TILES_M + i / 128);
}

static void what_is_right_passes_in_every_format(void **state)
{
    (void)state;
    for (size_t p = 0; p < COUNT_OF(products); p++) {
        make(p);
        assert_int_equal(wrong_tiles(p), 0);
        assert_true(check(p).wrong == 0);
        assert_true(get(p, 1, 1) != 0 || get(p, 2, 2) != 0 || get(p, 3, 1) != 0);
    }
}

/* Off by one, by a power of two as large as the format has, zero, another's value. */
static void a_single_wrong_element_is_found_in_its_tile(void **state)
{
    static const double errors[] = { 1, -1, 2, 64, 128 };
    struct random r = { 99 };

    (void)state;
    for (size_t p = 0; p < COUNT_OF(products); p++) {
        make(p);
        for (size_t n = 0; n < 8; n++) {
            static const int at[][2] = { { 0, 0 }, { M - 1, N - 1 }, { 127, 127 }, { 128, 128 } };
            int i = n < 4 ? at[n][0] : random_integer(&r, 0, M - 1), j = n < 4 ? at[n][1] : random_integer(&r, 0, N - 1);
            double right = get(p, i, j), v = right + errors[n % COUNT_OF(errors)];

            put(p, i, j, v);
            if (get(p, i, j) != right)
                assert_int_equal(wrong_tiles(p), tile_of(i, j));
            put(p, i, j, right);
        }
        assert_int_equal(wrong_tiles(p), 0);
    }
}

static void what_is_no_integer_is_found_in_its_tile(void **state)
{
    const double spoilt[] = { (double)NAN, (double)INFINITY, -(double)INFINITY, 0.5 };

    (void)state;
    for (size_t p = 0; p + 1 < COUNT_OF(products); p++)             /* int32 has none of these */
        for (size_t n = 0; n < COUNT_OF(spoilt); n++) {
            make(p);
            put(p, 200, 140, spoilt[n]);
            assert_int_equal(wrong_tiles(p), tile_of(200, 140));
            assert_int_equal(check(p).bad[4], 1);
        }
}

/* The lowest bit of an fp32 mantissa, which a tolerance would not see. */
static void one_bit_of_one_element_is_found(void **state)
{
    (void)state;
    make(1);
    for (unsigned bit = 0; bit < 32; bit++) {
        float *at = &((float *)(void *)d)[5 * LDD + 130];
        float right = *at;

        assert_true(right != 0);
        *at = float_of_bits(bits_of_float(right) ^ 1u << bit);
        assert_int_equal(wrong_tiles(1), tile_of(130, 5));
        *at = right;
    }
}

static void two_wrong_elements_do_not_cancel(void **state)
{
    struct random r = { 7 };

    (void)state;
    make(2);
    for (int n = 0; n < 60; n++) {
        int i = random_integer(&r, 0, 127), j = random_integer(&r, 0, 127), ii = random_integer(&r, 0, 127), e = random_integer(&r, 1, 5);
        double right = get(2, i, j), other;

        ii = ii == i ? (i + 1) % 128 : ii;
        other = get(2, ii, j);
        put(2, i, j, right + e);
        put(2, ii, j, other - e);
        assert_int_equal(wrong_tiles(2), 1);
        put(2, i, j, other);                                        /* the two exchanged */
        put(2, ii, j, right);
        assert_int_equal(wrong_tiles(2), other != right ? 1 : 0);
        put(2, i, j, right);
        put(2, ii, j, other);
    }
}

static void all_rows_shifted_all_scaled_and_zeros_are_found_in_every_tile(void **state)
{
    (void)state;
    make(4);
    memmove(d, d + 4, sizeof d - 4);                                /* one row up */
    assert_int_equal(wrong_tiles(4), (1u << TILES) - 1);
    make(4);
    for (int j = 0; j < N; j++)
        for (int i = 0; i < M; i++)
            put(4, i, j, 2 * get(4, i, j));
    assert_int_equal(wrong_tiles(4), (1u << TILES) - 1);
    memset(d, 0, sizeof d);
    assert_int_equal(wrong_tiles(4), (1u << TILES) - 1);
    memset(d, 0xFF, sizeof d);                                      /* as it was before the product */
    assert_int_equal(wrong_tiles(4), (1u << TILES) - 1);
    assert_true(check(4).bad[0] == 128 * 128);
}

static void the_product_of_other_data_is_found(void **state)
{
    static unsigned char stale[sizeof d];

    (void)state;
    make(2);
    memcpy(stale, d, sizeof d);
    make(3);                                                        /* other seeds */
    make(2);
    assert_memory_equal(stale, d, sizeof d);
    of_a.seed++;                                                    /* new data, and D of the old ones */
    fill(a, NUMBER_FP16, &of_a);
    assert_int_equal(wrong_tiles(2), (1u << TILES) - 1);
}

/* The upper left square, transposed: the numbers are right and lie wrong. */
static void a_transposed_tile_is_found(void **state)
{
    (void)state;
    make(2);
    for (int j = 0; j < 128; j++)
        for (int i = 0; i < j; i++) {
            double v = get(2, i, j);

            put(2, i, j, get(2, j, i));
            put(2, j, i, v);
        }
    assert_int_equal(wrong_tiles(2), 1);
}

static void operands_that_are_no_longer_what_they_were_are_counted(void **state)
{
    (void)state;
    for (size_t p = 0; p < COUNT_OF(products); p++) {
        make(p);
        number_set(products[p].in, a, 17 * LD + 3, operand_at(&of_a, 17, 3) == 1 ? 0 : 1);
        number_set(products[p].in, b, (N - 1) * LD + K - 1, products[p].in == NUMBER_INT8 ? -128 : (double)NAN);
        assert_true(check(p).wrong >= 2);
        assert_int_equal(wrong_tiles(p), 0);                        /* the sums are of what should be there */
    }
}

/* In any order of storage; full mantissas are the format's rounding of the same numbers. */
static void matrices_are_filled_in_either_order_and_rounded_to_the_format(void **state)
{
    unsigned rows = 30, columns = 20;
    unsigned long long row_stride = 1, column_stride = 33, seed = 5;
    struct operand o = { { 7, 1, 0, 65536 }, 5, 30, 20 };
    void *pd = d;

    (void)state;
    for (unsigned format = NUMBER_FP64; format <= NUMBER_INT32; format++) {
        memset(d, 0xFF, sizeof d);
        assert_true(twin_launch("fill_integers", 3, 1, 1, 256, 1, 1,
                                (void *[]){ &pd, &format, &rows, &columns, &row_stride, &column_stride, &seed, &o.range, NULL }));
        for (int i = 0; i < 30; i++)
            for (int j = 0; j < 20; j++)
                assert_true(number_get(format, d, (size_t)(j * 33 + i)) == operand_at(&o, i, j));
        assert_int_equal(d[(19 * 33 + 30) * number_bytes(format)], 0xFF);
        if (format >= NUMBER_INT8)
            continue;
        assert_true(twin_launch("fill_reals", 3, 1, 1, 256, 1, 1, (void *[]){ &pd, &format, &rows, &columns, &row_stride, &column_stride, &seed, NULL }));
        for (int i = 0; i < 30; i++)
            for (int j = 0; j < 20; j++) {
                double v = (double)real_at(5, (unsigned long long)(i * 20 + j));

                assert_true(fabs(v) <= 1.7320509);
                assert_true(number_get(format, d, (size_t)(j * 33 + i)) == number_value(format, number_bits(format, v)));
            }
    }
}

static void real_data_have_mean_0_and_variance_1(void **state)
{
    double sum = 0, squares = 0;

    (void)state;
    for (unsigned long long i = 0; i < 200000; i++) {
        double v = (double)real_at(9, i);

        sum += v;
        squares += v * v;
    }
    assert_true(fabs(sum / 200000) < 0.01 && fabs(squares / 200000 - 1) < 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_right_passes_in_every_format),
        cmocka_unit_test(a_single_wrong_element_is_found_in_its_tile),
        cmocka_unit_test(what_is_no_integer_is_found_in_its_tile),
        cmocka_unit_test(one_bit_of_one_element_is_found),
        cmocka_unit_test(two_wrong_elements_do_not_cancel),
        cmocka_unit_test(all_rows_shifted_all_scaled_and_zeros_are_found_in_every_tile),
        cmocka_unit_test(the_product_of_other_data_is_found),
        cmocka_unit_test(a_transposed_tile_is_found),
        cmocka_unit_test(operands_that_are_no_longer_what_they_were_are_counted),
        cmocka_unit_test(matrices_are_filled_in_either_order_and_rounded_to_the_format),
        cmocka_unit_test(real_data_have_mean_0_and_variance_1),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
