/* Every kernel, run by its CPU twin, on sizes that fill no block evenly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "kernels/images.h"
#include "kernels/list.h"
#include "kernels/pattern.h"
#include "math/cnn.h"
#include "math/compare.h"
#include "kernels/checked.h"
#include "tests/host/twin.h"

enum { WORDS = 3 * 256 + 77 };

static void filling_verifying_copying_and_adding_words(void **state)
{
    static uint32_t words[WORDS + 8], copy[WORDS + 8];
    unsigned long long n = WORDS, seed = 42, sum = 0, expected = 0;
    uint32_t *p = words, *q = copy;
    struct checked found = CHECKED_NOTHING, *pf = &found;
    unsigned long long *ps = &sum;
    unsigned blocks = (WORDS + 255) / 256;

    (void)state;
    assert_true(twin_launch("fill_words", blocks, 1, 1, 256, 1, 1, (void *[]){ &p, &n, &seed, NULL }));
    for (unsigned i = 0; i < WORDS; i++) {
        assert_int_equal(words[i], pattern_word(42, i));
        expected += words[i];
    }
    assert_int_equal(words[WORDS], 0);              /* nothing behind the end */
    assert_true(twin_launch("copy_words", blocks, 1, 1, 256, 1, 1, (void *[]){ &q, &p, &n, NULL }));
    assert_memory_equal(words, copy, sizeof words);
    assert_true(twin_launch("sum_words", blocks, 1, 1, 256, 1, 1, (void *[]){ &p, &n, &ps, NULL }));
    assert_true(sum == expected);
    assert_true(twin_launch("verify_words", blocks, 1, 1, 256, 1, 1, (void *[]){ &p, &n, &seed, &pf, NULL }));
    assert_true(found.wrong == 0 && found.first == ~0ull && found.looked == WORDS);
    words[500] ^= 1u << 31;
    words[300] ^= 1;
    assert_true(twin_launch("verify_words", blocks, 1, 1, 256, 1, 1, (void *[]){ &p, &n, &seed, &pf, NULL }));
    assert_true(found.wrong == 2 && found.first == 300 && found.looked == 2 * WORDS);
}

static void a_missing_barrier_is_noticed(void **state)
{
    static uint32_t words[256];
    unsigned long long n = 256, sum = 0;
    unsigned long long *ps = &sum;
    uint32_t *p = words;
    int wrong = 0;

    (void)state;
    for (unsigned i = 0; i < 256; i++)
        words[i] = i;
    for (int again = 0; again < 20; again++) {
        sum = 0;
        assert_true(twin_launch("broken_sum", 1, 1, 1, 256, 1, 1, (void *[]){ &p, &n, &ps, NULL }));
        wrong += sum != 255 * 128;
    }
    assert_true(wrong > 0);
}

static void the_convolution_is_exact_with_and_without_bias_and_padding(void **state)
{
    unsigned n = CNN_N, c = CNN_C, hw = CNN_HW, k = CNN_K, r = CNN_R, pad = 0, stride = 1;
    struct arena a = { NULL };
    struct cnn_layers l;
    struct cnn_data d;
    struct err e;
    float *y, *none = NULL, one[4] = { 1, 2, 3, 4 }, w[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, out[4], *px = one, *pw = w, *po = out;
    unsigned u1 = 1, u2 = 2, u3 = 3;

    (void)state;
    assert_true(cnn_make_integers(&d, &l, &a, 5, &e));
    y = arena_alloc(&a, CNN_CONV * sizeof *y);
    assert_true(twin_launch("conv_f32", (CNN_CONV + 255) / 256, 1, 1, 256, 1, 1,
                            (void *[]){ &d.x, &d.w1, &d.b1, &y, &n, &c, &hw, &hw, &k, &r, &r, &pad, &stride, NULL }));
    assert_int_equal(compare_exactly(y, l.conv, CNN_CONV).wrong, 0);
    /* A 2x2 image under a 3x3 filter of ones with one pixel of padding: each output is the sum of all. */
    assert_true(twin_launch("conv_f32", 1, 1, 1, 256, 1, 1,
                            (void *[]){ &px, &pw, &none, &po, &u1, &u1, &u2, &u2, &u1, &u3, &u3, &u1, &u1, NULL }));
    for (int i = 0; i < 4; i++)
        assert_true(out[i] == 10);
    arena_free(&a);
}

static void an_unknown_kernel_or_an_impossible_shape_is_refused(void **state)
{
    (void)state;
    assert_int_equal(twin_params("no_such_kernel"), -1);
    assert_false(twin_launch("no_such_kernel", 1, 1, 1, 1, 1, 1, NULL));
    assert_false(twin_launch("fill_words", 0, 1, 1, 256, 1, 1, NULL));
    assert_false(twin_launch("fill_words", 1, 1, 1, 2048, 1, 1, NULL));
}

static void every_kernel_has_an_image_and_a_twin(void **state)
{
#define CHECK(kernel, image) \
    assert_non_null(kernel_image_of(#kernel)); \
    assert_string_equal(kernel_image_of(#kernel)->name, #image); \
    assert_true(twin_params(#kernel) > 0);

    (void)state;
    KERNELS(CHECK)
    assert_null(kernel_image_of("no_such_kernel"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filling_verifying_copying_and_adding_words),
        cmocka_unit_test(a_missing_barrier_is_noticed),
        cmocka_unit_test(the_convolution_is_exact_with_and_without_bias_and_padding),
        cmocka_unit_test(an_unknown_kernel_or_an_impossible_shape_is_refused),
        cmocka_unit_test(every_kernel_has_an_image_and_a_twin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
