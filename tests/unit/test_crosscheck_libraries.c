/* An installed PyTorch against the libraries that its official build needs: its pins, and cuDNN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/checked.h"

/* ---- torch.pins ---- */

static void a_pinned_package_is_there_in_its_version_or_it_is_said(void **state)
{
    static const struct { const char *name, *pinned, *installed, *unmet, *warning, *install; } cases[] = {
        { "nvidia-cudnn-cu12", "9.1.0.70", "9.1.0.70", NULL, NULL, NULL },
        { "nvidia-cudnn-cu12", "9.1.0.70", NULL, "not installed, of what it requires: nvidia-cudnn-cu12 9.1.0.70", NULL, "nvidia-cudnn-cu12==9.1.0.70" },
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
    assert_found(&c, "unmet", "not installed, of what it requires: nvidia-cudnn-cu12 9.1.0.70, nvidia-nccl-cu12 2.20.5");
    arena_free(&c.arena);
}

/* Metadata is anybody's text, and what is advised is pasted. */
static void no_word_of_a_package_reaches_the_shell_unquoted(void **state)
{
    struct checked c;

    (void)state;
    begin(&c, "2.4.1+cu121", "12.1");
    state_version(&c, "installed:torch", "2.5.0;reboot");
    check(&c, &plain, NULL, check_build);
    assert_found(&c, "install", "--force-reinstall --no-deps 'torch==2.5.0;reboot'");
    arena_free(&c.arena);
    begin(&c, "2.4.1+cu124", "12.4");
    state_version(&c, "requires:nvidia-x`reboot`", "1.0");
    check(&c, &plain, NULL, check_pins);
    assert_found(&c, "install", "'nvidia-x`reboot`==1.0'");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pinned_package_is_there_in_its_version_or_it_is_said),
        cmocka_unit_test(one_command_mends_all_pins_and_of_two_records_one_may_fit),
        cmocka_unit_test(no_word_of_a_package_reaches_the_shell_unquoted),
        cmocka_unit_test(a_wheel_that_brings_its_libraries_pins_none),
        cmocka_unit_test(without_metadata_the_row_says_what_was_pinned),
        cmocka_unit_test(a_cudnn_is_refused_by_pytorchs_own_rule),
        cmocka_unit_test(a_cudnn_that_dropped_a_gpu_is_known_by_the_tables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
