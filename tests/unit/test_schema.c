/* results/schema.json and the writer say the same, in both directions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/json.h"
#include "tests/unit/json_schema.h"
#include "tests/unit/sample_report.h"

static int set_up(void **state)
{
    (void)state;
    return schema_open("results/schema.json");
}

/* ---- Documents ---- */

static json_t *document(enum sample which, bool only_list)
{
    struct report r = sample_complained(which, &arena);
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    struct err e;
    json_t *all;

    assert_true(only_list ? json_list(f, &r, &e) : json_report(f, &r, &e));
    fclose(f);
    all = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    free(text);
    assert_non_null(all);
    return all;
}

static void every_document_fits_the_schema(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * SAMPLES; i++) {
        json_t *all = document((enum sample)(i / 2), i % 2 == 1);

        if (!fits("run", schema, all))
            fail_msg("%s does not fit", sample_names[i / 2]);
        json_decref(all);
    }
}

static void a_line_of_the_journal_fits_a_trial_of_the_schema(void **state)
{
    struct report r = sample_report(SAMPLE_FAILING, &arena);

    (void)state;
    for (size_t i = 0; i < r.n_trials; i++) {
        char *text = NULL;
        size_t n = 0;
        FILE *f = open_memstream(&text, &n);
        json_t *line;

        assert_true(json_trial_line(f, &r.trials[i]));
        fclose(f);
        line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        assert_true(fits("trial", json_object_get(json_object_get(schema, "$defs"), "trial"), line));
        json_decref(line);
        free(text);
    }
}

static void what_the_schema_does_not_know_is_refused(void **state)
{
    static const struct { const char *key; const char *value; } wrong[] = {
        { "unknown", "1" }, { "format", "2" }, { "verdict", "\"good\"" }, { "exit_code", "256" }, { "exit_code", "-1" },
        { "trials", "{}" }, { "trials", "[1]" }, { "trials", "[{}]" }, { "machine", "{}" }, { "took_ms", "null" }, { "command", "[1]" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        json_t *all = document(SAMPLE_GOOD, false);

        json_object_set_new(all, wrong[i].key, json_loads(wrong[i].value, JSON_DECODE_ANY, NULL));
        if (fits("run", schema, all))
            fail_msg("%s: %s fits", wrong[i].key, wrong[i].value);
        json_decref(all);
    }
}

static void the_schema_promises_nothing_that_is_never_written(void **state)
{
    for (int i = 0; i < SAMPLES; i++) {
        json_t *all = document((enum sample)i, false);

        assert_true(fits("run", schema, all));
        json_decref(all);
    }
    (void)state;
    schema_is_all_shown("run");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_document_fits_the_schema, set_up, schema_close),
        cmocka_unit_test_setup_teardown(a_line_of_the_journal_fits_a_trial_of_the_schema, set_up, schema_close),
        cmocka_unit_test_setup_teardown(what_the_schema_does_not_know_is_refused, set_up, schema_close),
        cmocka_unit_test_setup_teardown(the_schema_promises_nothing_that_is_never_written, set_up, schema_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
