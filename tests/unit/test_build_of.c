/* Which build a PyTorch is: a table of what version.py and others really say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/build_of.h"
#include "tests/unit/some_builds.h"

static const struct {
    const char *torch, *cuda, *hip, *conda, *arch, *lib_dir;
    bool tegra;
    enum build_kind kind;
    const char *says;           /* a part of what it is, or of why it is not compared */
} cases[] = {
    { "2.4.1+cu121", "12.1", .kind = BUILD_OFFICIAL, .says = "the official build 2.4.1+cu121 for linux-x86_64" },
    { "2.4.1+cu124", "12.4", .kind = BUILD_OFFICIAL, .says = "the official build 2.4.1+cu124" },
    { "1.12.1", "10.2", .kind = BUILD_OFFICIAL, .says = "the official build 1.12.1+cu102" },              /* a wheel of that time names no variant */
    { "1.12.1", "10.2.89", .kind = BUILD_OFFICIAL, .says = "1.12.1+cu102" },
    { "2.4.1+cu121.with.pypi.cudnn", "12.1", .kind = BUILD_OFFICIAL, .says = "2.4.1+cu121" },
    { "2.4.1+cu124", NULL, .kind = BUILD_OFFICIAL, .says = "2.4.1+cu124" },                                /* libtorch's build-version */
    { "2.4.1", "12.4", .conda = "py3.11_cuda12.4_cudnn9.1.0_0", .kind = BUILD_OFFICIAL, .says = "2.4.1+cu124" },
    { "2.4.1", "12.4", .conda = "cuda124_py311h4fd6a9f_1", .kind = BUILD_CONDA, .says = "not PyTorch's own (cuda124_py311h4fd6a9f_1)" },
    { "2.4.1.post300", "12.0", .conda = "cuda120_py311h25b6552_300", .kind = BUILD_CONDA, .says = "not PyTorch's own" },
    { "2.4.1", NULL, .conda = "py3.11_cpu_0", .kind = BUILD_CPU, .says = "nothing of CUDA" },
    { "2.4.1+cpu", NULL, .kind = BUILD_CPU, .says = "nothing of CUDA" },
    { "2.4.1", NULL, .arch = "aarch64", .kind = BUILD_CPU, .says = "nothing of CUDA" },
    { "2.4.1+cxx11.abi", NULL, .kind = BUILD_CPU, .says = "nothing of CUDA" },
    { "2.4.1+rocm6.1", NULL, .hip = "6.1.40091", .kind = BUILD_ROCM, .says = "ROCm" },
    { "2.4.0a0+07cecf4168.nv24.05", "12.4", .kind = BUILD_NVIDIA, .says = "NVIDIA's own build" },
    { "2.1.0a0+41361538.nv23.06", "11.4", .arch = "aarch64", .tegra = true, .kind = BUILD_JETSON, .says = "NVIDIA's own build" },
    { "2.1.0a0+32f93b1", "12.2", .arch = "aarch64", .kind = BUILD_SOURCE, .says = "built from source" },
    { "2.4.0a0+gitd990dad", "12.4", .kind = BUILD_SOURCE, .says = "built from source" },
    { "2.5.0rc2+cu124", "12.4", .kind = BUILD_SOURCE, .says = "release candidate" },
    { "2.4.1+cu124", "12.1", .kind = BUILD_SOURCE, .says = "it calls itself +cu124 and was built for CUDA 12.1" },
    { "2.4.1+mycompany", "12.4", .kind = BUILD_SOURCE, .says = "no official build is called so" },
    { "2.6.0.dev20241112+cu124", "12.4", .kind = BUILD_NIGHTLY, .says = "nightly" },
    { "1.13.1", NULL, .lib_dir = "/usr/lib/python3/dist-packages/torch/lib", .kind = BUILD_DISTRIBUTION, .says = "the distribution's own" },
    { "2.4.7+cu124", "12.4", .kind = BUILD_NOT_LISTED, .says = "PyTorch 2.4.7 is not known to this gpuvet; nearest known: 2.4.1 and 2.5.0" },
    { "9.0.0+cu150", "15.0", .kind = BUILD_NOT_LISTED, .says = "nearest known: 2.11.0" },
    { "2.4.1+cu126", "12.6", .kind = BUILD_NOT_LISTED, .says = "PyTorch 2.4.1 is not known to this gpuvet with cu126, only with cu118, cu121, cu124" },
    { "2.11.0+cu130", "13.0", .arch = "aarch64", .kind = BUILD_NOT_LISTED, .says = "2.11.0+cu130 for linux-aarch64 is not known to this gpuvet, for other platforms it is" },
    { NULL, NULL, .kind = BUILD_UNNAMED, .says = "states its version" },
};

static void put(struct stack_version *list, size_t *n, const char *what, const char *version)
{
    if (version != NULL)
        list[(*n)++] = (struct stack_version){ what, version, "" };
}

static void every_spelling_is_told_from_the_others(void **state)
{
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct stack_version versions[4];
        struct stack s = { .kind = STACK_PYTHON, .versions = versions, .lib_dir = cases[i].lib_dir };
        struct build_of b;

        put(versions, &s.n_versions, "torch", cases[i].torch);
        put(versions, &s.n_versions, "cuda", cases[i].cuda);
        put(versions, &s.n_versions, "hip", cases[i].hip);
        put(versions, &s.n_versions, "conda:pytorch", cases[i].conda);
        build_of(&b, &a, &some_builds, &s, cases[i].arch != NULL ? cases[i].arch : "x86_64", cases[i].tegra);
        if (b.kind != cases[i].kind || (!text_has(b.is, cases[i].says) && (b.why_not_compared == NULL || !text_has(b.why_not_compared, cases[i].says))))
            fail_msg("%s: %s, \"%s\", \"%s\"", cases[i].torch, build_kind_name(b.kind), b.is, b.why_not_compared);
        if ((b.row != NULL) != (b.kind == BUILD_OFFICIAL) || (b.row == NULL) != (b.why_not_compared != NULL))
            fail_msg("%s: a row, or why there is none", cases[i].torch);
    }
    arena_free(&a);
}

static void the_distributions_libtorch_is_told_by_how_it_was_found(void **state)
{
    const struct stack_version versions[] = { { "torch", "1.13", "" } };
    const struct stack s = { .kind = STACK_LIBTORCH, .versions = versions, .n_versions = 1, .found_by = "ld.so.cache" };
    struct arena a = { NULL };
    struct build_of b;

    (void)state;
    build_of(&b, &a, &some_builds, &s, "x86_64", false);
    assert_int_equal(b.kind, BUILD_DISTRIBUTION);
    arena_free(&a);
}

static void only_what_the_tables_should_know_is_a_surprise(void **state)
{
    const struct { const char *torch, *cuda, *arch; bool surprising; } builds[] = {
        { "2.4.7+cu124", "12.4", "x86_64", true }, { "2.4.1+cu126", "12.6", "x86_64", true }, { "2.11.0+cu130", "13.0", "aarch64", false },
        { "2.4.1+cu124", "12.4", "x86_64", false }, { "2.4.0a0+gitd990dad", "12.4", "x86_64", false },
    };
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(builds); i++) {
        const struct stack_version versions[] = { { "torch", builds[i].torch, "" }, { "cuda", builds[i].cuda, "" } };
        const struct stack s = { .kind = STACK_PYTHON, .versions = versions, .n_versions = 2 };
        struct build_of b;

        build_of(&b, &a, &some_builds, &s, builds[i].arch, false);
        assert_int_equal(b.surprising, builds[i].surprising);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spelling_is_told_from_the_others),
        cmocka_unit_test(the_distributions_libtorch_is_told_by_how_it_was_found),
        cmocka_unit_test(only_what_the_tables_should_know_is_a_surprise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
