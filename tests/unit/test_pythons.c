/* Python environments as people have them on disk, whole and broken. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/pythons.h"

#define V "/opt/app" SITE

static void put_cudnn_of_wheel(struct layout *l, const char *version)
{
    put_library(l, V "/nvidia/cudnn/lib/libcudnn.so.9");
    put_text(l, text_make(&l->arena, V "/nvidia_cudnn_cu12-%s.dist-info/METADATA", version), "Name: nvidia-cudnn-cu12\n");
}

static void a_venv_of_cu12_wheels_has_their_libraries_and_versions(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cu124", "12.4", INIT_2_6);
    put_cudnn_of_wheel(l, "9.1.0.70");
    put_library(l, V "/torch/lib/libgomp-a34b3233.so.1");
    put_library(l, V "/nvidia/cuda_nvrtc/lib/libnvrtc.alt.so.12");         /* nvrtc's own second half, never opened by name */
    put_text(l, V "/torch-2.5.1+cu124.dist-info/METADATA",
             "Requires-Dist: nvidia-cudnn-cu12==9.1.0.70; platform_system == \"Linux\"\n"
             "Requires-Dist: nvidia-nccl-cu12 (==2.21.5) ; platform_system == \"Linux\"\n"
             "Requires-Dist: nvidia-nvtx-cu12 ; platform_system == \"Linux\"\nRequires-Dist: sympy==1.13.1\n");
    put_variable(l, "VIRTUAL_ENV=/opt/app");
    find_all(l, NULL);
    s = stack_named(l, "venv:/opt/app");
    assert_string_equal(s->found_by, "active venv");
    assert_string_equal(s->lib_dir, V "/torch/lib");
    assert_string_equal(stack_version(s, "torch"), "2.5.1+cu124");
    assert_string_equal(stack_version(s, "cuda"), "12.4");
    assert_string_equal(stack_version(s, "cudnn"), "9.1.0.70");
    assert_string_equal(stack_version(s, "python"), "3.11");
    assert_string_equal(stack_version(s, "requires:nvidia-cudnn-cu12"), "9.1.0.70");
    assert_string_equal(stack_version(s, "requires:nvidia-nccl-cu12"), "2.21.5");
    assert_null(stack_version(s, "requires:nvidia-nvtx-cu12"));
    assert_null(stack_version(s, "requires:sympy"));
    assert_string_equal(member_named(s, "cudnn")->version, "9.1.0.70");
    assert_string_equal(member_named(s, "gomp")->place, V "/torch/lib/libgomp-a34b3233.so.1");
    assert_null(stack_member(s, "nvrtc.alt"));
    assert_null(s->unusable);
    assert_null(s->broken);
}

static void a_member_that_cannot_be_used_says_why(void **state)
{
    struct layout *l = *state;
    const struct stack *s;
    struct small_elf elf;
    char sentence[64];

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cu124", "12.4", NULL);
    small_elf_make(&elf);
    put_bytes(l, V "/nvidia/cudnn/lib/libcudnn.so.9", &elf, 1024);
    elf.header.e_machine = EM_AARCH64;
    put_bytes(l, V "/nvidia/cudnn/lib/libcudnn_ops.so.9", &elf, sizeof elf);
    put_text(l, V "/nvidia/cudnn/lib/libcudnn_cnn.so.9", "");
    put_text(l, V "/nvidia/cudnn/lib/libcudnn_adv.so.9", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 47185920\n");
    put_link(l, V "/nvidia/cudnn/lib/libcudnn_graph.so.9", "libcudnn_graph.so.9.1.0");
    put_text(l, V "/nvidia/cublas/lib/libcublas.so.12/file", "");
    put_text(l, V "/nvidia_nccl_cu12-2.21.5.dist-info/RECORD", "nvidia/nccl/lib/libnccl.so.2,sha256=x,4096\n");
    find_all(l, "/opt/app");
    s = stack_named(l, "venv:/opt/app");
    text_format(sentence, sizeof sentence, "truncated: 1024 of %zu bytes", sizeof elf);
    assert_string_equal(member_named(s, "cudnn")->why_bad, sentence);
    assert_string_equal(member_named(s, "cudnn_ops")->why_bad, "made for aarch64, this machine is x86_64");
    assert_string_equal(member_named(s, "cudnn_cnn")->why_bad, "an empty file");
    assert_string_equal(member_named(s, "cudnn_adv")->why_bad, "not an ELF file but a pointer of git-lfs: the file itself was not fetched");
    assert_string_equal(member_named(s, "cudnn_graph")->why_bad, "a link to libcudnn_graph.so.9.1.0, which is not there");
    assert_string_equal(member_named(s, "nccl")->why_bad, "missing: the RECORD of nvidia-nccl-cu12 2.21.5 lists it");
    assert_string_equal(member_named(s, "cublas")->why_bad, "not a regular file");
    assert_null(member_named(s, "torch_cpu")->why_bad);
}

static void put_record(struct layout *l, const char *package, const char *file, size_t bytes)
{
    put_text(l, text_make(&l->arena, V "/%s.dist-info/RECORD", package), text_make(&l->arena, "%s,sha256=x,%zu\n", file, bytes));
}

static void a_file_of_another_size_than_its_record_was_replaced(void **state)
{
    struct layout *l = *state;
    const struct member *m;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cu124", "12.4", NULL);
    put_library(l, V "/nvidia/nccl/lib/libnccl.so.2");
    put_record(l, "nvidia_nccl_cu12-2.21.5", "nvidia/nccl/lib/libnccl.so.2", 77);
    find_all(l, "/opt/app");
    m = member_named(stack_named(l, "venv:/opt/app"), "nccl");
    assert_non_null(strstr(m->why_bad, "the RECORD of nvidia-nccl-cu12 2.21.5 says 77"));
    assert_string_equal(m->version, "2.21.5");
}

/* cu11's and cu12's cuDNN unpack to one place: the file is the one's whose size it has. */
static void a_file_that_two_packages_claim_belongs_to_the_one_that_fits(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cu124", "12.4", NULL);
    put_library(l, V "/nvidia/cudnn/lib/libcudnn.so.9");
    put_record(l, "nvidia_cudnn_cu11-9.0.0.1", "nvidia/cudnn/lib/libcudnn.so.9", 77);
    put_record(l, "nvidia_cudnn_cu12-9.1.0.70", "nvidia/cudnn/lib/libcudnn.so.9", sizeof(struct small_elf));
    find_all(l, "/opt/app");
    s = stack_named(l, "venv:/opt/app");
    assert_null(member_named(s, "cudnn")->why_bad);
    assert_string_equal(member_named(s, "cudnn")->version, "9.1.0.70");
}

static void a_stale_record_beside_a_newer_one_makes_nothing_missing(void **state)
{
    struct layout *l = *state;
    const struct stack *s;
    size_t stated = 0;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cu124", "12.4", NULL);
    put_library(l, V "/nvidia/cudnn/lib/libcudnn.so.9");
    put_record(l, "nvidia_cudnn_cu12-8.9.2.26", "nvidia/cudnn/lib/libcudnn_cnn_infer.so.8", 77);
    put_record(l, "nvidia_cudnn_cu12-9.1.0.70", "nvidia/cudnn/lib/libcudnn.so.9", sizeof(struct small_elf));
    find_all(l, "/opt/app");
    s = stack_named(l, "venv:/opt/app");
    assert_null(stack_member(s, "cudnn_cnn_infer"));
    for (size_t i = 0; i < s->n_versions; i++)
        stated += text_is(s->versions[i].what, "cudnn");
    assert_int_equal(stated, 2);                /* both are told, for whoever looks for mixed installations */
}

static void what_a_wheel_only_carries_has_not_the_wheels_version(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cu124", "12.4", NULL);
    put_library(l, V "/torch/lib/libgomp.so.1");
    put_text(l, V "/torch-2.5.1.dist-info/RECORD", text_make(&l->arena, "torch/lib/libgomp.so.1,sha256=x,%zu\n"
             "torch/lib/libc10.so,sha256=x,%zu\n", sizeof(struct small_elf), sizeof(struct small_elf)));
    find_all(l, "/opt/app");
    s = stack_named(l, "venv:/opt/app");
    assert_null(member_named(s, "gomp")->version);
    assert_null(member_named(s, "gomp")->why_bad);
    assert_string_equal(member_named(s, "c10")->version, "2.5.1");
}

/* Its rpath leads from torch/lib to the packages beside it, whatever sys.path says. */
static void the_packages_beside_torch_are_its_members_first(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cu124", "12.4", NULL);
    put_library(l, V "/nvidia/cudnn/lib/libcudnn.so.9");
    put_library(l, "/home/u/mine/nvidia/cudnn/lib/libcudnn.so.9");
    put_variable(l, "PYTHONPATH=/home/u/mine");
    find_all(l, "/opt/app");
    assert_string_equal(member_named(stack_named(l, "venv:/opt/app"), "cudnn")->place, V "/nvidia/cudnn/lib/libcudnn.so.9");
}

static void a_pytorch_that_is_not_for_cuda_says_so(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cpu", NULL, NULL);
    put_venv(l, "/opt/rocm", false);
    put_torch(l, "/opt/rocm" SITE, "2.5.1+rocm6.2", NULL, NULL);
    put_library(l, "/opt/rocm" SITE "/torch/lib/libtorch_hip.so");
    put_variable(l, "VIRTUAL_ENV=/opt/rocm");
    find_all(l, "/opt/app");
    assert_non_null(strstr(stack_named(l, "venv:/opt/app")->unusable, "CPU-only"));
    assert_non_null(strstr(stack_named(l, "venv:/opt/rocm")->unusable, "ROCm"));
}

static void a_cuda_build_without_its_libtorch_cuda_is_broken_and_not_cpu_only(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cu124", "12.4", NULL);
    unlink(layout_path(l, V "/torch/lib/libtorch_cuda.so"));
    find_all(l, "/opt/app");
    assert_null(stack_named(l, "venv:/opt/app")->unusable);
}

static void a_conda_environment_has_its_libraries_in_one_folder(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_torch(l, "/opt/conda/envs/train" SITE, "2.5.1", "12.6", NULL);
    put_versioned(l, "/opt/conda/envs/train/lib/libcudart.so.12.6.77", "libcudart.so.12");
    put_library(l, "/opt/conda/envs/train/lib/libcudnn.so.9");
    put_library(l, "/opt/conda/envs/train/lib/libssl.so.3");
    put_text(l, "/opt/conda/envs/train/conda-meta/cudnn-9.3.0.75-h1.json", "{}");
    put_text(l, "/opt/conda/envs/train/conda-meta/cudnn-extras-1.0-0.json", "{}");
    put_variable(l, "CONDA_PREFIX=/opt/conda/envs/train");
    find_all(l, NULL);
    s = stack_named(l, "conda:train");
    assert_string_equal(s->found_by, "active conda");
    assert_string_equal(member_named(s, "cudart")->version, "12.6.77");
    assert_string_equal(member_named(s, "cudnn")->version, "9.3.0.75");
    assert_string_equal(member_named(s, "cudnn")->source, "/opt/conda/envs/train/conda-meta/cudnn-9.3.0.75-h1.json");
    assert_null(stack_member(s, "ssl"));
}

static void put_user_site(struct layout *l)
{
    put_variable(l, "HOME=/home/u");
    put_torch(l, "/home/u/.local" SITE, "2.4.0+cu121", "12.1", NULL);
}

static void a_user_site_is_a_stack(void **state)
{
    struct layout *l = *state;

    put_user_site(l);
    put_torch(l, "/home/u/.local/lib/python3.9/site-packages", "1.13.1+cu117", "11.7", NULL);
    find_all(l, NULL);
    assert_int_equal(l->n_stacks, 2);
    assert_string_equal(stack_version(stack_named(l, "user-site:/home/u/.local/lib/python3.11"), "torch"), "2.4.0+cu121");
    assert_string_equal(stack_version(stack_named(l, "user-site:/home/u/.local/lib/python3.9"), "torch"), "1.13.1+cu117");
}

static void a_user_site_that_is_turned_off_is_none(void **state)
{
    struct layout *l = *state;

    put_user_site(l);
    put_variable(l, "PYTHONNOUSERSITE=1");
    find_all(l, NULL);
    assert_int_equal(l->n_stacks, 0);
}

static void a_venv_sees_the_user_site_only_if_it_sees_the_system(void **state)
{
    struct layout *l = *state;

    put_user_site(l);
    put_venv(l, "/opt/alone", false);
    put_venv(l, "/opt/open", true);
    find_all(l, "/opt/alone");
    assert_non_null(stack_named(l, "dir:/opt/alone")->broken);
    find_all(l, "/opt/open");
    assert_string_equal(stack_named(l, "venv:/opt/open")->lib_dir, "/home/u/.local" SITE "/torch/lib");
}

static void the_system_python_prefers_local_packages_of_its_own_version(void **state)
{
    struct layout *l = *state;

    put_text(l, "/usr/bin/python3.11", "");
    put_link(l, "/usr/bin/python3", "python3.11");
    put_variable(l, "PATH=/usr/bin");
    put_torch(l, "/usr/local/lib/python3.9/dist-packages", "1.0", NULL, NULL);
    put_torch(l, "/usr/lib/python3/dist-packages", "2.0", NULL, NULL);
    put_torch(l, "/usr/local/lib/python3.11/dist-packages", "3.0", NULL, NULL);
    find_all(l, NULL);
    assert_int_equal(l->n_stacks, 1);
    assert_string_equal(stack_named(l, "python:/usr/local/lib/python3.11/dist-packages")->python, "/usr/bin/python3");
}

static void a_venv_whose_settings_name_another_python_is_found_all_the_same(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_text(l, "/opt/app/pyvenv.cfg", "version = 3.9.1\n");
    put_torch(l, V, "2.5.1+cu124", "12.4", NULL);
    find_all(l, "/opt/app");
    assert_string_equal(stack_version(stack_named(l, "venv:/opt/app"), "python"), "3.11");
}

static void a_path_file_adds_the_folders_it_names(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_text(l, V "/more.pth", "# /commented\nimport os\n/opt/shared\r\n../../../relative\n");
    put_torch(l, "/opt/shared", "2.5.1", "12.4", NULL);
    find_all(l, "/opt/app");
    assert_string_equal(stack_named(l, "venv:/opt/app")->lib_dir, "/opt/shared/torch/lib");
}

static void the_first_torch_on_sys_path_is_the_stack(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cu124", "12.4", NULL);
    put_torch(l, "/home/u/mine", "2.7.0", "12.8", NULL);
    put_variable(l, "PYTHONPATH=/home/u/mine");
    find_all(l, "/opt/app");
    assert_string_equal(stack_version(stack_named(l, "venv:/opt/app"), "torch"), "2.7.0");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, layout_open, layout_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_venv_of_cu12_wheels_has_their_libraries_and_versions),
        CASE(a_member_that_cannot_be_used_says_why),
        CASE(a_file_of_another_size_than_its_record_was_replaced),
        CASE(a_file_that_two_packages_claim_belongs_to_the_one_that_fits),
        CASE(a_stale_record_beside_a_newer_one_makes_nothing_missing),
        CASE(what_a_wheel_only_carries_has_not_the_wheels_version),
        CASE(the_packages_beside_torch_are_its_members_first),
        CASE(a_pytorch_that_is_not_for_cuda_says_so),
        CASE(a_cuda_build_without_its_libtorch_cuda_is_broken_and_not_cpu_only),
        CASE(a_conda_environment_has_its_libraries_in_one_folder),
        CASE(a_user_site_is_a_stack),
        CASE(a_user_site_that_is_turned_off_is_none),
        CASE(a_venv_sees_the_user_site_only_if_it_sees_the_system),
        CASE(the_system_python_prefers_local_packages_of_its_own_version),
        CASE(a_venv_whose_settings_name_another_python_is_found_all_the_same),
        CASE(a_path_file_adds_the_folders_it_names),
        CASE(the_first_torch_on_sys_path_is_the_stack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
