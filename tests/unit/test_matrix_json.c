/* results/matrix.schema.json and the writer say the same, in both directions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/matrix.h"
#include "store/expected.h"
#include "tests/unit/json_schema.h"

static struct expected own;

static int set_up(void **state)
{
    struct err e;

    (void)state;
    return expected_read(&own, &arena, NULL, &e) ? schema_open("results/matrix.schema.json") : -1;
}

static const struct fit_gpu gpus[] = { { "NVIDIA H200", 90 }, { NULL, 120 } };
static const struct fit_host hosts[] = {
    { .platform = "linux-x86_64", .driver = "580.65.06", .python = "3.12", .glibc = "2.36" },
    { .platform = "linux-x86_64", .driver = "535", .gpus = gpus, .n_gpus = 2 },
    { .platform = "linux-x86_64", .no_driver = true },
    { .platform = "linux-aarch64", .driver = "550" },
};

static void check(char *text)
{
    json_t *all = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(all);
    assert_true(fits("matrix", schema, all));
    json_decref(all);
    free(text);
}

static void write_builds(const struct fit_host *host, const char *torch)
{
    const struct matrix_ask ask = { .torch = torch };
    struct err e = { .text = "" };
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    struct matrix m;

    assert_true(matrix_make(&m, &arena, &own, host, &ask, &e) && matrix_write_json(f, &m, &e));
    fclose(f);
    check(text);
}

static void write_releases(const struct fit_host *host, const char *framework)
{
    struct err e = { .text = "" };
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    struct frameworks x;

    assert_true(frameworks_make(&x, &arena, &own, host, framework, &e) && frameworks_write_json(f, &x, &e));
    fclose(f);
    check(text);
}

static void every_document_fits_and_the_schema_promises_nothing_that_is_never_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        write_builds(&hosts[i], NULL);
        write_builds(&hosts[i], "2.4");
        write_releases(&hosts[i], "vllm");
        write_releases(&hosts[i], "tensorflow");
    }
    schema_is_all_shown("matrix");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_document_fits_and_the_schema_promises_nothing_that_is_never_written, set_up, schema_close),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
