/* What --stack may name, libtorch without Python, and files full of garbage. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/python.h"
#include "tests/unit/pythons.h"

#define V "/opt/app" SITE

static void put_everything(struct layout *l)
{
    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1+cu124", "12.4", INIT_2_11);
    put_text(l, "/usr/bin/python3", "");
    put_library(l, "/opt/lt/lib/libtorch.so");
    put_library(l, "/opt/lt/lib/libtorch_cpu.so");
    put_library(l, "/opt/lt/lib/libtorch_cuda.so");
    put_text(l, "/opt/lt/build-version", "2.5.1+cu124\n");
    put_library(l, "/apps/cuda/lib64/libcudart.so.12");
    put_text(l, "/apps/cuda/include/cuda.h", "#define CUDA_VERSION 12040\n");
}

static void a_stack_may_be_asked_for_by_any_of_its_folders(void **state)
{
    static const struct { const char *asked, *name; } cases[] = {
        { "/opt/app",             "venv:/opt/app" },
        { "/opt/app/",            "venv:/opt/app" },
        { "/opt/app/bin/python3", "venv:/opt/app" },
        { V,                      "venv:/opt/app" },
        { V "/torch",             "venv:/opt/app" },
        { "app",                  "venv:/opt/app" },        /* from $PWD */
        { "/opt/lt",              "libtorch:/opt/lt" },
        { "/opt/lt/lib",          "libtorch:/opt/lt/lib" },
        { "/apps/cuda",           "toolkit-12.4" },
    };
    struct layout *l = *state;

    put_everything(l);
    put_variable(l, "PWD=/opt");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        find_all(l, cases[i].asked);
        assert_string_equal(l->stacks[0].name, cases[i].name);
        assert_null(l->stacks[0].broken);
        assert_string_equal(l->stacks[0].found_by, "--stack");
    }
}

static void a_folder_that_is_no_stack_says_what_was_looked_for(void **state)
{
    struct layout *l = *state;

    put_folder(l, "/opt/empty");
    find_all(l, "/opt/empty");
    assert_int_equal(l->n_stacks, 1);
    assert_string_equal(l->stacks[0].broken,
                        "/opt/empty: no torch in its site-packages, no lib/libtorch.so and no libcudart.so.N in lib64 or lib");
    find_all(l, "/opt/none");
    assert_string_equal(l->stacks[0].broken, "/opt/none: no such folder");
}

static void a_stack_that_was_asked_for_is_not_found_again(void **state)
{
    struct layout *l = *state;

    put_everything(l);
    put_variable(l, "VIRTUAL_ENV=/opt/app");
    put_variable(l, "CUDA_HOME=/apps/cuda");
    find_all(l, V "/torch");
    assert_int_equal(l->n_stacks, 2);
    find_all(l, "/apps/cuda/");
    assert_int_equal(l->n_stacks, 2);
}

static void a_libtorch_folder_is_opened_from_the_bottom(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_everything(l);
    put_library(l, "/opt/lt/lib/libcudart-9335f6a2.so.12");
    find_all(l, "/opt/lt");
    s = stack_named(l, "libtorch:/opt/lt");
    assert_string_equal(stack_version(s, "torch"), "2.5.1+cu124");
    assert_string_equal(member_named(s, "cudart")->place, "/opt/lt/lib/libcudart-9335f6a2.so.12");
    ASSERT_ENTRIES(l, s, "always local /opt/lt/lib/libtorch_cpu.so", "always local /opt/lt/lib/libtorch_cuda.so",
                   "always local /opt/lt/lib/libtorch.so");
}

static void a_libtorch_folder_without_libtorch_cpu_is_still_one(void **state)
{
    struct layout *l = *state;

    put_library(l, "/opt/lt/lib/libtorch.so");
    find_all(l, "/opt/lt");
    assert_null(stack_named(l, "libtorch:/opt/lt")->broken);
}

static void debians_libtorch_is_found_by_the_cache(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_library(l, "/usr/lib/x86_64-linux-gnu/libtorch_cpu.so.2.6");
    put_library(l, "/usr/lib/x86_64-linux-gnu/libc10.so.2.6");
    put_library(l, "/usr/lib/x86_64-linux-gnu/libtorrent.so.1");
    put_in_cache(l, "/usr/lib/x86_64-linux-gnu/libtorch_cpu.so.2.6");
    find_all(l, NULL);
    s = stack_named(l, "libtorch:system");
    assert_string_equal(stack_version(s, "torch"), "2.6");
    assert_int_equal(s->n_members, 2);
    assert_non_null(strstr(s->unusable, "CPU-only"));
}

static void values_are_read_from_python_text(void **state)
{
    static const struct { const char *text, *name, *value; } cases[] = {
        { "cuda = '12.4'",                       "cuda",        "12.4" },
        { "cuda: Optional[str] = '13.0'\n",      "cuda",        "13.0" },
        { "cuda: Optional[str] = None\n",        "cuda",        NULL },
        { "__version__ = \"2.6.0a0+df5\"",       "__version__", "2.6.0a0+df5" },
        { "cuda_arch = '9'\ncuda='11.7'",        "cuda",        "11.7" },
        { "cuda",                                "cuda",        NULL },
        { "cuda = '12.4",                        "cuda",        "12.4" },
        { "",                                    "cuda",        NULL },
    };
    struct layout *l = *state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *value = python_assigned(&l->arena, cases[i].text, cases[i].name);

        if (cases[i].value == NULL)
            assert_null(value);
        else
            assert_string_equal(value, cases[i].value);
    }
}

static void control_bytes_in_a_version_do_not_come_through(void **state)
{
    struct layout *l = *state;

    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.5.1\033[2J", "12.4\t7", NULL);
    find_all(l, "/opt/app");
    assert_string_equal(stack_version(&l->stacks[0], "torch"), "2.5.1 [2J");
    assert_string_equal(stack_version(&l->stacks[0], "cuda"), "12.4 7");
}

/* Every text that is read, spoiled in every way: bytes changed, cut, repeated. */
static void garbage_in_any_file_ends_in_stacks_all_the_same(void **state)
{
    static const char *const files[] = {
        V "/torch/version.py", V "/torch/__init__.py", V "/torch-2.5.1.dist-info/METADATA", V "/torch-2.5.1.dist-info/RECORD",
        V "/nvidia_cudnn_cu12-9.dist-info/RECORD", V "/more.pth", "/opt/app/pyvenv.cfg", "/apps/cuda/version.json",
        "/apps/cuda/version.txt", "/apps/cuda/include/cuda.h", "/apps/cuda/include/cudnn_version.h", "/opt/lt/build-version",
        "/var/lib/dpkg/status",
    };
    static const char start[] = INIT_2_11 INIT_2_6 INIT_2_0
        "cuda: Optional[str] = '13.0'\nRequires-Dist: nvidia-cudnn-cu12==9.1\nhome = /usr/bin\nversion = 3.11.2\n"
        "nvidia/cudnn/lib/libcudnn.so.9,sha256=x,12\n{\"cuda\":{\"version\":\"12.4\"}}\nCUDA Version 12.4\n"
        "#define CUDA_VERSION 12040\nPackage: libcudnn9-cuda-12\nStatus: install ok installed\nVersion: 9-1+cuda12\n\n";
    static const char seeds[] = "'\"*[]=\n\0.:/(){},#";
    struct layout *l = *state;
    char text[sizeof start];

    put_everything(l);
    put_library(l, V "/nvidia/cudnn/lib/libcudnn.so.9");
    put_library(l, "/usr/lib/libcudnn.so.9");
    put_in_cache(l, "/usr/lib/libcudnn.so.9");
    put_variable(l, "VIRTUAL_ENV=/opt/app");
    put_variable(l, "CUDA_HOME=/apps/cuda");
    srand(20);
    for (int round = 0; round < 60; round++) {
        for (size_t i = 0; i < COUNT_OF(files); i++) {
            size_t n = sizeof start - 1;

            memcpy(text, start, sizeof start);
            for (int spoil = 0; spoil < round * 3; spoil++)
                text[(size_t)rand() % n] = rand() % 4 == 0 ? (char)rand() : seeds[(size_t)rand() % (sizeof seeds - 1)];
            put_bytes(l, files[i], text, rand() % 3 == 0 ? (size_t)rand() % n : n);
        }
        find_all(l, "/opt/lt");
        assert_true(l->n_stacks >= 3);
        assert_non_null(stack_named(l, "libtorch:/opt/lt"));
    }
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, layout_open, layout_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_stack_may_be_asked_for_by_any_of_its_folders),
        CASE(a_folder_that_is_no_stack_says_what_was_looked_for),
        CASE(a_stack_that_was_asked_for_is_not_found_again),
        CASE(a_libtorch_folder_is_opened_from_the_bottom),
        CASE(a_libtorch_folder_without_libtorch_cpu_is_still_one),
        CASE(debians_libtorch_is_found_by_the_cache),
        CASE(values_are_read_from_python_text),
        CASE(control_bytes_in_a_version_do_not_come_through),
        CASE(garbage_in_any_file_ends_in_stacks_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
