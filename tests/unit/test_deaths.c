/* After deaths: one library's trials are given up, the others go on, and time has its own bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/deaths.h"

static const struct probe lt[] = {
    { .name = "blas.lt.fp64", .library = "cublasLt" }, { .name = "blas.lt.fp32", .library = "cublasLt" },
    { .name = "blas.lt.tf32", .library = "cublasLt" }, { .name = "blas.repeat.fp16", .library = "cublasLt" },
};
static const struct probe gemm = { .name = "blas.gemm.fp32", .library = "cublas" }, dnn = { .name = "dnn.conv.fp32" };
static const struct probe memory[] = { { .name = "memory.pattern" }, { .name = "memory.march" } }, memo = { .name = "memo.pad" };

static const char *forbids(const struct deaths *d, const struct probe *p, struct arena *a)
{
    return deaths_forbid(d, &(struct trial){ .probe = p }, "gpu0 with toolkit-13.0", a);
}

static void three_deaths_of_one_library_end_that_library_alone(void **state)
{
    struct arena a = { NULL };
    struct deaths d = { NULL, 0 };
    struct trial died[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_null(forbids(&d, &lt[3], &a));
        died[i] = (struct trial){ .probe = &lt[i] };
        deaths_add(&d, &died[i], i == 1, &a);
    }
    assert_string_equal(forbids(&d, &lt[3], &a),
                        "not reached: 3 trials of cublasLt died on gpu0 with toolkit-13.0: blas.lt.fp64, blas.lt.fp32, blas.lt.tf32");
    assert_null(forbids(&d, &gemm, &a));
    assert_null(forbids(&d, &dnn, &a));
    arena_free(&a);
}

static void without_a_library_it_is_the_area_that_counts(void **state)
{
    struct arena a = { NULL };
    struct deaths d = { NULL, 0 };
    struct trial died[] = { { .probe = &memory[0] }, { .probe = &memo }, { .probe = &memory[1] }, { .probe = &memory[0] } };

    (void)state;
    for (int i = 0; i < 3; i++)
        deaths_add(&d, &died[i], false, &a);
    assert_null(forbids(&d, &memory[1], &a));
    deaths_add(&d, &died[3], false, &a);
    assert_string_equal(forbids(&d, &memory[1], &a),
                        "not reached: 3 trials of memory.* died on gpu0 with toolkit-13.0: memory.pattern, memory.march, memory.pattern");
    assert_null(forbids(&d, &memo, &a));
    assert_null(forbids(&d, &lt[0], &a));
    arena_free(&a);
}

static void six_that_used_up_their_time_end_all(void **state)
{
    struct arena a = { NULL };
    struct deaths d = { NULL, 0 };
    struct trial died[] = { { .probe = &lt[0] }, { .probe = &lt[1] }, { .probe = &gemm }, { .probe = &gemm }, { .probe = &memory[0] },
                            { .probe = &memo }, { .probe = &memory[1] } };

    (void)state;
    for (int i = 0; i < 7; i++) {
        assert_null(forbids(&d, &dnn, &a));
        deaths_add(&d, &died[i], i != 2, &a);
    }
    assert_string_equal(forbids(&d, &dnn, &a), "not reached: 6 trials did not end on gpu0 with toolkit-13.0: "
                        "blas.lt.fp64, blas.lt.fp32, blas.gemm.fp32, memory.pattern, memo.pad, memory.march");
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_deaths_of_one_library_end_that_library_alone),
        cmocka_unit_test(without_a_library_it_is_the_area_that_counts),
        cmocka_unit_test(six_that_used_up_their_time_end_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
