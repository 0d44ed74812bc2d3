/* The kernels of a soak, run by the CPU twins: our own product is exact, and of a wrong one the wrong tiles are kept as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "kernels/soak.h"
#include "math/random.h"
#include "tests/host/twin.h"

enum { M = 192, N = 64, K = 32, LDA = 40, LDD = 200 };

static float a[M * LDA], b[N * LDA], d[N * LDD];

static void our_own_product_is_exact_and_writes_nothing_else(void **state)
{
    const float *pa = a, *pb = b;
    float *pd = d;
    unsigned long long lda = LDA, ldb = LDA, ldd = LDD;
    unsigned k = K;
    struct random random = { 7 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(a); i++)
        a[i] = (float)random_integer(&random, -8, 8);
    for (size_t i = 0; i < COUNT_OF(b); i++)
        b[i] = (float)random_integer(&random, -8, 8);
    memset(d, 0xFF, sizeof d);
    assert_true(twin_launch("soak_multiply", M / 64, N / 64, 1, 256, 1, 1, (void *[]){ &pa, &pb, &pd, &lda, &ldb, &ldd, &k, NULL }));
    for (int j = 0; j < N; j++)
        for (int i = 0; i < LDD; i++) {
            float expected = 0;

            for (int t = 0; t < K && i < M; t++)
                expected += a[i * LDA + t] * b[j * LDA + t];
            if (i < M)
                assert_true(d[j * LDD + i] == expected);
            else
                assert_true(d[j * LDD + i] != d[j * LDD + i]);          /* still the NaN that it was */
        }
}

/* Three tiles by two, the last of each side not whole. */
enum { ROWS = 300, COLUMNS = 200, LD = 304, TILES_M = 3, TILES = 6 };

struct judged_product {
    unsigned long long found[TILES], expected[TILES], bad[TILES];
    struct soak_log    log;
    unsigned           kept[SOAK_KEPT * SOAK_TILE_WORDS];
};

static struct judged_product product;
static double values[COLUMNS * LD];

static void judge(unsigned number, unsigned words)
{
    unsigned long long *found = product.found, *expected = product.expected, *bad = product.bad, ld = LD;
    unsigned m = ROWS, n = COLUMNS, tiles_m = TILES_M, *kept = product.kept;
    struct soak_log *log = &product.log;
    double *at = values;

    assert_true(twin_launch("soak_judge", TILES, 1, 1, 256, 1, 1,
                            (void *[]){ &found, &expected, &bad, &at, &ld, &m, &n, &words, &tiles_m, &number, &log, &kept, NULL }));
}

static void make(void)
{
    memset(&product, 0, sizeof product);
    for (size_t i = 0; i < COUNT_OF(values); i++)
        values[i] = (double)i;
    for (size_t i = 0; i < TILES; i++)
        product.found[i] = product.expected[i] = 1000 + i;
}

static void what_is_right_leaves_no_trace(void **state)
{
    static const struct soak_log looked_at = { .judged = TILES };

    (void)state;
    make();
    judge(5, 2);
    assert_memory_equal(&product.log, &looked_at, sizeof looked_at);
}

static void a_wrong_tile_is_kept_as_it_is_with_its_product_and_sums(void **state)
{
    double kept;

    (void)state;
    make();
    product.found[5] = 7;                               /* the last: 44 rows and 72 columns of it are there */
    judge(3, 2);
    judge(4, 2);
    assert_int_equal(product.log.kept, 2);
    assert_int_equal(product.log.wrong[3], 1);
    assert_int_equal(product.log.wrong[4], 1);
    assert_int_equal(product.log.wrong[5], 0);
    assert_int_equal(product.log.fault[0].tile, 5);
    assert_int_equal(product.log.fault[0].product, 3);
    assert_int_equal(product.log.fault[1].product, 4);
    assert_true(product.log.fault[0].found == 7 && product.log.fault[0].expected == 1005);
    for (size_t j = 0; j < SOAK_TILE; j++)
        for (size_t i = 0; i < SOAK_TILE; i++) {
            memcpy(&kept, &product.kept[(j * SOAK_TILE + i) * 2], sizeof kept);
            assert_true(kept == (i < ROWS - 256 && j < COLUMNS - 128 ? (double)((128 + j) * LD + 256 + i) : 0));
        }
}

static void what_is_no_integer_is_wrong_though_the_sums_agree_and_is_counted_anew(void **state)
{
    (void)state;
    make();
    product.bad[1] = 9;
    judge(0, 2);
    assert_int_equal(product.log.wrong[0], 1);
    assert_true(product.log.fault[0].bad == 9 && product.log.fault[0].tile == 1);
    judge(1, 2);
    assert_int_equal(product.log.wrong[1], 0);
}

static void of_many_wrong_tiles_all_are_counted_and_the_first_kept(void **state)
{
    (void)state;
    make();
    memset(product.found, 0, sizeof product.found);
    judge(0, 2);
    judge(1, 2);
    assert_int_equal(product.log.kept, 2 * TILES);
    assert_int_equal(product.log.wrong[0], TILES);
    assert_int_equal(product.log.wrong[1], TILES);
    for (unsigned i = 0; i < SOAK_KEPT; i++)
        assert_int_equal(product.log.fault[i].product, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_product_is_exact_and_writes_nothing_else),
        cmocka_unit_test(what_is_right_leaves_no_trace),
        cmocka_unit_test(a_wrong_tile_is_kept_as_it_is_with_its_product_and_sums),
        cmocka_unit_test(what_is_no_integer_is_wrong_though_the_sums_agree_and_is_counted_anew),
        cmocka_unit_test(of_many_wrong_tiles_all_are_counted_and_the_first_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
