/* The writers: what a person and a program read of one run, and what happens when it cannot be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "model/unproved.h"
#include "report/journal.h"
#include "report/json.h"
#include "report/not_proven.h"
#include "report/terminal.h"

static const struct probe probe = { .name = "blas.gemm.fp32", .claim = "It multiplies.", .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_CONTEXT };
static const struct device device = { .index = 0, .name = "NVIDIA H200", .uuid = "GPU-1", .pci = "0000:3b:00.0", .cc = 90, .sms = 132, .memory_bytes = 1u << 30, .answers = true };
static const struct stack_version versions[] = { { "torch", "2.5.1+cu124", "/v.py" } };
static const struct stack stack = { .name = "venv:/opt/app", .kind = STACK_PYTHON, .prefix = "/opt/app", .found_by = "--stack", .versions = versions, .n_versions = 1 };
static const struct machine machine = { .hostname = "node1", .os = "Debian", .kernel = "6.1", .arch = "x86_64", .gpu_meant = true, .why_meant = "a test" };
static const struct observation saw[] = {
    { "rate", "TFLOP/s", "612.5", 612.5, true }, { "error", "", "nan", NAN, true }, { "text", "", "a \"b\" \x01 \xff \xc3\xa4 <c>", 0, false },
};

static struct judged trial(enum verdict v, const char *id, const char *why)
{
    return (struct judged){ .trial = { .probe = &probe, .device = &device, .stack = &stack, .id = id }, .verdict = v, .why = why,
                            .outcome = { .ending = v == SKIP ? ENDED_NOT_RUN : ENDED_CLEAN, .saw = saw, .n_saw = v == SKIP ? 0 : COUNT_OF(saw), .took_ms = 12.5 } };
}

static struct arena arena;
static struct judged trials[4];
static struct report report;

static int set_up(void **state)
{
    (void)state;
    trials[0] = trial(PASS, "a@gpu0/venv:/opt/app", "");
    trials[1] = trial(FAIL, "b@gpu0/venv:/opt/app", "crashed (SIGSEGV) in cublasSgemm_v2");
    trials[1].outcome.said = "first\nlast words";
    trials[1].act = "reinstall it";
    trials[2] = trial(SKIP, "c@gpu0/venv:/opt/app", "not reached: b failed");
    trials[3] = trial(SKIP, "d@gpu0/venv:/opt/app", "not reached: b failed");
    report = (struct report){ .version = "0", .began = "2031-02-03T04:05:06Z", .machine = &machine, .devices = &device, .n_devices = 1,
                              .stacks = &stack, .n_stacks = 1, .trials = trials, .n_trials = 4, .exit_code = 1, .closing = "FAIL - b: crashed" };
    unproved_list(&report, all_probes, &arena);
    return 0;
}

static char *written_terminal(int width, bool colour)
{
    const struct terminal t = { .colour = colour, .width = width };
    static char *text;
    static size_t n;
    FILE *f = open_memstream(&text, &n);

    terminal_report(f, &report, &t);
    fclose(f);
    return text;
}

static json_t *written_json(void)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    json_t *all;
    struct err e;

    assert_true(json_report(f, &report, &e));
    fclose(f);
    all = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    free(text);
    assert_non_null(all);
    return all;
}

static void the_terminal_ends_with_eight_reasons_and_counts_the_others(void **state)
{
    static const char *const what[] = { "a" };
    struct unproved many[NOT_PROVEN_LINES + 2];
    char *text;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = (struct unproved){ UNPROVED_TRIAL, text_make(&arena, "reason %zu", i + 1), what, 1 };
    report.unproved = many;
    report.n_unproved = COUNT_OF(many);
    text = written_terminal(80, false);
    assert_true(text_has(text, "  - reason 8: a\n  - and 2 more reasons, in what -o or --json writes\n"));
    assert_false(text_has(text, "reason 9"));
    free(text);
    report.n_unproved = 0;
    text = written_terminal(80, false);
    assert_true(text_has(text, "Not proven: nothing that this gpuvet looks at was left out\n"));
    free(text);
}

static void a_self_test_does_not_say_that_nothing_was_left_out(void **state)
{
    static const struct probe detector = { .name = "selftest.exact", .claim = "c", .scope = SCOPE_DEVICE, .tests_itself = true };
    char *text;

    (void)state;
    trials[0].trial.probe = &detector;
    trials[0].trial.stack = NULL;
    report.n_trials = 1;
    report.n_stacks = report.n_unproved = 0;
    text = written_terminal(80, false);
    assert_false(text_has(text, "Not proven"));
    free(text);
}

static void what_is_the_same_on_several_gpus_is_told_once_with_their_names(void **state)
{
    static const struct device eight[3] = { { .index = 0, .answers = true }, { .index = 1, .answers = true }, { .index = 2, .answers = true } };
    char *text;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        trials[i] = trials[0];
        trials[i].verdict = FAIL;
        trials[i].trial.id = text_make(&arena, "a@gpu%zu/venv:/opt/app", i);
        trials[i].trial.device = &eight[i];
        trials[i].why = "1 element differs";
    }
    report.devices = eight;
    report.n_devices = report.n_trials = 3;
    text = written_terminal(80, false);
    assert_true(text_has(text, "[fail]    a@gpu0/venv:/opt/app\n         1 element differs\n         the same on: gpu1, gpu2\n"));
    assert_false(text_has(text, "a@gpu1"));
    free(text);
    trials[1].why = "2 elements differ";
    text = written_terminal(80, false);
    assert_true(text_has(text, "         the same on: gpu2\n"));
    assert_true(text_has(text, "[fail]    a@gpu1/venv:/opt/app\n         2 elements differ\n         claim:"));
    free(text);
}

static void a_soak_says_for_how_long_and_what_it_verified_on_each_gpu(void **state)
{
    static const struct observation soaked[] = {
        { "soak.seconds", "s", "3661.2", 3661.2, true }, { "verified", "", "1", 1, true }, { "soak.products", "", "1", 1, true },
        { "soak.wrong", "", "0", 0, true }, { "soak.operands", "", "0", 0, true }, { "memory.verified", "B", "2147483648", 2147483648.0, true },
        { "memory.wrong", "", "1", 1, true }, { "power.min", "W", "98", 98, true }, { "power.avg", "W", "612", 612, true }, { "power.max", "W", "701", 701, true },
    };
    char *text;

    (void)state;
    text = written_terminal(200, false);
    assert_false(text_has(text, "Soaked"));
    free(text);
    trials[0].outcome = (struct outcome){ .saw = soaked, .n_saw = COUNT_OF(soaked) };
    text = written_terminal(200, false);
    assert_true(text_has(text, "\nSoaked (hours:minutes:seconds):\n  gpu0  1:01:01, 1 product verified, 0 wrong; 2.0 GiB of memory verified, 1 word wrong; "
                               "power 612 W on average (98 to 701)\n"));
    assert_true(text_has(text, "\nVerified: the result of 1 call.\n"));
    free(text);
}

static void the_terminal_says_what_is_wrong_and_ends_in_one_line(void **state)
{
    static const char *const parts[] = {
        "node1", "gpu0  NVIDIA H200, compute capability 9.0", "[fail]    venv:/opt/app on gpu0  torch 2.5.1+cu124  (1 passed, 1 failed, 2 skipped)",
        "[fail]    b@gpu0/venv:/opt/app", "crashed (SIGSEGV) in cublasSgemm_v2", "claim: It multiplies.", "said: last words", "try: reinstall it",
        "Not proven:", "not reached: b failed: c@gpu0/venv:/opt/app, d@gpu0/venv:/opt/app",
    };
    char *text = written_terminal(200, false);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (strstr(text, parts[i]) == NULL)
            fail_msg("\"%s\" is not in:\n%s", parts[i], text);
    assert_true(text_ends(text, "\ngpuvet: FAIL - b: crashed\n"));
    assert_null(strchr(text, '\033'));
    /* One reason is said once. */
    assert_null(strstr(strstr(text, "not reached: b failed") + 1, "not reached: b failed"));
    free(text);
}

static size_t count_lines_that_start(const char *text, const char *with)
{
    size_t n = text_starts(text, with);

    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        n += text_starts(at + 1, with);
    return n;
}

static void nobody_else_can_move_the_cursor_or_write_our_last_line(void **state)
{
    static const char evil[] = "x\ngpuvet: PASS - all good\n\033[2J\033]0;t\a\rgpuvet: PASS\x7f\xc2\x9b" "31m \xff\xfe \xc3\xa4";
    struct machine named = machine;
    struct device hostile = device;
    char *text;

    (void)state;
    named.hostname = named.os = named.kernel = evil;
    hostile.name = hostile.uuid = evil;
    trials[1].why = trials[1].act = trials[1].outcome.said = evil;
    trials[2].why = trials[3].why = evil;
    report.machine = &named;
    report.devices = &hostile;
    report.closing = text_make(&arena, "FAIL - %s", evil);
    text = written_terminal(80, false);
    assert_int_equal(count_lines_that_start(text, "gpuvet: "), 1);
    assert_true(text_has(text, "\ngpuvet: FAIL - x gpuvet: PASS"));
    for (const char *s = text; *s != '\0'; s += text_utf8_length(s)) {
        assert_int_not_equal(text_utf8_length(s), 0);
        assert_true((unsigned char)*s >= ' ' || *s == '\n');
        assert_true(*s != 0x7f && !text_starts(s, "\xc2\x9b"));
    }
    assert_true(text_has(text, "\xc3\xa4"));
    free(text);
}

static void what_is_unknown_is_a_question_mark(void **state)
{
    static const struct machine unknown = { .arch = "x86_64", .gpu_meant = true, .why_meant = "a test" };
    const struct device devices[] = { { .index = 0, .cc = 90, .answers = true }, { .index = 1 } };
    char *text;

    (void)state;
    report.machine = &unknown;
    report.devices = devices;
    report.n_devices = 2;
    text = written_terminal(80, false);
    assert_true(text_has(text, "gpu0  ?, compute capability 9.0"));
    assert_true(text_has(text, "gpu1  at ? does not answer"));
    assert_false(text_has(text, "(null)"));
    free(text);
}

static void a_failure_says_how_to_run_it_again(void **state)
{
    static const char *const command[] = { "/opt/gpu vet", "run", "--root=/mnt", "--json", "--stack", "/opt/my app", "-p", "torch.*", "--stack" };
    char *text;

    (void)state;
    report.command = command;
    report.n_command = COUNT_OF(command);
    text = written_terminal(80, false);
    assert_true(text_has(text, "rerun: '/opt/gpu vet' run --root /mnt --stack '/opt/my app' -p blas.gemm.fp32 -d gpu0 -s venv:/opt/app\n"));
    free(text);
}

static void colour_never_stands_for_a_word(void **state)
{
    char *text = written_terminal(80, true);

    (void)state;
    assert_non_null(strstr(text, "\033[31;1m[fail]\033[0m"));
    free(text);
}

static void json_holds_every_trial_and_nothing_that_is_not_json(void **state)
{
    json_t *all = written_json(), *t = json_array_get(json_object_get(all, "trials"), 1), *values = json_object_get(t, "saw");

    (void)state;
    assert_int_equal(json_array_size(json_object_get(all, "trials")), 4);
    assert_int_equal(json_integer_value(json_object_get(all, "format")), JSON_FORMAT);
    assert_int_equal(json_integer_value(json_object_get(all, "exit_code")), 1);
    assert_string_equal(json_string_value(json_object_get(t, "verdict")), "fail");
    assert_true(json_real_value(json_object_get(json_array_get(values, 0), "value")) == 612.5);
    assert_true(json_is_null(json_object_get(json_array_get(values, 1), "value")));
    assert_string_equal(json_string_value(json_object_get(json_array_get(values, 2), "value")), "a \"b\" \x01 ? \xc3\xa4 <c>");
    /* What is unknown is absent. */
    assert_null(json_object_get(t, "call"));
    assert_null(json_object_get(json_array_get(json_object_get(all, "trials"), 2), "took_ms"));
    json_decref(all);
}

static void a_full_disk_is_an_error_of_json(void **state)
{
    FILE *f = fopen("/dev/full", "w");
    struct err e = { .kind = ERR_NONE };
    bool ok;

    (void)state;
    assert_non_null(f);
    setvbuf(f, NULL, _IONBF, 0);
    ok = json_report(f, &report, &e);
    assert_false(ok);
    assert_int_equal(e.kind, ERR_SYS);
    fclose(f);
}

static void the_journal_grows_by_lines_and_becomes_the_document(void **state)
{
    char dir[] = "/tmp/gpuvet-test-XXXXXX", path[64], part[80];
    struct journal j;
    struct err e;
    json_t *all;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/run.json", dir);
    snprintf(part, sizeof part, "%s.part", path);
    assert_true(journal_begin(&j, path, &e));
    for (size_t i = 0; i < 2; i++)
        j.watcher.ended(&j.watcher, &trials[i], i + 1, 4);
    all = json_load_file(part, JSON_DISABLE_EOF_CHECK, NULL);
    assert_string_equal(json_string_value(json_object_get(all, "id")), "a@gpu0/venv:/opt/app");
    json_decref(all);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_true(journal_finish(&j, &report, &e));
    all = json_load_file(path, 0, NULL);
    assert_int_equal(json_array_size(json_object_get(all, "trials")), 4);
    json_decref(all);
    assert_int_not_equal(access(part, F_OK), 0);
    unlink(path);
    rmdir(dir);
}

static void what_was_proved_stays_on_disk_if_the_document_cannot_be_written(void **state)
{
    char dir[] = "/tmp/gpuvet-test-XXXXXX", path[64], part[80], whole[80];
    struct journal j;
    struct err e;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/run.json", dir);
    snprintf(part, sizeof part, "%s.part", path);
    snprintf(whole, sizeof whole, "%s.new", path);
    assert_true(journal_begin(&j, path, &e));
    j.watcher.ended(&j.watcher, &trials[0], 1, 4);
    assert_int_equal(symlink("/dev/full", whole), 0);
    assert_false(journal_finish(&j, &report, &e));
    assert_true(text_has(e.text, part));
    assert_int_equal(access(part, F_OK), 0);
    unlink(part);
    unlink(whole);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_terminal_ends_with_eight_reasons_and_counts_the_others, set_up),
        cmocka_unit_test_setup(a_self_test_does_not_say_that_nothing_was_left_out, set_up),
        cmocka_unit_test_setup(what_is_the_same_on_several_gpus_is_told_once_with_their_names, set_up),
        cmocka_unit_test_setup(a_soak_says_for_how_long_and_what_it_verified_on_each_gpu, set_up),
        cmocka_unit_test_setup(the_terminal_says_what_is_wrong_and_ends_in_one_line, set_up),
        cmocka_unit_test_setup(nobody_else_can_move_the_cursor_or_write_our_last_line, set_up),
        cmocka_unit_test_setup(what_is_unknown_is_a_question_mark, set_up),
        cmocka_unit_test_setup(a_failure_says_how_to_run_it_again, set_up),
        cmocka_unit_test_setup(colour_never_stands_for_a_word, set_up),
        cmocka_unit_test_setup(json_holds_every_trial_and_nothing_that_is_not_json, set_up),
        cmocka_unit_test_setup(a_full_disk_is_an_error_of_json, set_up),
        cmocka_unit_test_setup(the_journal_grows_by_lines_and_becomes_the_document, set_up),
        cmocka_unit_test_setup(what_was_proved_stays_on_disk_if_the_document_cannot_be_written, set_up),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
