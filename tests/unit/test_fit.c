/* Which link of the chain a build breaks at, on rows made for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "model/cudnn_code.h"
#include "model/gpu_code.h"
#include "model/matrix.h"

static struct arena arena;

static const struct cuda_release cuda[] = {
    { .cuda = "10.2.89", .minor = "10.2", .driver_floor = "440.33" }, { .cuda = "11.8.0", .minor = "11.8", .driver_floor = "450.80.02" },
    { .cuda = "12.4.1", .minor = "12.4", .driver_floor = "525.60.13" }, { .cuda = "12.8.1", .minor = "12.8", .driver_floor = "525.60.13" },
    { .cuda = "13.0.2", .minor = "13.0", .driver_floor = "580" },
};
static const struct driver_branch drivers[] = {
    { .branch = 470, .cuda = "11.4" }, { .branch = 535, .cuda = "12.2" }, { .branch = 570, .cuda = "12.8" }, { .branch = 580, .cuda = "13.0" },
};
static const int branches[] = { 535, 550 };
static const struct compat_package compat[] = { { .package = "cuda-compat-13-0", .cuda = "13.0", .branches = branches, .n_branches = 2 } };
static const struct gpu_arch archs[] = {
    { .cc = 70, .last_cuda = "12.9", .last_driver = 580, .cudnn_last = "9.10.2" }, { .cc = 90 }, { .cc = 120, .first_cuda = "12.8", .min_driver = 570 },
    { .cc = 87, .tegra = ANSWER_YES },
};
static const struct gpu_code old_code[] = { { 70, 0, true, false, false }, { 90, 0, true, false, false } };
static const struct gpu_code ptx_code[] = { { 70, 0, true, false, false }, { 90, 0, true, true, false } };
static const struct gpu_code new_code[] = { { 70, 0, true, false, false }, { 90, 0, true, false, false }, { 120, 0, true, false, false } };
static const struct gpu_code desktop_code[] = { { 80, 0, true, false, false } };
static const char *const pythons[] = { "3.9", "3.12" };

#define BUILD(t, v, c, codes_, dnn) { .torch = t, .variant = v, .platform = "linux-x86_64", .cuda = c, .codes = codes_, .n_codes = COUNT_OF(codes_), \
                                      .cudnn = dnn, .python = { pythons, 2 }, .glibc = "2.28", .index = "whl/" v }

static const struct torch_build builds[] = {
    BUILD("2.4.1", "cu124", "12.4", old_code, "9.1.0.70"), BUILD("2.4.1", "cu118", "11.8", old_code, "9.1.0.70"),
    BUILD("2.8.0", "cu124", "12.4", ptx_code, "9.10.2.21"), BUILD("2.8.0", "cu128", "12.8", new_code, "9.10.2.21"),
    BUILD("2.9.0", "cu128", "12.8", new_code, "9.11.0.1"), BUILD("2.9.0", "cu130", "13.0", new_code, "9.11.0.1"),
    { .torch = "2.9.0", .variant = "cu127", .platform = "linux-x86_64", .cuda = "12.7" },
    { .torch = "2.9.0", .variant = "cu130", .platform = "linux-aarch64", .cuda = "13.0", .codes = desktop_code, .n_codes = 1 },
};

static const struct expected x = {
    .where = "rows made for it", .torch = builds, .n_torch = COUNT_OF(builds), .cuda = cuda, .n_cuda = COUNT_OF(cuda), .drivers = drivers,
    .n_drivers = COUNT_OF(drivers), .compat = compat, .n_compat = 1, .archs = archs, .n_archs = COUNT_OF(archs),
};

enum { OLD = 0, PTX = 2, NEW = 3, NEW_DNN = 4, CUDA13 = 5, NOTHING = 6, DESKTOP = 7 };

static const struct fit_gpu orin = { "Orin", 87 };
static const struct fit_gpu volta = { "V100", 70 }, hopper = { "H200", 90 }, blackwell = { "RTX 5090", 120 };

static void each_link_breaks_alone_and_says_why(void **state)
{
    static const struct { int build; struct fit_host host; const struct fit_gpu *gpu; enum answer runs; enum fit_link link; const char *says; } cases[] = {
        { OLD, { .driver = "535.183.01" }, NULL, ANSWER_YES, 0, "although nvidia-smi shows CUDA 12.2" },
        { OLD, { .driver = "570.10" }, NULL, ANSWER_YES, 0, NULL },
        { OLD, { .driver = "525.60.12" }, NULL, ANSWER_NO, FIT_DRIVER, "CUDA 12.4 needs a driver >= 525.60.13, and 525.60.12 is older" },
        { OLD, { .driver = "525" }, NULL, ANSWER_YES, 0, "of branch 525, 525.60.13 or newer" },
        { CUDA13, { .driver = "535" }, NULL, ANSWER_NO, FIT_DRIVER, "(on data-center GPUs cuda-compat-13-0 makes up for it)" },
        { CUDA13, { .driver = "580" }, NULL, ANSWER_YES, 0, NULL },
        { OLD, { .no_driver = true }, NULL, ANSWER_NO, FIT_DRIVER, "none is installed" },
        { OLD, { .platform = "linux-aarch64" }, NULL, ANSWER_NO, FIT_PLATFORM, "it is for linux-x86_64, and this is linux-aarch64" },
        { OLD, { .python = "3.13" }, NULL, ANSWER_NO, FIT_PYTHON, "there is none for Python 3.13: it was built for 3.9 to 3.12" },
        { OLD, { .python = "3.9" }, NULL, ANSWER_YES, 0, NULL },
        { OLD, { .glibc = "2.17" }, NULL, ANSWER_NO, FIT_GLIBC, "it needs glibc >= 2.28, and 2.17 is here" },
        { OLD, { .glibc = "2.28" }, NULL, ANSWER_YES, 0, NULL },
        { OLD, { .driver = "570.1" }, &blackwell, ANSWER_NO, FIT_GPU_CODE, "no code for RTX 5090 (sm_120); CUDA 12.8 is the first that makes any: it has sm_70 sm_90" },
        { PTX, { .driver = "570.1" }, &blackwell, ANSWER_YES, 0, "only PTX for RTX 5090 (sm_120): the driver compiles it at the first start, which is slow" },
        { NEW, { .driver = "535.1" }, &blackwell, ANSWER_NO, FIT_GPU_DRIVER, "driver 535.1 does not know RTX 5090 (sm_120): branch 570 is the first that does" },
        { NEW, { .driver = "590.1" }, &volta, ANSWER_NO, FIT_GPU_DRIVER, "driver 590.1 no longer drives V100 (sm_70): branch 580 is the last that does" },
        { NEW, { .driver = "580.1" }, &volta, ANSWER_YES, 0, NULL },                    /* 9.10.2.21 is a 9.10.2 */
        { NEW_DNN, { .driver = "580.1" }, &volta, ANSWER_NO, FIT_CUDNN, "cuDNN 9.11.0.1 has no code for V100 (sm_70): 9.10.2 is the last that has" },
        { NEW, { .driver = NULL }, &blackwell, ANSWER_YES, 0, "with a driver >= 570" },
        { NEW, { .driver = NULL }, &hopper, ANSWER_YES, 0, "with a driver >= 525.60.13" },
        { DESKTOP, { .driver = "580" }, &orin, ANSWER_UNKNOWN, FIT_GPU_CODE, "that of desktop GPUs is not promised to run there" },
        { NOTHING, { .driver = "580" }, NULL, ANSWER_UNKNOWN, FIT_DRIVER, "the tables do not know which driver CUDA 12.7 needs" },
        { NOTHING, { .python = "3.9" }, NULL, ANSWER_UNKNOWN, FIT_PYTHON, "not known for which Pythons" },
        { NOTHING, { .driver = "580" }, &hopper, ANSWER_UNKNOWN, FIT_GPU_CODE, "not known for which GPUs" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fit_host host = cases[i].host;
        struct fit fit;
        bool said = cases[i].says == NULL;

        host.gpus = cases[i].gpu;
        host.n_gpus = cases[i].gpu != NULL;
        fit = fit_build(&arena, &x, &builds[cases[i].build], &host);
        for (int k = 0; k < FIT_LINKS; k++)
            said |= fit.links[k].why != NULL && text_has(fit.links[k].why, cases[i].says != NULL ? cases[i].says : "\n");
        if (fit.runs != cases[i].runs || (fit.runs != ANSWER_YES && fit.decides != cases[i].link) || !said)
            fail_msg("case %zu: runs %d, by %s: %s", i, fit.runs, fit_link_names[fit.decides], fit.links[fit.decides].why);
    }
}

/* PTX is not covered by minor-version compatibility. */
static void ptx_needs_a_driver_as_new_as_its_toolkit(void **state)
{
    static const struct gpu_code only_ptx[] = { { 70, 0, false, true, false } };
    struct fit_answer old = fit_gpu_code(&arena, &x, only_ptx, 1, "12.8", &hopper, "535.1");
    struct fit_answer new = fit_gpu_code(&arena, &x, only_ptx, 1, "12.8", &hopper, "570.1");
    struct fit_answer unknown = fit_gpu_code(&arena, &x, only_ptx, 1, "12.8", &hopper, NULL);

    (void)state;
    assert_int_equal(old.holds, ANSWER_NO);
    assert_non_null(strstr(old.why, "a driver for CUDA 12.8 or newer compiles: 535.1 is for 12.2"));
    assert_int_equal(new.holds, ANSWER_YES);
    assert_int_equal(unknown.holds, ANSWER_YES);
    assert_non_null(strstr(unknown.why, "has to be one for CUDA 12.8 or newer"));
}

static struct matrix matrix_for(const struct fit_host *host, const struct matrix_ask *ask)
{
    struct err e = { .text = "" };
    struct matrix m;

    assert_true(matrix_make(&m, &arena, &x, host, ask, &e));
    return m;
}

static void the_best_is_the_newest_that_runs_and_rather_one_that_the_driver_knows_whole(void **state)
{
    static const struct { struct fit_host host; const struct fit_gpu *gpu; const char *torch, *variant; } cases[] = {
        { { .driver = "580.1", .platform = "linux-x86_64" }, NULL, "2.9.0", "cu130" },
        { { .driver = "570.1", .platform = "linux-x86_64" }, NULL, "2.9.0", "cu128" },
        { { .driver = "580.1", .platform = "linux-x86_64" }, &volta, "2.8.0", "cu128" },
        { { .driver = "470.1", .platform = "linux-x86_64" }, NULL, "2.4.1", "cu118" },
        { { .driver = "570.1", .platform = "linux-x86_64" }, &blackwell, "2.9.0", "cu128" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct matrix_ask ask = { .all = true };
        struct fit_host host = cases[i].host;
        struct matrix m;

        host.gpus = cases[i].gpu;
        host.n_gpus = cases[i].gpu != NULL;
        m = matrix_for(&host, &ask);
        assert_non_null(m.best);
        if (!text_is(m.best->build->torch, cases[i].torch) || !text_is(m.best->build->variant, cases[i].variant))
            fail_msg("case %zu: %s+%s", i, m.best->build->torch, m.best->build->variant);
    }
}

static void machine_code_is_better_than_ptx_of_the_same_release(void **state)
{
    const struct matrix_ask ask = { .torch = "2.8.0" };
    const struct fit_host host = { .driver = "570.1", .platform = "linux-x86_64", .gpus = &blackwell, .n_gpus = 1 };
    struct matrix m = matrix_for(&host, &ask);

    (void)state;
    assert_int_equal(m.n, 2);
    assert_string_equal(m.best->build->variant, "cu128");
}

static void how_to_install_follows_where_a_build_is_published(void **state)
{
    static const struct { struct torch_build build; const char *pip; } cases[] = {
        { { .torch = "2.14.0", .variant = "cu130", .on_pypi = ANSWER_YES, .index = "whl/cu130" }, "pip install torch==2.14.0" },
        { { .torch = "2.14.0", .variant = "cu126", .on_pypi = ANSWER_NO, .index = "whl/cu126" },
          "pip install torch==2.14.0 --index-url https://download.pytorch.org/whl/cu126" },
        { { .torch = "1.12.1", .variant = "cu113", .index = "whl/cu113" },
          "pip install torch==1.12.1+cu113 --extra-index-url https://download.pytorch.org/whl/cu113" },
        { { .torch = "1.7.1", .variant = "cu110", .index = "whl/torch_stable.html" },
          "pip install torch==1.7.1+cu110 -f https://download.pytorch.org/whl/torch_stable.html" },
        { { .torch = "1.0.0", .variant = "cu80" }, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct install how = install_of(&arena, &cases[i].build);

        if (cases[i].pip == NULL)
            assert_null(how.pip);
        else
            assert_string_equal(how.pip, cases[i].pip);
    }
}

/* Kepler was in the matrix of 8.5 and is not in that of 8.9.5; that of 8.7 is not in the tables. */
static void a_gpu_that_a_cudnn_dropped_does_not_come_back(void **state)
{
    static const char *const old[] = { "3.5", "3.7", "5.0" }, *const new[] = { "5.0", "9.0" };
    static const struct cudnn_build kepler = { .cuda = "11.x", .cc = { old, 3 } }, maxwell = { .cuda = "11.x", .cc = { new, 2 } }, unsaid = { .cuda = "11.x" };
    static const struct cudnn_release releases[] = {
        { .cudnn = "8.9.5", .builds = &maxwell, .n_builds = 1 }, { .cudnn = "8.5.0", .builds = &kepler, .n_builds = 1 },
        { .cudnn = "8.7.0", .builds = &unsaid, .n_builds = 1 },
    };
    static const struct expected y = { .cudnn = releases, .n_cudnn = COUNT_OF(releases) };
    static const struct { const char *cudnn, *cuda; int cc; enum answer serves; int oldest; } cases[] = {
        { "8.5.0.96", "11.7", 37, ANSWER_YES, 35 },     { "8.4.0.27", "11.7", 37, ANSWER_YES, 35 },    
        { "8.7.0.84", "11.8", 37, ANSWER_UNKNOWN, 50 }, { "8.7.0.84", "11.8", 50, ANSWER_YES, 35 },
        { "8.9.5.30", "11.8", 37, ANSWER_NO, 50 },      { "9.1.0.70", "11.8", 37, ANSWER_NO, 50 },
        { "9.1.0.70", "11.8", 120, ANSWER_YES, 50 },    { "9.1.0.70", "12.4", 37, ANSWER_YES, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int oldest;
        enum answer serves = cudnn_serves(&y, cases[i].cudnn, cases[i].cuda, cases[i].cc, &oldest);

        if (serves != cases[i].serves || oldest != cases[i].oldest)
            fail_msg("%s for CUDA %s on %d: %d, from %d on", cases[i].cudnn, cases[i].cuda, cases[i].cc, serves, oldest);
    }
}

static void a_name_of_code_is_read_or_refused(void **state)
{
    static const char *const not[] = { "", "sm_", "sm_9", "sm_9000", "sm_90b", "sm_90aa", "compute_", "SM_90", "90" };
    struct gpu_code c;

    (void)state;
    assert_true(gpu_code_parse(&c, "sm_90a") && c.arch == 90 && c.variant == 'a' && c.sass && !c.ptx);
    assert_true(gpu_code_parse(&c, "compute_120f") && c.arch == 120 && c.variant == 'f' && !c.sass && c.ptx);
    for (size_t i = 0; i < COUNT_OF(not); i++)
        assert_false(gpu_code_parse(&c, not[i]));
}

#define CASE cmocka_unit_test

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_link_breaks_alone_and_says_why),
        CASE(ptx_needs_a_driver_as_new_as_its_toolkit),
        CASE(the_best_is_the_newest_that_runs_and_rather_one_that_the_driver_knows_whole),
        CASE(machine_code_is_better_than_ptx_of_the_same_release),
        CASE(how_to_install_follows_where_a_build_is_published),
        CASE(a_gpu_that_a_cudnn_dropped_does_not_come_back),
        CASE(a_name_of_code_is_read_or_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
