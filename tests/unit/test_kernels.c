/* What the program carries of machine code, and on which GPU it runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/base.h"
#include "model/gpu_code.h"
#include "kernels/images.h"

/* A container as nvcc writes it: PTX for 75, then machine code for 75 and 100. */
static const char *sample(unsigned char bytes[512])
{
    static const struct { unsigned char kind, arch, payload; } entries[] = { { 1, 75, 40 }, { 2, 75, 8 }, { 2, 100, 16 } };
    unsigned char *at = bytes + 16;

    memset(bytes, 0, 512);
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        at[0] = entries[i].kind;
        at[4] = (unsigned char)(64 + 8 * i);     /* headers differ in length */
        at[8] = entries[i].payload;
        at[28] = entries[i].arch;
        at += at[4] + entries[i].payload;
    }
    bytes[8] = (unsigned char)((at - bytes - 16) & 0xff);
    bytes[9] = (unsigned char)((at - bytes - 16) >> 8);
    return (const char *)bytes;
}

static void the_architectures_of_a_fat_binary_are_those_of_its_machine_code(void **state)
{
    unsigned char bytes[512];
    const struct kernel_image image = { "sample", sample(bytes), "" };
    int archs[2] = { 0, 0 };

    (void)state;
    assert_int_equal(kernel_image_archs(&image, archs, 2), 2);
    assert_int_equal(archs[0], 75);
    assert_int_equal(archs[1], 100);
}

static void more_architectures_than_asked_for_are_counted_and_not_written(void **state)
{
    unsigned char bytes[512];
    const struct kernel_image image = { "sample", sample(bytes), "" };
    int archs[2] = { 0, 7 };

    (void)state;
    assert_int_equal(kernel_image_archs(&image, archs, 1), 2);
    assert_int_equal(archs[1], 7);
}

static void an_image_without_machine_code_has_no_architectures(void **state)
{
    const struct kernel_image image = { "sample", NULL, "" };
    int arch;

    (void)state;
    assert_int_equal(kernel_image_archs(&image, &arch, 1), 0);
}

static void every_image_of_the_program_is_for_the_same_architectures(void **state)
{
    int first[32], archs[32];
    size_t n = kernel_image_archs(&kernel_images[0], first, COUNT_OF(first));

    (void)state;
    if (kernel_images[0].fatbin == NULL)
        skip();
    assert_true(n > 0 && n <= COUNT_OF(first));
    for (const struct kernel_image *m = kernel_images; m->name != NULL; m++) {
        assert_int_equal(kernel_image_archs(m, archs, COUNT_OF(archs)), n);
        assert_memory_equal(archs, first, n * sizeof *archs);
    }
}

static void the_floor_is_what_the_ptx_says_of_itself(void **state)
{
    (void)state;
    assert_int_equal(kernel_image_floor(&(struct kernel_image){ "sample", NULL, "//\n.version 6.3\n.target sm_75\n" }), 75);
    assert_int_equal(kernel_image_floor(&(struct kernel_image){ "sample", NULL, "" }), 0);
    for (const struct kernel_image *m = kernel_images; m->name != NULL; m++)
        assert_true(kernel_image_floor(m) >= 50 && kernel_image_floor(m) <= 60);
}

static void machine_code_runs_on_its_own_major_version_from_its_minor_on(void **state)
{
    static const struct { int arch; char variant; int cc; bool runs; } cases[] = {
        { 80, 0, 80, true }, { 80, 0, 86, true }, { 86, 0, 80, false }, { 80, 0, 90, false }, { 90, 0, 89, false },
        { 120, 0, 121, true }, { 100, 0, 110, false }, { 90, 'a', 90, true }, { 100, 'a', 103, false }, { 100, 'f', 103, true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct gpu_code sass = { .arch = cases[i].arch, .variant = cases[i].variant, .sass = true };
        const struct gpu_code ptx = { .arch = cases[i].arch, .variant = cases[i].variant, .ptx = true };

        assert_int_equal(gpu_code_runs(&sass, cases[i].cc), cases[i].runs);
        assert_false(gpu_code_runs(&ptx, cases[i].cc));
    }
}

#define CASE cmocka_unit_test

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_architectures_of_a_fat_binary_are_those_of_its_machine_code),
        CASE(more_architectures_than_asked_for_are_counted_and_not_written),
        CASE(an_image_without_machine_code_has_no_architectures),
        CASE(every_image_of_the_program_is_for_the_same_architectures),
        CASE(the_floor_is_what_the_ptx_says_of_itself),
        CASE(machine_code_runs_on_its_own_major_version_from_its_minor_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
