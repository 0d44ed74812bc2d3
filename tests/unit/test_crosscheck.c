/* An installed PyTorch against what its official build needs of the machine: its build, driver, system and toolkit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/checked.h"

/* ---- torch.build ---- */

static void the_build_that_was_asked_for_is_the_one_that_is_there(void **state)
{
    static const struct { const char *torch, *cuda, *want, *unexpected, *install; } cases[] = {
        { "2.4.1+cu124", "12.4", "torch==2.4.1+cu124", NULL, NULL },
        { "2.4.1", "12.4", "torch==2.4.1+cu124", NULL, NULL },             /* conda's names no variant */
        { "2.4.1+cu121", "12.1", "torch==2.4", NULL, NULL },
        { "2.4.1+cu121", "12.1", "torch==2.4.1+cu124", "PyTorch 2.4.1+cu121 is installed, and torch==2.4.1+cu124 was asked for", "torch==2.4.1+cu124" },
        { "2.5.0+cu124", "12.4", "torch==2.4", "PyTorch 2.5.0+cu124 is installed", "torch==2.4.1+cu124" },
        { "2.4.1+cpu", NULL, "torch==2.4.1+cu124", "PyTorch 2.4.1+cpu is installed", "torch==2.4.1+cu124" },
        { NULL, NULL, "torch", "of unknown version", NULL },
        { "2.4.1+cu121", "12.1", NULL, NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct checked c;

        begin(&c, cases[i].torch, cases[i].cuda);
        check(&c, &plain, cases[i].want, check_build);
        assert_found(&c, "unexpected", cases[i].unexpected);
        assert_found(&c, "install", cases[i].install);
        arena_free(&c.arena);
    }
}

static void an_unknown_release_is_a_warning_and_never_a_guess(void **state)
{
    struct checked c;

    (void)state;
    begin(&c, "2.4.7+cu124", "12.4");
    check(&c, &plain, NULL, check_build);
    assert_found(&c, "warning", "nearest known: 2.4.1 and 2.5.0");
    assert_found(&c, "build.kind", "not listed");
    arena_free(&c.arena);
    begin(&c, "2.4.0a0+07cecf4168.nv24.05", "12.4");
    check(&c, &plain, NULL, check_build);
    assert_found(&c, "warning", NULL);
    assert_found(&c, "not_compared", "NVIDIA's own build");
    arena_free(&c.arena);
}

static void one_torch_installed_over_another_is_found(void **state)
{
    static const struct { const char *torch, *recorded[2], *mixed; } cases[] = {
        { "2.4.1+cu121", { "2.4.1", NULL }, NULL }, { "2.4.1+cu124", { "2.4.1+cu124", NULL }, NULL }, { "2.4.1+cu121", { NULL, NULL }, NULL },
        { "2.4.0a0+07cecf4168.nv24.05", { "2.4.0a0+7cecf4168.nv24.5", NULL }, NULL }, { "2.4.1+cu121", { "2.5.0", "2.4.1" }, NULL },
        { "2.4.1+cu121", { "2.5.0", NULL }, "torch/version.py says 2.4.1+cu121, and the package is recorded as 2.5.0" },
        { "2.4.1+cu121", { "2.4.10", NULL }, "recorded as 2.4.10" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct checked c;

        begin(&c, cases[i].torch, "12.1");
        state_version(&c, "installed:torch", cases[i].recorded[0]);
        state_version(&c, "installed:torch", cases[i].recorded[1]);
        check(&c, &plain, NULL, check_build);
        assert_found(&c, "mixed", cases[i].mixed);
        arena_free(&c.arena);
    }
}

static void a_wheel_with_metadata_that_pins_nothing_has_no_pins(void **state)
{
    struct checked c;

    (void)state;
    begin(&c, "2.4.1+cu124", "12.4");
    state_version(&c, "installed:torch", "2.4.1+cu124");
    state_version(&c, "installed:nvidia-cudnn-cu12", "8.9.2.26");
    check(&c, &plain, NULL, check_pins);
    assert_non_null(c.found.not_known);
    arena_free(&c.arena);
}

/* ---- torch.driver ---- */

static void the_cuda_majors_floor_decides_and_not_what_nvidia_smi_shows(void **state)
{
    static const struct { const char *torch, *cuda, *driver, *shown, *too_old, *although, *install, *act; } cases[] = {
        { "2.4.1+cu124", "12.4", "535.54.03", "12.2", NULL, "although nvidia-smi shows CUDA 12.2", NULL, NULL },
        { "2.4.1+cu124", "12.4", "525.60.13", "12.0", NULL, "although", NULL, NULL },
        { "2.4.1+cu124", "12.4", "525.60.12", "12.0", "525.60.13", NULL, "torch==2.4.1+cu118", NULL },
        { "2.4.1+cu124", "12.4", "550.54.15", "12.4", NULL, NULL, NULL, NULL },
        { "2.4.1+cu124", "12.4", "580.65.06", "13.0", NULL, NULL, NULL, NULL },
        { "2.4.1+cu118", "11.8", "450.80.02", "11.0", NULL, "although", NULL, NULL },
        { "2.5.0+cu124", "12.4", "470.57.02", "11.4", "525.60.13", NULL, NULL, "install a driver >= 525.60.13" },
        { "2.11.0+cu130", "13.0", "570.86.15", "12.8", "580", NULL, NULL, "gpuvet matrix" },
        { "1.12.1+cu102", "10.2", "440.33", "10.2", NULL, NULL, NULL, NULL },
        { "1.12.1+cu102", "10.2", "430.10", "10.1", "440.33", NULL, NULL, "440.33" },
        { "2.4.0a0+gitd990dad", "12.4", "470.57.02", "11.4", "525.60.13", NULL, NULL, "525.60.13" },     /* CUDA's rule, whoever built it */
        { "2.4.1+cu124", "12.4", "470.57.02", "12.4", NULL, "a cuda-compat package serves CUDA 12.4", NULL, NULL },    /* cuda-compat-12-4 serves it */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct host h = { .arch = "x86_64", .driver = cases[i].driver, .driver_cuda = cases[i].shown };
        struct checked c;

        begin(&c, cases[i].torch, cases[i].cuda);
        check(&c, &h, NULL, check_driver);
        assert_null(c.found.not_known);
        assert_found(&c, "too_old", cases[i].too_old);
        assert_found(&c, "remark", cases[i].although);
        assert_found(&c, "install", cases[i].install);
        assert_found(&c, "act", cases[i].act);
        arena_free(&c.arena);
    }
}

static void what_a_package_for_forward_compatibility_serves_runs(void **state)
{
    const struct host h = { .arch = "x86_64", .driver = "470.57.02", .driver_cuda = "12.4" };
    struct checked c;

    (void)state;
    begin(&c, "2.4.1+cu124", "12.4");
    check(&c, &h, NULL, check_driver);
    assert_found(&c, "remark", "cuda-compat");
    arena_free(&c.arena);
}

static void a_package_that_was_not_asked_may_make_up_for_an_old_driver(void **state)
{
    const struct host h = { .arch = "x86_64", .driver = "470.57.02", .compat = "/usr/local/cuda/compat/libcuda.so.1" };
    struct checked c;

    (void)state;
    begin(&c, "2.4.1+cu124", "12.4");
    check(&c, &h, NULL, check_driver);
    assert_non_null(c.found.not_known);
    assert_true(text_has(c.found.not_known, "/usr/local/cuda/compat/libcuda.so.1 may make up for it"));
    arena_free(&c.arena);
}

static void where_driver_or_cuda_is_unknown_nothing_is_claimed(void **state)
{
    static const struct { const char *torch, *cuda, *driver, *why; bool tegra; } cases[] = {
        { "2.4.1+cu124", "12.4", NULL, "there is no driver", false },
        { "2.4.1+cpu", NULL, "580.65.06", "nothing of CUDA", false },
        { "2.4.0a0+gitd990dad", NULL, "580.65.06", "built from source", false },
        { "9.9.9+cu199", "19.9", "580.65.06", "CUDA 19.9", false },
        { "2.1.0a0+41361538.nv23.06", "11.4", NULL, "a Jetson's driver", true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct host h = { .arch = "x86_64", .driver = cases[i].driver, .tegra = cases[i].tegra };
        struct checked c;

        begin(&c, cases[i].torch, cases[i].cuda);
        check(&c, &h, NULL, check_driver);
        assert_non_null(c.found.not_known);
        assert_true(text_has(c.found.not_known, cases[i].why));
        arena_free(&c.arena);
    }
}

/* ---- torch.host ---- */

static void python_and_the_systems_libraries_are_new_enough_or_it_is_said(void **state)
{
    static const struct { const char *python, *abi, *needs_glibc, *glibc, *needs_glibcxx, *glibcxx, *unfit; } cases[] = {
        { "3.11", "3.11", "2.17", "2.36", "3.4.21", "3.4.30", NULL },
        { "3.11", "3.12", "2.17", "2.36", "3.4.21", "3.4.30", "built for Python 3.12, and the environment's is 3.11" },
        { "3.11", "3.1", NULL, NULL, NULL, NULL, "built for Python 3.1," },
        { NULL, "3.12", "2.28", "2.17", NULL, NULL, "need glibc 2.28, and the machine's libc.so.6 is 2.17" },
        { NULL, NULL, NULL, NULL, "3.4.30", "3.4.28", "need glibcxx 3.4.30, and the machine's libstdc++.so.6 is 3.4.28" },
        { NULL, NULL, "2.28", NULL, NULL, NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct host h = { .arch = "x86_64", .glibc = cases[i].glibc, .glibcxx = cases[i].glibcxx };
        struct checked c;

        begin(&c, "2.4.1+cu124", "12.4");
        state_version(&c, "python", cases[i].python);
        state_version(&c, "python:abi", cases[i].abi);
        state_version(&c, "needs:glibc", cases[i].needs_glibc);
        state_version(&c, "needs:glibcxx", cases[i].needs_glibcxx);
        check(&c, &h, NULL, check_host);
        assert_null(c.found.not_known);
        assert_found(&c, "unfit", cases[i].unfit);
        arena_free(&c.arena);
    }
}

/* ---- torch.toolkit ---- */

static void a_toolkit_counts_for_extensions_alone_and_by_its_major(void **state)
{
    static const struct { const char *toolkit; bool asked; const char *warning, *extensions; } cases[] = {
        { NULL, false, NULL, NULL }, { "12.4", true, NULL, NULL }, { "12.8", true, NULL, "within one major" },
        { "13.0", false, NULL, "refuse another major version" }, { "13.0", true, "refuse another major version", NULL },
        { "11.8", true, "refuse another major version", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct host h = { .arch = "x86_64", .toolkit = cases[i].toolkit, .toolkit_dir = "/usr/local/cuda", .toolkit_asked = cases[i].asked };
        struct checked c;

        begin(&c, "2.4.1+cu124", "12.4");
        check(&c, &h, NULL, check_toolkit);
        assert_found(&c, "warning", cases[i].warning);
        assert_found(&c, "extensions", cases[i].extensions);
        arena_free(&c.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_build_that_was_asked_for_is_the_one_that_is_there),
        cmocka_unit_test(an_unknown_release_is_a_warning_and_never_a_guess),
        cmocka_unit_test(one_torch_installed_over_another_is_found),
        cmocka_unit_test(a_wheel_with_metadata_that_pins_nothing_has_no_pins),
        cmocka_unit_test(the_cuda_majors_floor_decides_and_not_what_nvidia_smi_shows),
        cmocka_unit_test(what_a_package_for_forward_compatibility_serves_runs),
        cmocka_unit_test(a_package_that_was_not_asked_may_make_up_for_an_old_driver),
        cmocka_unit_test(where_driver_or_cuda_is_unknown_nothing_is_claimed),
        cmocka_unit_test(python_and_the_systems_libraries_are_new_enough_or_it_is_said),
        cmocka_unit_test(a_toolkit_counts_for_extensions_alone_and_by_its_major),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
