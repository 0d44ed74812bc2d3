/* results/doctor.schema.json and the writer say the same, in both directions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/diagnosed.h"
#include "tests/unit/json_schema.h"

static int set_up(void **state)
{
    (void)state;
    return schema_open("results/doctor.schema.json");
}

static void check(const struct diagnoses *d, const struct complaint *complaint)
{
    static const struct fact unread = { "log.readable", "no: Operation not permitted", "/dev/kmsg" };
    static const struct machine machine = { .gpu_meant = true, .facts = &unread, .n_facts = 1 };
    const struct report r = { .version = "0.1.0", .closing = "", .exit_code = 1, .complaint = complaint, .machine = d->n > 0 ? &machine : NULL };
    struct err e = { .text = "" };
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    json_t *all;

    assert_true(diagnosed_json(f, d, &r, "what it comes to", &e));
    fclose(f);
    all = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(all);
    assert_true(fits("doctor", schema, all));
    json_decref(all);
    free(text);
}

static void every_answer_fits_and_the_schema_promises_nothing_that_is_never_written(void **state)
{
    static const struct ailment ailment = { .id = "sample" };
    static const struct stack stack = { .name = "venv:/opt/app" };
    static const char *const evidence[] = { "a", "b" };
    static const struct judged open = { .trial = { .id = "x" }, .why = "y", .act = "z", .outcome = { .rerun = "gpuvet child x" } };
    static const struct judged *const opens[] = { &open };
    static const struct diagnosis list[] = {
        { .ailment = &ailment, .certainty = SHOWN, .stack = &stack, .cause = "c", .evidence = evidence, .n_evidence = 2, .fix = "sudo reboot", .on_host = true, .advice = "wait" },
        { .ailment = &ailment, .certainty = LIKELY, .cause = "c", .follows = true },
    };
    static const char *const words[] = { "python3", "x.py" };
    static const struct complaint told[] = {
        { .source = COMPLAINT_TEXT, .lines = words, .n_lines = 1 }, { .source = COMPLAINT_LOG },
        { .source = COMPLAINT_COMMAND, .command = words, .n_command = 2, .exit_code = 1 }, { .source = COMPLAINT_COMMAND, .command = words, .n_command = 1, .signo = 11 },
        { .source = COMPLAINT_COMMAND, .command = words, .n_command = 1, .limit_s = 120 },
    };

    (void)state;
    check(&(const struct diagnoses){ .n = 0 }, NULL);
    for (size_t i = 0; i < COUNT_OF(told); i++)
        check(&(const struct diagnoses){ list, COUNT_OF(list), opens, COUNT_OF(opens) }, &told[i]);
    schema_is_all_shown("doctor");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_fits_and_the_schema_promises_nothing_that_is_never_written),
    };

    return cmocka_run_group_tests(tests, set_up, schema_close);
}
