/* An installed PyTorch against what its official build needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/crosscheck.h"
#include "tests/unit/some_builds.h"

enum { FACTS_MAX = 64 };

/* A stack whose files state `own` versions, and what is expected of it. */
struct checked {
    struct arena         arena;
    struct stack_version versions[FACTS_MAX];
    struct stack         stack;
    struct findings      found;
};

static void state_version(struct checked *c, const char *what, const char *version)
{
    if (version != NULL)
        c->versions[c->stack.n_versions++] = (struct stack_version){ what, version, "a file" };
}

static void begin(struct checked *c, const char *torch, const char *cuda)
{
    *c = (struct checked){ .stack = { .name = "venv:/e", .kind = STACK_PYTHON } };
    c->stack.versions = c->versions;
    state_version(c, "torch", torch);
    state_version(c, "cuda", cuda);
}

static void check(struct checked *c, const struct host *h, const char *asked, void (*what)(struct findings *f, const struct stack *s))
{
    struct want want = { .text = NULL };
    struct stack_version *facts;
    struct err e;
    size_t n;

    assert_true(asked == NULL || want_parse(&want, &c->arena, asked, &e));
    n = crosscheck_facts(&facts, &c->arena, &some_builds, &c->stack, h, &want);
    for (size_t i = 0; i < n; i++) {
        assert_true(c->stack.n_versions < FACTS_MAX);
        c->versions[c->stack.n_versions++] = facts[i];
    }
    c->found = (struct findings){ .arena = &c->arena };
    what(&c->found, &c->stack);
}

static const char *found(const struct checked *c, const char *key)
{
    for (size_t i = 0; i < c->found.n; i++)
        if (text_is(c->found.items[i].key, key))
            return c->found.items[i].text;
    return NULL;
}

/* Fails unless the text under `key` holds that part; NULL: unless there is none. */
static void assert_found(const struct checked *c, const char *key, const char *part)
{
    const char *text = found(c, key);

    if (part == NULL ? text != NULL : text == NULL || !text_has(text, part))
        fail_msg("%s: \"%s\", and it should be \"%s\"", key, text, part);
}

static const struct host plain = { .arch = "x86_64", .driver = "580.65.06", .driver_cuda = "13.0" };

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

/* ---- torch.pins ---- */

static void a_pinned_package_is_there_in_its_version_or_it_is_said(void **state)
{
    static const struct { const char *name, *pinned, *installed, *unmet, *warning, *install; } cases[] = {
        { "nvidia-cudnn-cu12", "9.1.0.70", "9.1.0.70", NULL, NULL, NULL },
        { "nvidia-cudnn-cu12", "9.1.0.70", NULL, "nvidia-cudnn-cu12 9.1.0.70 is required and not installed", NULL, "nvidia-cudnn-cu12==9.1.0.70" },
        { "nvidia-cudnn-cu12", "9.1.0.70", "9.5.1.17", NULL, "nvidia-cudnn-cu12 9.5.1.17 is installed, and 9.1.0.70 is pinned", "nvidia-cudnn-cu12==9.1.0.70" },
        { "nvidia-cudnn-cu12", "9.1.0.70", "8.9.2.26", "another major version", NULL, "nvidia-cudnn-cu12==9.1.0.70" },
        { "nvidia-cudnn-cu12", "9.1.0.70", "9.0.0.312", "refuses an older minor", NULL, "nvidia-cudnn-cu12==9.1.0.70" },
        { "nvidia-nccl-cu12", "2.20.5", "2.19.3", NULL, "2.19.3 is installed", "nvidia-nccl-cu12==2.20.5" },
        { "nvidia-nccl-cu12", "2.20.5", "1.3.4", "another major version", NULL, "nvidia-nccl-cu12==2.20.5" },
        { "nvidia-cublas-cu12", "12.4.5.8", "11.11.3.6", "another major version", NULL, "nvidia-cublas-cu12==12.4.5.8" },
        { "nvidia-nvtx-cu12", "12.4.127", "11.8.86", NULL, "11.8.86 is installed", "nvidia-nvtx-cu12==12.4.127" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct checked c;

        begin(&c, "2.4.1+cu124", "12.4");
        state_version(&c, text_make(&c.arena, "requires:%s", cases[i].name), cases[i].pinned);
        state_version(&c, text_make(&c.arena, "installed:%s", cases[i].name), cases[i].installed);
        check(&c, &plain, NULL, check_pins);
        assert_found(&c, "unmet", cases[i].unmet);
        assert_found(&c, "warning", cases[i].warning);
        assert_found(&c, "install", cases[i].install);
        assert_found(&c, "pins", "1");
        arena_free(&c.arena);
    }
}

static void one_command_mends_all_pins_and_of_two_records_one_may_fit(void **state)
{
    struct checked c;

    (void)state;
    begin(&c, "2.4.1+cu124", "12.4");
    state_version(&c, "requires:nvidia-cudnn-cu12", "9.1.0.70");
    state_version(&c, "requires:nvidia-nccl-cu12", "2.20.5");
    state_version(&c, "requires:nvidia-nvtx-cu12", "12.4.127");
    state_version(&c, "installed:nvidia-nvtx-cu12", "12.1.105");
    state_version(&c, "installed:nvidia-nvtx-cu12", "12.4.127");
    check(&c, &plain, NULL, check_pins);
    assert_found(&c, "install", "nvidia-cudnn-cu12==9.1.0.70 nvidia-nccl-cu12==2.20.5");
    assert_found(&c, "unmet", "nvidia-cudnn-cu12 9.1.0.70 is required and not installed; nvidia-nccl-cu12 2.20.5 is required and not installed");
    arena_free(&c.arena);
}

static void a_wheel_that_brings_its_libraries_pins_none(void **state)
{
    struct checked c;

    (void)state;
    begin(&c, "1.12.1+cu113", "11.3");
    check(&c, &plain, NULL, check_pins);
    assert_non_null(c.found.not_known);
    arena_free(&c.arena);
}

static void without_metadata_the_row_says_what_was_pinned(void **state)
{
    struct checked c;

    (void)state;
    begin(&c, "2.4.1+cu124", "12.4");
    state_version(&c, "installed:nvidia-cudnn-cu12", "8.9.2.26");
    check(&c, &plain, NULL, check_pins);
    assert_found(&c, "unmet", "nvidia-cudnn-cu12 8.9.2.26 is installed, and 9.1.0.70 is pinned");
    assert_found(&c, "pins", "1");
    arena_free(&c.arena);
}

/* ---- torch.cudnn ---- */

static void a_cudnn_is_refused_by_pytorchs_own_rule(void **state)
{
    static const struct { const char *installed, *loaded, *refused; } cases[] = {
        { "9.1.0.70", "9.1.0", NULL }, { "9.1.0.70", "9.5.1", NULL }, { "9.1.0.70", "9.0.0", "cuDNN 9.0.0 is loaded, and PyTorch was compiled with 9.1.0.70" },
        { "9.1.0.70", "8.9.7", "8.9.7 is loaded" }, { "8.9.2.26", NULL, "8.9.2.26 is installed" }, { "9.1.0.70", NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct stack_version *facts;
        struct want nothing = { .text = NULL };
        struct checked c;
        size_t n;

        begin(&c, "2.4.1+cu124", "12.4");
        state_version(&c, "cudnn", cases[i].installed);
        n = crosscheck_facts(&facts, &c.arena, &some_builds, &c.stack, &plain, &nothing);
        for (size_t k = 0; k < n; k++)
            c.versions[c.stack.n_versions++] = facts[k];
        c.found = (struct findings){ .arena = &c.arena };
        check_cudnn(&c.found, &c.stack, cases[i].loaded);
        assert_null(c.found.not_known);
        assert_found(&c, "refused", cases[i].refused);
        arena_free(&c.arena);
    }
}

static void a_cudnn_that_dropped_a_gpu_is_known_by_the_tables(void **state)
{
    static const struct { const char *torch, *cuda, *installed; int cc; const char *refused; } cases[] = {
        { "2.4.1+cu124", "12.4", "9.1.0.70", 70, NULL }, { "2.4.1+cu124", "12.4", "9.10.2.21", 70, NULL },
        { "2.4.1+cu124", "12.4", "9.11.0.98", 70, "9.10.2 is the last" }, { "2.4.1+cu124", "12.4", "9.19.0.56", 90, NULL },
        { "2.11.0+cu130", "13.0", NULL, 70, "9.10.2 is the last" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct fit_gpu gpu = { "a GPU", cases[i].cc };
        const struct host h = { .arch = "x86_64", .driver = "580.65.06", .gpus = &gpu, .n_gpus = 1 };
        struct findings f;
        struct checked c;

        begin(&c, cases[i].torch, cases[i].cuda);
        state_version(&c, "cudnn", cases[i].installed);
        check(&c, &h, NULL, check_build);
        f = (struct findings){ .arena = &c.arena };
        check_cudnn_for_gpu(&f, &c.stack, cases[i].cc);
        c.found = f;
        if (f.not_known != NULL)
            fail_msg("%s: %s", cases[i].installed, f.not_known);
        assert_found(&c, "refused", cases[i].refused);
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
        cmocka_unit_test(a_pinned_package_is_there_in_its_version_or_it_is_said),
        cmocka_unit_test(one_command_mends_all_pins_and_of_two_records_one_may_fit),
        cmocka_unit_test(a_wheel_that_brings_its_libraries_pins_none),
        cmocka_unit_test(without_metadata_the_row_says_what_was_pinned),
        cmocka_unit_test(a_cudnn_is_refused_by_pytorchs_own_rule),
        cmocka_unit_test(a_cudnn_that_dropped_a_gpu_is_known_by_the_tables),
        cmocka_unit_test(python_and_the_systems_libraries_are_new_enough_or_it_is_said),
        cmocka_unit_test(a_toolkit_counts_for_extensions_alone_and_by_its_major),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
