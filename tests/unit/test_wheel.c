#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/text.h"
#include "discover/inspect.h"
#include "model/wheel.h"
#include "tests/unit/small_elf.h"
#include "tests/unit/small_zip.h"

static void a_platform_says_which_glibc_it_promises(void **state)
{
    static const struct { const char *platform, *glibc; } cases[] = {
        { "manylinux1_x86_64", "2.5" }, { "manylinux2010_x86_64", "2.12" }, { "manylinux2014_aarch64", "2.17" },
        { "manylinux_2_28_x86_64", "2.28" }, { "manylinux2014_x86_64.manylinux_2_17_x86_64", "2.17" },
        { "manylinux_2_28_x86_64.manylinux_2_5_x86_64", "2.5" }, { "linux_x86_64", NULL }, { "any", NULL }, { "win_amd64", NULL },
        { "manylinux_2_x86_64", NULL }, { "manylinux_", NULL }, { "musllinux_1_2_x86_64", NULL }, { "", NULL }, { NULL, NULL },
    };
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *got = wheel_glibc(&a, cases[i].platform);

        if (cases[i].glibc == NULL)
            assert_null(got);
        else
            assert_string_equal(got, cases[i].glibc);
    }
    arena_free(&a);
}

static void a_file_name_ends_in_three_tags(void **state)
{
    struct arena a = { NULL };
    struct wheel w = { .path = NULL };

    (void)state;
    assert_true(wheel_tags(&w, &a, "torch-2.5.1+cu124-cp311-cp311-manylinux1_x86_64.whl"));
    assert_string_equal(w.python, "cp311");
    assert_string_equal(w.abi, "cp311");
    assert_string_equal(w.platform, "manylinux1_x86_64");
    assert_true(wheel_tags(&w, &a, "x-1.0-2build-py2.py3-none-any.whl"));
    assert_string_equal(w.python, "py2.py3");
    assert_string_equal(w.platform, "any");
    assert_false(wheel_tags(&w, &a, "torch.whl"));
    assert_false(wheel_tags(&w, &a, "torch-2.5.1-cp311-cp311-manylinux1_x86_64.zip"));
    assert_false(wheel_tags(&w, &a, "a-b-c-d-e-f-g.whl") && text_is(w.platform, "e"));
    arena_free(&a);
}

static void a_platform_says_which_architecture_it_is_for(void **state)
{
    (void)state;
    assert_string_equal(wheel_arch("manylinux2014_x86_64.manylinux_2_17_x86_64"), "x86_64");
    assert_string_equal(wheel_arch("manylinux_2_28_aarch64"), "aarch64");
    assert_null(wheel_arch("any"));
    assert_null(wheel_arch("win_amd64"));
    assert_null(wheel_arch(NULL));
}

/* ---- A whole wheel ---- */

struct inspecting {
    struct arena       arena;
    struct root        root;
    struct environment env;
    struct inspector   in;
    struct inspection  all;
};

static void inspect_bytes_as(struct inspecting *i, const struct small_zip *z, const char *name)
{
    int fd = small_file(z->bytes, z->n);
    struct err e;

    *i = (struct inspecting){ .arena = { NULL } };
    assert_true(fd >= 0 && root_open(&i->root, &i->arena, "/", &e));
    inspector_begin(&i->in, &i->arena, &i->root, &i->env);
    inspect_wheel(&i->in, &i->all, fd, name);
    close(fd);
}

static void make_wheel_that_requires(struct small_zip *z, const char *record, const char *cudart)
{
    static struct small_elf elf;
    char metadata[400];

    text_format(metadata, sizeof metadata, "Metadata-Version: 2.1\nName: small\nVersion: 1.0\nRequires-Dist: %s\nRequires-Dist: jinja2==3\n\nVersion: 9\n", cudart);

    *z = (struct small_zip){ .n = 0 };
    small_elf_make(&elf);
    elf.dynamic[DYN_RPATH].d_tag = DT_RUNPATH;
    small_zip_add(z, "small/lib/libsmall.so.1", &elf, sizeof elf, 8);
    small_zip_text(z, "small-1.0.dist-info/METADATA", metadata);
    small_zip_text(z, "small-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: cp311-cp311-linux_x86_64\n");
    small_zip_text(z, "torch/version.py", "__version__ = '2.5.1+cu124'\ncuda: Optional[str] = '12.4'\n");
    small_zip_text(z, "small-1.0.dist-info/RECORD", record);
    small_zip_end(z, 0);
}

static void make_wheel(struct small_zip *z, const char *record)
{
    make_wheel_that_requires(z, record, "nvidia-cuda-runtime-cu12 (==12.4.127)");
}

/* CUDA 13's wheels require cuda-toolkit, whose extras stand for NVIDIA's packages. */
static void an_extra_of_cuda_toolkit_brings_the_library_that_it_names(void **state)
{
    static const struct { const char *requires, *why; } cases[] = {
        { "cuda-toolkit[cublas,cudart]==13.0.2", "not in this wheel: cuda-toolkit 13.0.2 brings it" },
        { "cuda-toolkit[cuda, cudartx]==13.0.2", "not in this wheel, and none of the packages that it fixes is known to bring it" },
        { "cuda-toolkit[cublas]==13.0.2", "not in this wheel, and none of the packages that it fixes is known to bring it" },
        { "cuda-toolkit[cudart]==13.0.2; platform_machine == 'aarch64'", "not in this wheel, and none of the packages that it fixes is known to bring it" },
        { "cuda-toolkit[cudart]==13.0.2; extra == 'all'", "not in this wheel, and none of the packages that it fixes is known to bring it" },
        { "cuda-toolkit==13.0.2", "not in this wheel, and none of the packages that it fixes is known to bring it" },
    };
    static struct small_zip z;
    struct inspecting i;

    (void)state;
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        make_wheel_that_requires(&z, "", cases[k].requires);
        inspect_bytes_as(&i, &z, "small-1.0-py3-none-manylinux_2_17_x86_64.whl");
        assert_string_equal(i.all.files[0].wheel_needs[0].why, cases[k].why);
        arena_free(&i.arena);
    }
}

static void a_wheel_says_what_it_is_and_where_its_needs_come_from(void **state)
{
    static struct small_zip z;
    struct inspecting i;
    const struct wheel *w;
    const struct inspected *one;

    (void)state;
    make_wheel(&z, "small/lib/libsmall.so.1,sha256=x,0\n\"torch/version.py\",sha256=x,61\nsmall-1.0.dist-info/RECORD,,\n");
    inspect_bytes_as(&i, &z, "small-1.0-py3-none-manylinux_2_17_x86_64.whl");
    w = &i.all.wheels[0];
    one = &i.all.files[0];
    assert_string_equal(w->name, "small");
    assert_string_equal(w->version, "1.0");
    assert_string_equal(w->glibc, "2.17");
    assert_string_equal(w->build, "2.5.1+cu124");
    assert_string_equal(w->cuda, "12.4");
    assert_int_equal(w->n_pins, 1);
    assert_int_equal(w->n_members, 5);
    assert_int_equal(i.all.n_files, 1);
    assert_string_equal(one->path, "small/lib/libsmall.so.1");
    assert_string_equal(one->version, "1.0");
    assert_int_equal(one->n_wheel_needs, 2);
    assert_string_equal(one->wheel_needs[0].by, "package");
    assert_string_equal(one->wheel_needs[0].why, "not in this wheel: nvidia-cuda-runtime-cu12 12.4.127 brings it");
    assert_string_equal(one->wheel_needs[1].by, "system");
    arena_free(&i.arena);
}

static void a_wheel_without_its_own_name_still_has_tags(void **state)
{
    static struct small_zip z;
    struct inspecting i;

    (void)state;
    make_wheel(&z, "");
    inspect_bytes_as(&i, &z, "download.whl");
    assert_string_equal(i.all.wheels[0].platform, "linux_x86_64");
    assert_int_equal(inspection_exit_code(&i.all), 0);
    arena_free(&i.arena);
}

static void what_a_record_says_otherwise_is_wrong(void **state)
{
    static struct small_zip z;
    struct inspecting i;

    (void)state;
    make_wheel(&z, "small/lib/libsmall.so.1,sha256=x,3\nsmall/lib/libgone.so,sha256=x,5\n");
    inspect_bytes_as(&i, &z, "small-1.0-py3-none-any.whl");
    assert_int_equal(i.all.wheels[0].problems.n, 2);
    assert_true(text_starts(i.all.wheels[0].problems.items[0].text, "small/lib/libsmall.so.1 has "));
    assert_true(text_ends(i.all.wheels[0].problems.items[0].text, " bytes, and 3 in its RECORD"));
    assert_string_equal(i.all.wheels[0].problems.items[1].text, "its RECORD lists small/lib/libgone.so, which is not in it");
    assert_int_equal(inspection_exit_code(&i.all), 1);
    arena_free(&i.arena);
}

/* As csv writers put what holds a comma or a quote. */
static void a_record_may_quote_its_names(void **state)
{
    static struct small_zip z;
    struct inspecting i;

    (void)state;
    z = (struct small_zip){ .n = 0 };
    small_zip_text(&z, "p/a,\"b\".txt", "abc");
    small_zip_text(&z, "p-1.dist-info/RECORD", "\"p/a,\"\"b\"\".txt\",sha256=x,3\n");
    small_zip_end(&z, 0);
    inspect_bytes_as(&i, &z, "p-1-py3-none-any.whl");
    assert_int_equal(i.all.wheels[0].n_recorded, 1);
    arena_free(&i.arena);
}

static void a_need_is_found_by_the_path_relative_to_the_library(void **state)
{
    static struct small_zip z;
    static struct small_elf elf;
    struct inspecting i;

    (void)state;
    z = (struct small_zip){ .n = 0 };
    small_elf_make(&elf);                       /* RUNPATH $ORIGIN */
    small_zip_add(&z, "a/libsmall.so.1", &elf, sizeof elf, 0);
    small_zip_text(&z, "a/libcudart.so.13", "no library");
    small_zip_text(&z, "a-1.dist-info/METADATA", "Name: a\nVersion: 1\n");
    small_zip_end(&z, 1);
    inspect_bytes_as(&i, &z, "a-1-py3-none-any.whl");
    assert_int_equal(i.all.n_files, 2);
    assert_string_equal(i.all.files[1].path, "a/libsmall.so.1");
    assert_string_equal(i.all.files[1].wheel_needs[0].path, "a/libcudart.so.13");
    assert_string_equal(i.all.files[1].wheel_needs[0].why, "its RUNPATH: $ORIGIN");
    assert_string_equal(i.all.files[0].problems.items[0].text, "not an ELF file");
    arena_free(&i.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_platform_says_which_glibc_it_promises),
        cmocka_unit_test(a_file_name_ends_in_three_tags),
        cmocka_unit_test(a_platform_says_which_architecture_it_is_for),
        cmocka_unit_test(a_wheel_says_what_it_is_and_where_its_needs_come_from),
        cmocka_unit_test(an_extra_of_cuda_toolkit_brings_the_library_that_it_names),
        cmocka_unit_test(a_wheel_without_its_own_name_still_has_tags),
        cmocka_unit_test(what_a_record_says_otherwise_is_wrong),
        cmocka_unit_test(a_record_may_quote_its_names),
        cmocka_unit_test(a_need_is_found_by_the_path_relative_to_the_library),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
