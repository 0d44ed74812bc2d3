/* The tables of expected builds: what is read, what is refused, what is found in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "store/expected.h"

static struct arena arena;
static struct expected own;

static int read_own(void **state)
{
    struct err e = { .text = "" };

    (void)state;
    if (!expected_read(&own, &arena, NULL, &e))
        print_error("%s\n", e.text);
    return own.n_frameworks > 0 ? 0 : -1;
}

#define ORIGIN "\"source\": [\"somebody\"], \"as_of\": \"2026-09\""

static void a_row_becomes_a_struct(void **state)
{
    static const char text[] =
        "{\"about\": \"x\", \"rows\": [{\"torch\": \"2.4.1\", \"variant\": \"cu124\", \"platform\": \"linux-x86_64\", \"cuda\": \"12.4\","
        " \"cuda_full\": null, \"python\": [\"3.8\", \"3.12\"], \"archs\": [\"compute_90\", \"sm_90a\", \"sm_50\"], \"on_pypi\": false,"
        " \"pins\": {\"nvidia-cudnn-cu12\": \"9.1.0.70\"}, \"source\": [\"one\", \"two\"], \"as_of\": \"2026-11-28\", \"notes\": \"n\"}]}";
    struct expected x = { .where = "here" };
    struct err e = { .text = "" };

    (void)state;
    assert_true(expected_parse(&x, &arena, "torch.json", text, sizeof text - 1, &e));
    assert_int_equal(x.n_torch, 1);
    assert_string_equal(x.torch[0].torch, "2.4.1");
    assert_null(x.torch[0].cuda_full);
    assert_int_equal(x.torch[0].python.n, 2);
    assert_string_equal(x.torch[0].python.items[1], "3.12");
    assert_int_equal(x.torch[0].n_codes, 3);
    assert_int_equal(x.torch[0].codes[0].arch, 50);         /* by architecture */
    assert_true(x.torch[0].codes[1].ptx);
    assert_int_equal(x.torch[0].codes[2].variant, 'a');
    assert_true(x.torch[0].codes[2].sass);
    assert_int_equal(x.torch[0].on_pypi, ANSWER_NO);
    assert_int_equal(x.torch[0].n_pins, 1);
    assert_string_equal(x.torch[0].pins[0].version, "9.1.0.70");
    assert_string_equal(x.torch[0].origin.source, "one; two");
}

static void every_kind_of_error_is_refused_with_its_row_and_its_reason(void **state)
{
    static const struct { const char *table, *row, *says; } cases[] = {
        { "cuda.json", "{\"cuda\": \"12.4.1\", \"minor\": \"12.4\", \"driver_floor\": \"525.60.13\", \"as_of\": \"2026-09\"}",
          "the row of cuda 12.4.1, minor 12.4: rows[0].source: it is missing" },
        { "cuda.json", "{\"cuda\": \"12.4.1\", \"minor\": \"12.4\", \"driver_floor\": \"525.60.13\", \"source\": [], \"as_of\": \"2026-09\"}",
          "rows[0].source: it names no source" },
        { "cuda.json", "{\"cuda\": \"12.4.1\", \"minor\": \"12.4\", \"driver_floor\": \"525.60.13\", \"source\": [\"a\"], \"as_of\": \"lately\"}",
          "rows[0].as_of: \"lately\" is no date: YYYY-MM or YYYY-MM-DD" },
        { "cuda.json", "{\"cuda\": \"12.4.1\", \"minor\": \"12.4\", " ORIGIN "}", "rows[0].driver_floor: it is missing" },
        { "cuda.json", "{\"cuda\": \"12.4.1\", \"minor\": \"12.4\", \"driver_floor\": \"new\", " ORIGIN "}",
          "rows[0].driver_floor: \"new\" is no version: numbers and dots" },
        { "cuda.json", "{\"cuda\": \"12..4\", \"minor\": \"12.4\", \"driver_floor\": \"1\", " ORIGIN "}", "\"12..4\" is no version" },
        { "cuda.json", "{\"cuda\": 12.4, \"minor\": \"12.4\", \"driver_floor\": \"1\", " ORIGIN "}", "rows[0].cuda: it is no text" },
        { "cuda.json", "{\"cuda\": \"12.4\", \"minor\": \"12.4\", \"driver_flor\": \"1\", " ORIGIN "}", "rows[0].driver_flor: there is no such column" },
        { "drivers.json", "{\"branch\": -1, \"driver_api\": 12020, \"cuda\": \"12.2\", " ORIGIN "}", "rows[0].branch: it is no whole number" },
        { "drivers.json", "{\"branch\": 535.5, \"driver_api\": 12020, \"cuda\": \"12.2\", " ORIGIN "}", "rows[0].branch: it is no whole number" },
        { "chips.json", "{\"first\": \"1B80\", \"last\": \"1bff\", \"chip\": \"GP104\", \"cc\": \"6.1\", " ORIGIN "}", "rows[0].first: it is no PCI device id" },
        { "chips.json", "{\"first\": \"1b80\", \"last\": 7167, \"chip\": \"GP104\", \"cc\": \"6.1\", " ORIGIN "}", "rows[0].last: it is no PCI device id" },
        { "archs.json", "{\"cc\": \"nine\", \"arch\": \"Hopper\", " ORIGIN "}", "rows[0].cc: it is no compute capability" },
        { "archs.json", "{\"cc\": \"9.0\", \"arch\": \"\", " ORIGIN "}", "rows[0].arch: it is empty" },
        { "torch.json", "{\"torch\": \"2.4.1\", \"variant\": \"cu124\", \"platform\": \"p\", \"cuda\": \"12.4\", \"archs\": [\"sm_9\"], " ORIGIN "}",
          "rows[0].archs: \"sm_9\" is no architecture" },
        { "torch.json", "{\"torch\": \"2.4.1\", \"variant\": \"cu124\", \"platform\": \"p\", \"cuda\": \"12.4\", \"archs\": \"sm_90\", " ORIGIN "}",
          "rows[0].archs: it is no list" },
        { "torch.json", "{\"torch\": \"2.4.1\", \"variant\": \"cu124\", \"platform\": \"p\", \"cuda\": \"12.4\", \"on_pypi\": \"yes\", " ORIGIN "}",
          "rows[0].on_pypi: it is neither true nor false" },
        { "torch.json", "{\"torch\": \"2.4.1\", \"variant\": \"cu124\", \"platform\": \"p\", \"cuda\": \"12.4\", \"pins\": {\"a\": \"any\"}, " ORIGIN "}",
          "rows[0].a: \"any\" is no version" },
        { "torch.json", "{\"torch\": \"2.4.1\", \"variant\": \"cu124\", \"platform\": \"p\", \"cuda\": \"12.4\", \"pins\": [], " ORIGIN "}",
          "rows[0].pins: it is no object" },
        { "torch.json", "{\"torch\": \"2.4.1\", \"variant\": \"cu124\", \"platform\": \"p\", \"cuda\": \"12.4\", \"conda\": \"$(reboot)\", " ORIGIN "}",
          "rows[0].conda: \"$(reboot)\" holds more than letters" },
        { "cudnn.json", "{\"cudnn\": \"9.1.0\", \"builds\": [{\"cudda\": \"12\"}], " ORIGIN "}", "rows[0].builds[0].cudda: there is no such column" },
        { "compat.json", "{\"package\": \"c\", \"cuda\": \"12.9\", \"branches\": [\"535\"], " ORIGIN "}", "rows[0].branches: it is no whole number" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *text = text_make(&arena, "{\"about\": \"x\", \"rows\": [%s]}", cases[i].row);
        struct expected x = { .where = "here" };
        struct err e = { .text = "" };

        if (expected_parse(&x, &arena, cases[i].table, text, strlen(text), &e) || !text_has(e.text, cases[i].says))
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].row, e.text, cases[i].says);
    }
}

static void what_is_no_table_is_refused(void **state)
{
    static const struct { const char *text, *says; } cases[] = {
        { "", "line 1: " }, { "[]", "rows" }, { "{\"rows\": {}}", "it is no list" }, { "{\"rows\": []}", "there is none" },
        { "{\"rows\": [1]}", "rows[0]: it is no object" }, { "{\"rows\": [{\"cuda\":\n\n\"12\"", "line 3: " },
        { "{\"rows\": [], \"rows\": []}", "duplicate" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct expected x = { .where = "here" };
        struct err e = { .text = "" };

        if (expected_parse(&x, &arena, "cuda.json", cases[i].text, strlen(cases[i].text), &e) || !text_has(e.text, cases[i].says))
            fail_msg("%s: \"%s\"", cases[i].text, e.text);
    }
}

static void a_release_between_two_known_ones_has_both_as_neighbours(void **state)
{
    const char *below, *above;

    (void)state;
    expected_nearest(&own, "2.4.7", &below, &above);
    assert_string_equal(below, "2.4.1");
    assert_string_equal(above, "2.5.0");
    expected_nearest(&own, "0.4", &below, &above);
    assert_null(below);
    assert_string_equal(above, "1.0.0");
    expected_nearest(&own, "99", &below, &above);
    assert_non_null(below);
    assert_null(above);
}

static void a_driver_floor_is_the_majors_and_not_the_bundled_drivers(void **state)
{
    static const struct { const char *cuda, *floor; } cases[] = {
        { "12.4", "525.60.13" }, { "12.2.1", "525.60.13" }, { "12", "525.60.13" }, { "12.0", "525.60.13" }, { "11.8", "450.80.02" },
        { "11.0", "450.36.06" }, { "13.0", "580" }, { "13.2.1", "580" }, { "10.2", "440.33" }, { "10.1", "418.39" }, { "10.0", "410.48" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(expected_driver_floor(&own, cases[i].cuda), cases[i].floor);
    assert_null(expected_driver_floor(&own, "12.7"));       /* never released */
    assert_null(expected_driver_floor(&own, "1"));
}

/* NVIDIA's table: 535.54.03 came with 12.2, and 535.86 with its first update. */
static void the_bundled_driver_of_an_update_is_not_the_first_releases(void **state)
{
    const char *first = NULL, *update = NULL;

    (void)state;
    for (size_t i = 0; i < own.n_cuda; i++) {
        if (text_is(own.cuda[i].cuda, "12.2.0"))
            first = own.cuda[i].bundled_driver;
        if (text_is(own.cuda[i].cuda, "12.2.1"))
            update = own.cuda[i].bundled_driver;
    }
    assert_string_equal(first, "535.54.03");
    assert_string_equal(update, "535.86.09");
}

static void a_gpu_is_known_by_name_by_part_of_it_and_by_number(void **state)
{
    static const struct { const char *name; int cc; } cases[] = {
        { "RTX 5090", 120 }, { "rtx 5090", 120 }, { "NVIDIA GeForce RTX 5090", 120 }, { "NVIDIA GeForce RTX 3080 Laptop GPU", 86 }, { "V100", 70 },
        { "H200", 90 }, { "A100", 80 }, { "NVIDIA A100-SXM4-80GB", 80 }, { "T4", 75 }, { "sm_120", 120 }, { "sm_90a", 90 }, { "12.0", 120 }, { "90", 90 },
        { "RTX 9999", 0 }, { "509", 0 }, { "sm_", 0 }, { "9", 0 }, { "99.9", 0 }, { "", 0 }, { "TX 5090", 0 }, { "sm_123", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int cc = expected_gpu(&own, &arena, cases[i].name).cc;

        if (cc != cases[i].cc)
            fail_msg("%s is %d", cases[i].name, cc);
    }
}

static void a_name_that_several_kinds_of_gpu_share_is_told_to_be_so(void **state)
{
    struct named_gpu found = expected_gpu(&own, &arena, "NVIDIA");

    (void)state;
    assert_int_equal(found.cc, -1);
    assert_int_equal(found.names.n, 6);
}

#define CASE cmocka_unit_test

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_row_becomes_a_struct),
        CASE(every_kind_of_error_is_refused_with_its_row_and_its_reason),
        CASE(what_is_no_table_is_refused),
        CASE(a_release_between_two_known_ones_has_both_as_neighbours),
        CASE(a_driver_floor_is_the_majors_and_not_the_bundled_drivers),
        CASE(the_bundled_driver_of_an_update_is_not_the_first_releases),
        CASE(a_gpu_is_known_by_name_by_part_of_it_and_by_number),
        CASE(a_name_that_several_kinds_of_gpu_share_is_told_to_be_so),
    };
    int failed = cmocka_run_group_tests(tests, read_own, NULL);

    arena_free(&arena);
    return failed;
}
