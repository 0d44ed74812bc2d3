/* results/inspect.schema.json and the writer say the same, in both directions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/wheel.h"
#include "report/inspect.h"
#include "report/inspect_json.h"
#include "tests/unit/json_schema.h"

static const struct gpu_code codes[] = { { .arch = 75, .lto = true }, { .arch = 90, .variant = 'a', .sass = true }, { .arch = 120, .ptx = true } };
static const char *const needed[] = { "libcublasLt.so.13", "libgone.so" };
static const struct elf_facts elf = {
    .soname = "libcublas.so.13", .needed = needed, .n_needed = 2, .rpath = "$ORIGIN", .runpath = "/opt", .machine = "x86_64",
    .bytes = 100, .bytes_needed = 200, .glibc = "2.17", .glibcxx = "3.4.21", .cxxabi = "1.3.9", .codes = codes, .n_codes = 3,
    .n_images = 5, .n_compressed = 4, .loose = codes, .n_loose = 1, .loose_in = ".ldata",
};
static const struct loading needs[] = {
    { .name = "libcublasLt.so.13", .asked_by = "/x/libcublas.so.13", .depth = 1, .by = FOUND_RUNPATH, .path = "/x/libcublasLt.so.13",
      .entry = "$ORIGIN", .whose = "/x/libcublas.so.13" },
    { .name = "libgone.so", .asked_by = "/x/libcublas.so.13", .depth = 1, .by = FOUND_NOT },
};
static const struct wheel_need wheel_needs[] = { { "libcudart.so.13", NULL, "package", "nvidia-cuda-runtime 13.0.96 brings it" } };
static struct problem problems[] = {
    { WRONG, "libgone.so is found nowhere", "libgone.so x" }, { UNKNOWN, "not to be read\033[31m", NULL }, { NOTED, "libcuda.so.1 is with the driver", NULL },
};
static struct problem again[] = { { WRONG, "libgone.so, which y needs, is found nowhere", "libgone.so x" } };
static struct inspected files[] = {
    { .path = "libcublas.so.13", .place = "/x/libcublas.so.13", .package = "nvidia-cublas 13.1", .version = "13.1", .version_source = "/x/y.dist-info",
      .elf = &elf, .needs = needs, .n_needs = 2, .problems = { problems, 3 } },
    { .path = "torch/lib/libtorch_cuda.so", .wheel = "a-1.whl", .elf = &elf, .gpu_code_unknown = "damaged", .needs_unknown = "made for aarch64",
      .wheel_needs = wheel_needs, .n_wheel_needs = 1 },
    { .path = "/nowhere", .problems = { again, 1 } },
};
static const struct pin pins[] = { { .distribution = "nvidia-cublas", .version = "13.1" } };
static struct wheel wheels[] = {
    { .path = "a-1.whl", .bytes = 1000, .name = "a", .version = "1", .python = "cp311", .abi = "cp311", .platform = "manylinux1_x86_64", .glibc = "2.5",
      .build = "1+cu130", .cuda = "13.0", .pins = pins, .n_pins = 1, .n_members = 7, .has_record = true, .n_recorded = 6, .problems = { problems, 3 } },
    { .path = "bad.whl" },
};
static const struct inspection whole = { .files = files, .n_files = 3, .wheels = wheels, .n_wheels = 2, .table = true };

static char *written(bool json)
{
    const struct terminal t = { .colour = false, .width = 80 };
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    struct err e;

    if (json)
        assert_true(inspect_json(f, &whole, &e));
    else
        inspect_write(f, &whole, &t);
    fclose(f);
    return text;
}

static int set_up(void **state)
{
    (void)state;
    return schema_open("results/inspect.schema.json");
}

static void the_document_fits_the_schema_and_shows_all_of_it(void **state)
{
    char *text = written(true);
    json_t *all = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    (void)state;
    assert_non_null(all);
    assert_true(fits("inspect", schema, all));
    schema_is_all_shown("inspect");
    json_decref(all);
    free(text);
}

static void for_people_what_is_wrong_stands_first_and_the_same_fault_once(void **state)
{
    static const char *const begins =
        "[wrong] a-1.whl: libgone.so is found nowhere\n"
        "[unknown] a-1.whl: not to be read [31m\n"
        "[note] a-1.whl: libcuda.so.1 is with the driver\n"
        "[wrong] libcublas.so.13: libgone.so is found nowhere\n"
        "[unknown] libcublas.so.13: not to be read [31m\n"
        "[note] libcublas.so.13: libcuda.so.1 is with the driver\n"
        "\n"
        "a-1.whl\n";
    char *text = written(false);

    (void)state;
    if (!text_starts(text, begins))
        fail_msg("%s", text);
    assert_true(text_has(text, "  libcublas.so.13   13.1            glibc 2.17    sm 90a, PTX 120, more in .ldata\n"));
    assert_true(text_has(text, "libcudart.so.13: nvidia-cuda-runtime 13.0.96 brings it\n"));
    assert_true(text_ends(text, "gpuvet: 2 libraries read, 3 not well\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_fits_the_schema_and_shows_all_of_it),
        cmocka_unit_test(for_people_what_is_wrong_stands_first_and_the_same_fault_once),
    };

    return cmocka_run_group_tests(tests, set_up, schema_close);
}
