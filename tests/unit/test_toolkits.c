/* Toolkits as people have them on disk. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/layout.h"

/* What a runfile unpacks; links as it makes them. */
static void put_toolkit(struct layout *l, const char *dir, const char *cudart, const char *cudart_soname)
{
    struct arena *a = &l->arena;

    put_versioned(l, text_make(a, "%s/lib64/%s", dir, cudart), cudart_soname);
    put_link(l, text_make(a, "%s/lib64/libcudart.so", dir), cudart_soname);
    put_library(l, text_make(a, "%s/lib64/libcublas.so.12", dir));
    put_library(l, text_make(a, "%s/lib64/libcublasLt.so.12", dir));
    put_library(l, text_make(a, "%s/lib64/libnvrtc.so.12", dir));
    put_library(l, text_make(a, "%s/lib64/libnvrtc.alt.so.12", dir));
    put_library(l, text_make(a, "%s/lib64/stubs/libcublas.so.12", dir));
    put_library(l, text_make(a, "%s/lib64/stubs/libcuda.so", dir));
    put_library(l, text_make(a, "%s/lib64/libOpenCL.so.1", dir));
}

static void a_runfile_toolkit_has_the_versions_of_its_version_json(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_toolkit(l, "/usr/local/cuda-12.4", "libcudart.so.12.4.127", "libcudart.so.12");
    put_library(l, "/usr/local/cuda-12.4/extras/CUPTI/lib64/libcupti.so.12");
    put_text(l, "/usr/local/cuda-12.4/version.json",
             "{ \"cuda\": {\"version\": \"12.4.1\"}, \"libcublas\": {\"version\": \"12.4.5.8\"} }");
    find_all(l, NULL);
    s = stack_named(l, "toolkit-12.4");
    assert_int_equal(l->n_stacks, 1);
    assert_string_equal(stack_version(s, "cuda"), "12.4.1");
    assert_string_equal(member_named(s, "cublasLt")->version, "12.4.5.8");
    assert_string_equal(member_named(s, "cublasLt")->source, "/usr/local/cuda-12.4/version.json");
    assert_string_equal(member_named(s, "cudart")->version, "12.4.127");
    assert_string_equal(member_named(s, "cudart")->place, "/usr/local/cuda-12.4/lib64/libcudart.so.12.4.127");
    assert_null(member_named(s, "nvrtc")->version);
    assert_string_equal(member_named(s, "cupti")->place, "/usr/local/cuda-12.4/extras/CUPTI/lib64/libcupti.so.12");
    assert_int_equal(s->n_members, 5);          /* no stub, no .alt, no OpenCL, and each file once */
    ASSERT_ENTRIES(l, s, "always local /usr/local/cuda-12.4/lib64/libcudart.so.12.4.127",
                   "always local /usr/local/cuda-12.4/lib64/libcublas.so.12", "always local /usr/local/cuda-12.4/lib64/libnvrtc.so.12");
}

static void toolkits_side_by_side_are_a_stack_each_and_the_link_cuda_is_none(void **state)
{
    struct layout *l = *state;

    put_toolkit(l, "/usr/local/cuda-12.4", "libcudart.so.12.4.127", "libcudart.so.12");
    put_toolkit(l, "/usr/local/cuda-12.8", "libcudart.so.12.8.90", "libcudart.so.12");
    put_link(l, "/usr/local/cuda", "/etc/alternatives/cuda");
    put_link(l, "/etc/alternatives/cuda", "/usr/local/cuda-12.4");
    put_variable(l, "CUDA_HOME=/usr/local/cuda");
    put_text(l, "/usr/local/cuda-12.8/bin/nvcc", "");
    put_link(l, "/usr/bin/nvcc", "/usr/local/cuda-12.8/bin/nvcc");
    put_variable(l, "PATH=/bin:/usr/bin");
    find_all(l, NULL);
    assert_int_equal(l->n_stacks, 2);
    assert_string_equal(stack_named(l, "toolkit-12.4")->found_by, "CUDA_HOME");
    assert_string_equal(stack_named(l, "toolkit-12.8")->found_by, "nvcc on PATH");
}

static void two_toolkits_of_one_release_have_different_names(void **state)
{
    struct layout *l = *state;

    put_toolkit(l, "/usr/local/cuda-12.4", "libcudart.so.12.4.99", "libcudart.so.12");
    put_toolkit(l, "/opt/cuda", "libcudart.so.12.4.127", "libcudart.so.12");
    find_all(l, NULL);
    assert_int_equal(l->n_stacks, 2);
    assert_string_not_equal(l->stacks[0].name, l->stacks[1].name);
}

static void the_release_comes_from_the_best_source_there_is(void **state)
{
    static const struct { const char *path, *text, *version, *name; } cases[] = {
        { "version.json",   "{\"cuda\":{\"version\":\"12.1.0\"}}",  "12.1.0",   "toolkit-12.1" },
        { "include/cuda.h", "#define CUDA_VERSION 12030\n",         "12.3",     "toolkit-12.3" },
        { "version.txt",    "CUDA Version 10.2.89\n",               "10.2.89",  "toolkit-10.2" },
        { "dist-info/nvidia_cuda_runtime-13.0.96.dist-info/RECORD", "", "13.0.96", "toolkit-13.0" },
        { "nothing",        "",                                     NULL,       "toolkit-9.9" },
        { "version.json",   "{\"cuda\":[]}",                        NULL,       "toolkit-9.9" },
        { "version.json",   "{\"cuda\":{\"version\":12}}",          NULL,       "toolkit-9.9" },
        { "version.txt",    "12.4\n",                               NULL,       "toolkit-9.9" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        void *bench;
        struct layout *l;

        assert_int_equal(layout_open(&bench), 0);
        l = bench;
        put_library(l, "/usr/local/cuda-9.9/lib64/libcudart.so.9");
        put_text(l, text_join(&l->arena, "/usr/local/cuda-9.9", cases[i].path), cases[i].text);
        find_all(l, NULL);
        assert_int_equal(l->n_stacks, 1);
        assert_string_equal(l->stacks[0].name, cases[i].name);
        if (cases[i].version == NULL)
            assert_null(stack_version(&l->stacks[0], "cuda"));
        else
            assert_string_equal(stack_version(&l->stacks[0], "cuda"), cases[i].version);
        layout_close(&bench);
    }
}

static void debians_toolkit_lies_in_usr_and_is_found_by_the_cache(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_versioned(l, "/usr/lib/x86_64-linux-gnu/libcudart.so.11.8.89", "libcudart.so.11.0");
    put_versioned(l, "/usr/lib/x86_64-linux-gnu/libcublas.so.11.11.3.6", "libcublas.so.11");
    put_library(l, "/usr/lib/x86_64-linux-gnu/libz.so.1");
    put_in_cache(l, "/usr/lib/x86_64-linux-gnu/libcudart.so.11.0");
    find_all(l, NULL);
    s = stack_named(l, "toolkit-11.8");
    assert_string_equal(s->prefix, "/usr");
    assert_int_equal(s->n_members, 2);
    assert_string_equal(member_named(s, "cublas")->version, "11.11.3.6");
    assert_string_equal(s->found_by, "ld.so.cache");
}

static void an_rpm_toolkit_keeps_its_libraries_in_targets(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_versioned(l, "/usr/local/cuda-12.6/targets/x86_64-linux/lib/libcudart.so.12.6.77", "libcudart.so.12");
    put_link(l, "/usr/local/cuda-12.6/lib64", "targets/x86_64-linux/lib");
    put_versioned(l, "/usr/lib64/libcudnn.so.9.5.1", "libcudnn.so.9");
    put_versioned(l, "/usr/lib64/libcudnn_ops.so.9.5.1", "libcudnn_ops.so.9");
    put_versioned(l, "/usr/lib64/libnccl.so.2.23.4", "libnccl.so.2");
    put_in_cache(l, "/usr/local/cuda-12.6/targets/x86_64-linux/lib/libcudart.so.12");
    put_in_cache(l, "/usr/lib64/libcudnn.so.9");
    put_in_cache(l, "/usr/lib64/libcudnn_ops.so.9");
    put_in_cache(l, "/usr/lib64/libnccl.so.2");
    find_all(l, NULL);
    assert_int_equal(l->n_stacks, 1);
    s = stack_named(l, "toolkit-12.6");
    assert_string_equal(s->lib_dir, "/usr/local/cuda-12.6/targets/x86_64-linux/lib");
    assert_string_equal(member_named(s, "cudnn_ops")->version, "9.5.1");
    ASSERT_ENTRIES(l, s, "always local /usr/local/cuda-12.6/targets/x86_64-linux/lib/libcudart.so.12.6.77",
                   "always local /usr/lib64/libcudnn.so.9.5.1", "always local /usr/lib64/libnccl.so.2.23.4");
}

static void a_toolkit_that_only_the_cache_knows_has_its_own_prefix(void **state)
{
    struct layout *l = *state;

    put_versioned(l, "/apps/cuda/12.2/targets/x86_64-linux/lib/libcudart.so.12.2.140", "libcudart.so.12");
    put_in_cache(l, "/apps/cuda/12.2/targets/x86_64-linux/lib/libcudart.so.12");
    find_all(l, NULL);
    assert_string_equal(stack_named(l, "toolkit-12.2")->prefix, "/apps/cuda/12.2");
}

/* libcudnn9-cuda-12 beside toolkits 12.4, 12.8 and 13.0 is nobody's but 12.8's. */
static void a_cudnn_package_joins_the_newest_toolkit_of_its_cuda_major(void **state)
{
    struct layout *l = *state;

    put_toolkit(l, "/usr/local/cuda-12.4", "libcudart.so.12.4.127", "libcudart.so.12");
    put_toolkit(l, "/usr/local/cuda-12.8", "libcudart.so.12.8.90", "libcudart.so.12");
    put_toolkit(l, "/usr/local/cuda-13.0", "libcudart.so.13.0.96", "libcudart.so.13");
    put_versioned(l, "/usr/lib/x86_64-linux-gnu/libcudnn.so.9.10.2", "libcudnn.so.9");
    put_versioned(l, "/usr/lib/x86_64-linux-gnu/libnccl.so.2.27.3", "libnccl.so.2");
    put_in_cache(l, "/usr/lib/x86_64-linux-gnu/libcudnn.so.9");
    put_in_cache(l, "/usr/lib/x86_64-linux-gnu/libnccl.so.2");
    put_text(l, "/var/lib/dpkg/status",
             "Package: libcudnn9-cuda-12\nStatus: install ok installed\nVersion: 9.10.2.21-1\n\n"
             "Package: libcudnn8\nStatus: deinstall ok config-files\nVersion: 8.9.7.29-1+cuda13.0\n\n"
             "Package: libnccl2\nStatus: install ok installed\nVersion: 2.27.3-1+cuda13.0\n");
    find_all(l, NULL);
    assert_int_equal(l->n_stacks, 3);
    assert_null(stack_member(stack_named(l, "toolkit-12.4"), "cudnn"));
    assert_null(stack_member(stack_named(l, "toolkit-13.0"), "cudnn"));
    assert_string_equal(member_named(stack_named(l, "toolkit-12.8"), "cudnn")->place, "/usr/lib/x86_64-linux-gnu/libcudnn.so.9.10.2");
    assert_non_null(stack_member(stack_named(l, "toolkit-13.0"), "nccl"));
    assert_null(stack_member(stack_named(l, "toolkit-12.8"), "nccl"));
}

/* The loader takes the first file of a name in its cache. */
static void of_two_cudnns_in_the_cache_the_first_is_the_toolkits(void **state)
{
    struct layout *l = *state;

    put_toolkit(l, "/usr/local/cuda-12.4", "libcudart.so.12.4.127", "libcudart.so.12");
    put_versioned(l, "/usr/lib64/libcudnn.so.9.10.2", "libcudnn.so.9");
    put_versioned(l, "/usr/local/lib/libcudnn.so.9.1.0", "libcudnn.so.9");
    put_in_cache(l, "/usr/local/lib/libcudnn.so.9");
    put_in_cache(l, "/usr/lib64/libcudnn.so.9");
    find_all(l, NULL);
    assert_string_equal(member_named(stack_named(l, "toolkit-12.4"), "cudnn")->version, "9.1.0");
    assert_int_equal(stack_named(l, "toolkit-12.4")->n_members, 5);
}

static void a_cudnn_for_no_toolkit_here_joins_none(void **state)
{
    struct layout *l = *state;

    put_toolkit(l, "/usr/local/cuda-13.0", "libcudart.so.13.0.96", "libcudart.so.13");
    put_versioned(l, "/usr/lib/x86_64-linux-gnu/libcudnn.so.9.10.2", "libcudnn.so.9");
    put_in_cache(l, "/usr/lib/x86_64-linux-gnu/libcudnn.so.9");
    put_text(l, "/var/lib/dpkg/status", "Package: libcudnn9-cuda-12\nStatus: install ok installed\nVersion: 9.10.2.21-1\n");
    find_all(l, NULL);
    assert_null(stack_member(stack_named(l, "toolkit-13.0"), "cudnn"));
}

static void a_toolkit_keeps_its_own_cudnn_although_the_cache_has_another(void **state)
{
    struct layout *l = *state;

    put_toolkit(l, "/usr/local/cuda-12.4", "libcudart.so.12.4.127", "libcudart.so.12");
    put_versioned(l, "/usr/local/cuda-12.4/lib64/libcudnn.so.8.9.7", "libcudnn.so.8");
    put_versioned(l, "/usr/lib/x86_64-linux-gnu/libcudnn.so.9.1.0", "libcudnn.so.9");
    put_in_cache(l, "/usr/lib/x86_64-linux-gnu/libcudnn.so.9");
    find_all(l, NULL);
    assert_string_equal(member_named(stack_named(l, "toolkit-12.4"), "cudnn")->version, "8.9.7");
    assert_int_equal(stack_named(l, "toolkit-12.4")->n_members, 5);
}

/* As installed here; skipped where there is none. */
static void the_toolkit_of_this_machine_is_whole(void **state)
{
    struct layout *l = *state;
    const char *asked = "/usr/local/cuda";
    struct environment env = { NULL, 0 };
    struct stack *stacks;
    struct root root;
    struct err e;

    if (access("/usr/local/cuda/lib64", R_OK) != 0)
        skip();
    assert_true(root_open(&root, &l->arena, "/", &e));
    l->machine.arch = NULL;
    assert_true(stacks_find(&stacks, &l->arena, &root, &env, &l->machine, &asked, 1) >= 1);
    assert_null(stacks[0].broken);
    assert_true(text_starts(stacks[0].name, "toolkit-1"));
    assert_non_null(stack_version(&stacks[0], "cuda"));
    assert_string_equal(stacks[0].entries[0].file, member_named(&stacks[0], "cudart")->path);
    for (size_t i = 0; i < stacks[0].n_members; i++)
        assert_null(stacks[0].members[i].why_bad);
    close(root.fd);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, layout_open, layout_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_runfile_toolkit_has_the_versions_of_its_version_json),
        CASE(toolkits_side_by_side_are_a_stack_each_and_the_link_cuda_is_none),
        CASE(two_toolkits_of_one_release_have_different_names),
        CASE(the_release_comes_from_the_best_source_there_is),
        CASE(debians_toolkit_lies_in_usr_and_is_found_by_the_cache),
        CASE(an_rpm_toolkit_keeps_its_libraries_in_targets),
        CASE(a_toolkit_that_only_the_cache_knows_has_its_own_prefix),
        CASE(a_cudnn_package_joins_the_newest_toolkit_of_its_cuda_major),
        CASE(of_two_cudnns_in_the_cache_the_first_is_the_toolkits),
        CASE(a_cudnn_for_no_toolkit_here_joins_none),
        CASE(a_toolkit_keeps_its_own_cudnn_although_the_cache_has_another),
        CASE(the_toolkit_of_this_machine_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
