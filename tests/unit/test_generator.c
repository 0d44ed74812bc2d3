/* The reference of cuRAND's generators: against published and recorded numbers, and
 * against the real library where one is (its host generators need no GPU). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <unistd.h>

#include "load/curand.h"
#include "math/generator.h"

enum { N = 300032 };                    /* beyond 65,536 blocks of four, and a multiple of 2 * 4,096 is near */

static uint32_t numbers[N];

/* Of Random123's known answers (its file kat_vectors): philox4x32 10, counter and key 0. */
static void the_first_block_is_that_of_the_authors(void **state)
{
    static const uint32_t known[4] = { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 };

    (void)state;
    generator_integers(GENERATOR_PHILOX, 0, numbers, 4);
    assert_memory_equal(numbers, known, sizeof known);
}

/* By libcurand 10.3.0, 10.3.5 and 10.4.0 on a host, legacy ordering. */
static void the_sequences_are_those_that_were_recorded(void **state)
{
    static const struct { enum generator kind; uint64_t seed; struct { size_t at; uint32_t value; } known[8]; } of[] = {
        { GENERATOR_PHILOX, 0, { { 3, 0x9b00dbd8 }, { 4, 0x844515e1 }, { 4096, 0x88aee3ef }, { 262143, 0x7affbda9 }, { 262144, 0xf8e4cca4 }, { 299999, 0x4fe00b6e } } },
        { GENERATOR_PHILOX, 0x123456789abcdef, { { 0, 0xb850222e }, { 4, 0xfa9dff5e }, { 4096, 0xe85b7a16 }, { 262143, 0xa2b781ba }, { 262144, 0xadca1466 }, { 299999, 0x6c3eb803 } } },
        { GENERATOR_XORWOW, 0, { { 0, 0xbd7f03b6 }, { 1, 0xebc63fb7 }, { 4096, 0x703e556d }, { 262143, 0xc01376c2 }, { 262144, 0xda71ded5 }, { 299999, 0xe7fa3031 } } },
        { GENERATOR_XORWOW, 0x123456789abcdef, { { 0, 0x1a444210 }, { 1, 0x6d3c9475 }, { 4096, 0x3fcca938 }, { 262143, 0x3696d2be }, { 262144, 0x45afd93a }, { 299999, 0x0587a1d2 } } },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(of); i++) {
        generator_integers(of[i].kind, of[i].seed, numbers, N);
        for (size_t k = 0; k < COUNT_OF(of[i].known) && of[i].known[k].value != 0; k++)
            assert_int_equal(numbers[of[i].known[k].at], of[i].known[k].value);
    }
}

static void fewer_numbers_are_the_start_of_more(void **state)
{
    uint32_t few[10];

    (void)state;
    for (int kind = GENERATOR_PHILOX; kind <= GENERATOR_XORWOW; kind++) {
        generator_integers((enum generator)kind, 5, numbers, N);
        generator_integers((enum generator)kind, 5, few, 7);
        assert_memory_equal(few, numbers, 7 * sizeof *few);
    }
}

static void a_uniform_number_is_above_0_and_at_most_1(void **state)
{
    (void)state;
    assert_true(generator_uniform(0) == 0x1p-33f);
    assert_true(generator_uniform(0xFFFFFFFF) == 1);
    assert_true(generator_uniform(0x6627e8d5) == 0x1.989fa4p-2f);
    for (uint64_t x = 0; x <= 0xFFFFFFFF; x += 65521)
        assert_true(fabs((double)generator_uniform((uint32_t)x) - ((double)x + 0.5) / 4294967296.0) <= 0x1p-24);
}

static void normal_numbers_are_those_that_were_recorded(void **state)
{
    static const struct { enum generator kind; size_t pair; double value[2]; } of[] = {
        { GENERATOR_PHILOX, 0, { -0.803099394, 0.110068992 } },  { GENERATOR_PHILOX, 1, { 0.300900936, -2.22349262 } },
        { GENERATOR_PHILOX, 4096, { 1.17278361, -0.536025286 } },
        { GENERATOR_XORWOW, 0, { 2.13392735, 0.0105032502 } },   { GENERATOR_XORWOW, 1, { 1.30006433, -0.114693753 } },
        { GENERATOR_XORWOW, 4096, { -0.449465841, 0.766620576 } },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(of); i++) {
        struct normal n;
        size_t at[2];

        generator_integers(of[i].kind, 0x123456789abcdef, numbers, N);
        generator_pair(of[i].kind, of[i].pair, at);
        n = generator_normal(numbers[at[0]], numbers[at[1]]);
        for (int k = 0; k < 2; k++)
            assert_true(fabs(of[i].value[k] - n.value[k]) <= n.limit / 2);
    }
}

/* One pair of 2^25 has it, and so one trial of 230. */
static void normal_numbers_of_no_radius_are_0_and_may_be_a_little_off(void **state)
{
    (void)state;
    for (uint32_t x = 0xFFFFFFFF; x >= 0xFFFFFF80; x--) {
        struct normal n = generator_normal(x, 12345);

        assert_true(n.value[0] == 0 && n.value[1] == 0 && n.limit > 0 && n.limit < 1e-37);
    }
    assert_true(generator_normal(0xFFFFFF7F, 12345).limit > 1e-9);
}

/* Each number in fp32, as cuRAND's header computes it on a host. */
static void the_limit_holds_for_all_numbers_made_in_fp32_by_half(void **state)
{
    const float two_pi_32 = 1.46291807926715968105133780430979e-9f;
    double worst = 0;

    (void)state;
    generator_integers(GENERATOR_PHILOX, 1, numbers, N);
    for (size_t i = 0; i + 1 < N; i += 2) {
        float u = generator_uniform(numbers[i]), v = (float)numbers[i + 1] * two_pi_32 + two_pi_32 / 2, r = sqrtf(-2 * logf(u));
        struct normal n = generator_normal(numbers[i], numbers[i + 1]);

        worst = fmax(worst, fabs((double)(r * sinf(v)) - n.value[0]) / n.limit);
        worst = fmax(worst, fabs((double)(r * cosf(v)) - n.value[1]) / n.limit);
    }
    assert_true(worst < 0.5 && worst > 0.05);
}

/* ---- The real library ---- */
static const char *const real[] = { "/usr/local/cuda/lib64/libcurand.so.10", "/usr/lib/x86_64-linux-gnu/libcurand.so.10", "/usr/lib/aarch64-linux-gnu/libcurand.so.10" };

static struct curand curand;

static void the_real_library_gives_these_numbers(void **state)
{
    static const struct { enum generator kind; curandRngType_t type; } of[] = {
        { GENERATOR_PHILOX, CURAND_RNG_PSEUDO_PHILOX4_32_10 }, { GENERATOR_XORWOW, CURAND_RNG_PSEUDO_XORWOW },
    };
    static const uint64_t seeds[] = { 0, 1, 0xDEADBEEF00000000, UINT64_MAX };
    static uint32_t got[N];
    struct err e = { .text = "" };
    void *handle = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(real) && handle == NULL; i++)
        if (access(real[i], R_OK) != 0 || !dl_open(&handle, real[i], false, &e))
            handle = NULL;
    if (handle == NULL)
        skip();
    assert_true(curand_bind(&curand, handle, &e));
    for (size_t i = 0; i < COUNT_OF(of) * COUNT_OF(seeds); i++) {
        curandGenerator_t g;

        assert_int_equal(curand.curandCreateGeneratorHost(&g, of[i % 2].type), 0);
        assert_int_equal(curand.curandSetPseudoRandomGeneratorSeed(g, seeds[i / 2]), 0);
        assert_int_equal(curand.curandGenerate(g, got, N), 0);
        assert_int_equal(curand.curandDestroyGenerator(g), 0);
        generator_integers(of[i % 2].kind, seeds[i / 2], numbers, N);
        assert_memory_equal(got, numbers, sizeof got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_block_is_that_of_the_authors),
        cmocka_unit_test(the_sequences_are_those_that_were_recorded),
        cmocka_unit_test(fewer_numbers_are_the_start_of_more),
        cmocka_unit_test(a_uniform_number_is_above_0_and_at_most_1),
        cmocka_unit_test(normal_numbers_are_those_that_were_recorded),
        cmocka_unit_test(normal_numbers_of_no_radius_are_0_and_may_be_a_little_off),
        cmocka_unit_test(the_limit_holds_for_all_numbers_made_in_fp32_by_half),
        cmocka_unit_test(the_real_library_gives_these_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
