/* What each time's `import torch` opens, read from its own __init__.py. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/pythons.h"

#define V "/opt/app" SITE
#define DEPS V "/torch/lib/libtorch_global_deps.so"
#define EXTENSION "always local " V "/torch/lib/libtorch.so", "always local " V "/torch/lib/libc10.so", "always local libcudart.so.12"

static const struct stack *only_stack(struct layout *l)
{
    find_all(l, "/opt/app");
    assert_int_equal(l->n_stacks, 1);
    return stack_named(l, "venv:/opt/app");
}

static void pytorch_1_13_preloads_two_libraries_when_its_dependencies_fail(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "1.13.1+cu117", "11.7", INIT_1_13);
    put_library(l, V "/nvidia/cublas/lib/libcublas.so.11");
    put_library(l, V "/nvidia/cudnn/lib/libcudnn.so.8");
    ASSERT_ENTRIES(l, only_stack(l), "deps global " DEPS, "if-failed local " V "/nvidia/cublas/lib/libcublas.so.11",
                   "if-failed local " V "/nvidia/cudnn/lib/libcudnn.so.8", "if-failed global " DEPS, EXTENSION);
}

/* 2.0 asks for two numbers in the name of libnvrtc: libnvrtc.so.11.2 has them, libnvrtc-builtins is another name. */
static void pytorch_2_0_takes_the_names_that_its_patterns_fit(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.0.1+cu117", "11.7", INIT_2_0);
    put_library(l, V "/nvidia/cublas/lib/libcublas.so.11");
    put_library(l, V "/nvidia/cublas/lib/libcublasLt.so.11");
    put_library(l, V "/nvidia/cuda_nvrtc/lib/libnvrtc-builtins.so.11.7");
    put_library(l, V "/nvidia/cuda_nvrtc/lib/libnvrtc.so.11.2");
    put_library(l, V "/nvidia/nccl/lib/libnccl.so");
    ASSERT_ENTRIES(l, only_stack(l), "deps global " DEPS, "if-failed local " V "/nvidia/cublas/lib/libcublas.so.11",
                   "if-failed local " V "/nvidia/cuda_nvrtc/lib/libnvrtc.so.11.2", "if-failed local libnccl.so.*[0-9]",
                   "if-failed global " DEPS, EXTENSION);
}

static void pytorch_2_6_preloads_nvrtc_and_nvjitlink_after_success(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.6.0+cu124", "12.4", INIT_2_6);
    put_library(l, V "/nvidia/cublas/lib/libcublas.so.12");
    put_library(l, V "/nvidia/cudnn/lib/libcudnn.so.9");
    put_library(l, V "/nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
    put_library(l, V "/nvidia/nvjitlink/lib/libnvJitLink.so.12");
    ASSERT_ENTRIES(l, only_stack(l), "deps global " DEPS, "if-failed local " V "/nvidia/cublas/lib/libcublas.so.12",
                   "if-failed local " V "/nvidia/cudnn/lib/libcudnn.so.9", "if-failed global " DEPS,
                   "if-opened local " V "/nvidia/cuda_nvrtc/lib/libnvrtc.so.12 if nvidia/cuda_runtime/lib/libcudart.so",
                   "if-opened local " V "/nvidia/nvjitlink/lib/libnvJitLink.so.12 if nvidia/cuda_runtime/lib/libcudart.so", EXTENSION);
}

static void pytorch_2_11_preloads_everything_either_way(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.11.0+cu130", "13.0", INIT_2_11);
    put_library(l, V "/nvidia/cu13/lib/libcublas.so.13");
    put_library(l, V "/nvidia/cu13/lib/libcublasLt.so.13");
    put_library(l, V "/nvidia/cudnn/lib/libcudnn.so.9");
    put_library(l, V "/cusparselt/lib/libcusparseLt.so.0");
    ASSERT_ENTRIES(l, only_stack(l), "deps global " DEPS,
                   "if-failed local " V "/nvidia/cu13/lib/libcublasLt.so.13", "if-failed local " V "/nvidia/cu13/lib/libcublas.so.13",
                   "if-failed local " V "/nvidia/cudnn/lib/libcudnn.so.9", "if-failed local " V "/cusparselt/lib/libcusparseLt.so.0",
                   "if-failed global " DEPS,
                   "if-opened local " V "/nvidia/cu13/lib/libcublasLt.so.13 if libcudart.so",
                   "if-opened local " V "/nvidia/cu13/lib/libcublas.so.13 if libcudart.so",
                   "if-opened local " V "/nvidia/cudnn/lib/libcudnn.so.9 if libcudart.so",
                   "if-opened local " V "/cusparselt/lib/libcusparseLt.so.0 if libcudart.so", EXTENSION);
}

static void an_optional_library_is_preloaded_only_if_it_is_there(void **state)
{
    struct layout *l = *state;
    const struct stack *s;
    size_t with = 0;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.11.0+cu126", "12.6", INIT_2_11);
    put_library(l, V "/nvidia/nvtx/lib/libnvToolsExt.so.1");
    s = only_stack(l);
    for (size_t i = 0; i < s->n_entries; i++)
        with += text_ends(s->entries[i].file, "/nvidia/nvtx/lib/libnvToolsExt.so.1");
    assert_int_equal(with, 2);
}

/* Each folder of sys.path in turn, so that a user's own cuBLAS wins over the environment's. */
static void preloads_follow_sys_path(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "1.13.1+cu117", "11.7", INIT_1_13);
    put_library(l, V "/nvidia/cublas/lib/libcublas.so.11");
    put_library(l, V "/nvidia/cudnn/lib/libcudnn.so.8");
    put_library(l, "/home/u/mine/nvidia/cublas/lib/libcublas.so.11");
    put_variable(l, "PYTHONPATH=/nowhere:/home/u/mine");
    assert_string_equal(entry_text(l, &only_stack(l)->entries[1]), "if-failed local /home/u/mine/nvidia/cublas/lib/libcublas.so.11");
}

static void without_its_init_file_a_pytorch_opens_its_dependencies_only(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cu124", "12.4", NULL);
    ASSERT_ENTRIES(l, only_stack(l), "deps global " DEPS, "if-failed global " DEPS, EXTENSION);
}

static void without_libtorch_python_the_other_libraries_are_opened_from_the_bottom(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cu124", "12.4", NULL);
    unlink(layout_path(l, V "/torch/lib/libtorch_python.so"));
    ASSERT_ENTRIES(l, only_stack(l), "deps global " DEPS, "if-failed global " DEPS, "always local " V "/torch/lib/libc10.so",
                   "always local " V "/torch/lib/libtorch_cpu.so", "always local " V "/torch/lib/libtorch_cuda.so",
                   "always local " V "/torch/lib/libtorch.so");
}

/* conda-forge: torch/lib holds links, and $ORIGIN must be that of the real file. */
static void entries_are_real_files_where_torch_lib_holds_links(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1", "12.4", NULL);
    unlink(layout_path(l, V "/torch/lib/libtorch.so"));
    put_library(l, "/opt/app/lib/libtorch.so");
    put_link(l, V "/torch/lib/libtorch.so", "../../../../libtorch.so");
    assert_string_equal(entry_text(l, &only_stack(l)->entries[2]), "always local /opt/app/lib/libtorch.so");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, layout_open, layout_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(pytorch_1_13_preloads_two_libraries_when_its_dependencies_fail),
        CASE(pytorch_2_0_takes_the_names_that_its_patterns_fit),
        CASE(pytorch_2_6_preloads_nvrtc_and_nvjitlink_after_success),
        CASE(pytorch_2_11_preloads_everything_either_way),
        CASE(an_optional_library_is_preloaded_only_if_it_is_there),
        CASE(preloads_follow_sys_path),
        CASE(without_its_init_file_a_pytorch_opens_its_dependencies_only),
        CASE(without_libtorch_python_the_other_libraries_are_opened_from_the_bottom),
        CASE(entries_are_real_files_where_torch_lib_holds_links),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
