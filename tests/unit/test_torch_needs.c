/* What a PyTorch's files say it needs of others, and what the system offers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/definitions.h"
#include "tests/unit/pythons.h"

#define V "/opt/app" SITE

static void assert_version(const struct stack *s, const char *what, const char *version)
{
    const char *is = stack_version(s, what);

    if (version == NULL ? is != NULL : !text_is(is, version))
        fail_msg("%s is %s, not %s", what, is != NULL ? is : "not there", version != NULL ? version : "absent");
}

static void pins_count_where_their_conditions_hold(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.11.0+cu130", "13.0", NULL);
    put_text(l, V "/torch-2.11.0.dist-info/METADATA",
             "Requires-Dist: nvidia-cudnn-cu13==9.19.0.56; platform_system == \"Linux\" and platform_machine == \"x86_64\"\n"
             "Requires-Dist: nvidia-nccl-cu13==2.28.9; platform_machine == 'aarch64'\n"
             "Requires-Dist: nvidia-nvtx==13.0.85; platform_machine != 'aarch64'\n"
             "Requires-Dist: nvidia-cusparselt-cu13==0.8.0; extra == \"sparse\"\n"
             "Requires-Dist: cuda-toolkit[cublas,cudart]==13.0.2; sys_platform == \"linux\"\n");
    put_text(l, V "/nvidia_cudnn_cu13-9.19.0.56.dist-info/METADATA", "");
    put_text(l, V "/cuda_toolkit-13.0.2.dist-info/METADATA", "");
    put_text(l, V "/sympy-1.13.1.dist-info/METADATA", "");
    put_variable(l, "VIRTUAL_ENV=/opt/app");
    find_all(l, NULL);
    s = stack_named(l, "venv:/opt/app");
    assert_version(s, "requires:nvidia-cudnn-cu13", "9.19.0.56");
    assert_version(s, "requires:nvidia-nccl-cu13", NULL);
    assert_version(s, "requires:nvidia-nvtx", "13.0.85");
    assert_version(s, "requires:nvidia-cusparselt-cu13", NULL);
    assert_version(s, "requires:cuda-toolkit", "13.0.2");
    assert_version(s, "installed:nvidia-cudnn-cu13", "9.19.0.56");
    assert_version(s, "installed:cuda-toolkit", "13.0.2");
    assert_version(s, "installed:sympy", NULL);
}

static void the_python_it_was_built_for_stands_in_its_extensions_name(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.4.1+cu124", "12.4", NULL);
    put_library(l, V "/torch/_C.cpython-312-x86_64-linux-gnu.so");
    put_variable(l, "VIRTUAL_ENV=/opt/app");
    find_all(l, NULL);
    assert_version(stack_named(l, "venv:/opt/app"), "python:abi", "3.12");
    assert_version(stack_named(l, "venv:/opt/app"), "python", "3.11");
}

static void condas_build_string_is_read_from_its_package(void **state)
{
    struct layout *l = *state;

    put_text(l, "/opt/conda/conda-meta/history", "");
    put_text(l, "/opt/conda/conda-meta/pytorch-2.4.1-py3.11_cuda12.4_cudnn9.1.0_0.json", "{}");
    put_text(l, "/opt/conda/conda-meta/pytorch-cuda-12.4-hc786d27_7.json", "{}");
    put_text(l, "/opt/conda/conda-meta/pytorch-mutex-1.0-cuda.json", "{}");
    put_link(l, "/opt/conda/bin/python3", "python3.11");
    put_text(l, "/opt/conda/bin/python3.11", "");
    put_torch(l, "/opt/conda" SITE, "2.4.1", "12.4", NULL);
    find_all(l, "/opt/conda");
    assert_int_equal(l->n_stacks, 1);
    assert_version(&l->stacks[0], "conda:pytorch", "py3.11_cuda12.4_cudnn9.1.0_0");
}

static void the_newest_symbols_that_its_libraries_ask_for_are_known(void **state)
{
    struct layout *l = *state;
    struct small_elf elf;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.4.1+cu124", "12.4", NULL);
    small_elf_make(&elf);
    put_bytes(l, V "/torch/lib/libtorch_cpu.so", &elf, sizeof elf);
    put_variable(l, "VIRTUAL_ENV=/opt/app");
    find_all(l, NULL);
    assert_version(stack_named(l, "venv:/opt/app"), "needs:glibc", "2.17");
    assert_version(stack_named(l, "venv:/opt/app"), "needs:glibcxx", NULL);
}

/* This machine's own: what gcc linked this test against is there. */
static void the_systems_libraries_say_which_symbols_they_offer(void **state)
{
    struct layout *l = *state;
    struct root here;
    struct err e;
    const struct environment env = { NULL, 0 };
    const struct stack stack = { .name = "venv:/x" };
    struct search s = { .arena = &l->arena, .root = &here, .env = &env, .machine = &l->machine };
    struct offered offered;

    assert_true(root_open(&here, &l->arena, "/", &e));
#ifdef __aarch64__
    l->machine.arch = "aarch64";
#endif
    offered = glibc_offered(&s);
    if (offered.version == NULL)
        skip();                         /* no loader's cache here */
    assert_true(text_compare_versions(offered.version, "2.28") >= 0);
    assert_true(text_has(offered.file, "libc.so.6"));
    offered = glibcxx_offered(&s, &stack);
    if (offered.version != NULL)
        assert_true(text_compare_versions(offered.version, "3.4.20") > 0);
    close(here.fd);
}

static void what_is_no_library_offers_nothing(void **state)
{
    struct layout *l = *state;
    struct small_elf elf;
    int fds[] = { small_file("", 0), small_file("text", 4), -1 };

    small_elf_make(&elf);
    fds[2] = small_file(&elf, sizeof elf);
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        assert_null(elf_newest_definition(&l->arena, fds[i], "GLIBC_"));
        close(fds[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pins_count_where_their_conditions_hold, layout_open, layout_close),
        cmocka_unit_test_setup_teardown(the_python_it_was_built_for_stands_in_its_extensions_name, layout_open, layout_close),
        cmocka_unit_test_setup_teardown(condas_build_string_is_read_from_its_package, layout_open, layout_close),
        cmocka_unit_test_setup_teardown(the_newest_symbols_that_its_libraries_ask_for_are_known, layout_open, layout_close),
        cmocka_unit_test_setup_teardown(the_systems_libraries_say_which_symbols_they_offer, layout_open, layout_close),
        cmocka_unit_test_setup_teardown(what_is_no_library_offers_nothing, layout_open, layout_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
