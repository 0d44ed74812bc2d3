/* Saved runs, read back: what was written comes back, and what nobody wrote is refused with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/journal.h"
#include "report/json.h"
#include "store/saved.h"
#include "tests/unit/sample_report.h"

static struct arena arena;

static char *written(const struct report *r)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    struct err e;

    assert_true(json_report(f, r, &e));
    fclose(f);
    return text;
}

static void what_was_written_is_read_and_written_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        struct report r = sample_complained((enum sample)i, &arena), back;
        char *first = written(&r), *second;
        struct err e = { .kind = ERR_NONE };

        if (!saved_parse(&back, &arena, first, strlen(first), &e))
            fail_msg("%s: %s", sample_names[i], e.text);
        second = written(&back);
        assert_string_equal(first, second);
        free(first);
        free(second);
    }
}

static void a_saved_run_is_judged_again_with_the_same_verdicts(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        struct report r = sample_report((enum sample)i, &arena), back;
        char *text = written(&r);
        struct err e;

        assert_true(saved_parse(&back, &arena, text, strlen(text), &e));
        for (size_t k = 0; k < r.n_trials; k++) {
            struct judged again = back.trials[k];

            again.trial.probe = r.trials[k].trial.probe;        /* made up, it does not know that it may skip */
            judge_trial(&again, back.machine, &arena);
            assert_int_equal(again.verdict, r.trials[k].verdict);
            assert_string_equal(again.why, r.trials[k].why);
        }
        free(text);
    }
}

static void probes_of_this_program_are_its_own_and_others_are_made_up(void **state)
{
    struct report r = sample_report(SAMPLE_GOOD, &arena), back;
    struct judged *trials = arena_alloc(&arena, r.n_trials * sizeof *trials);
    char *text;
    struct err e;

    (void)state;
    memcpy(trials, r.trials, r.n_trials * sizeof *trials);
    trials[0].trial.probe = all_probes[0];
    r.trials = trials;
    text = written(&r);
    assert_true(saved_parse(&back, &arena, text, strlen(text), &e));
    assert_ptr_equal(back.trials[0].trial.probe, all_probes[0]);
    assert_string_equal(back.trials[1].trial.probe->name, "sample.launch");
    assert_string_equal(back.trials[1].trial.probe->claim, "A kernel runs and writes every word.");
    assert_ptr_equal(back.trials[1].trial.device, &back.devices[0]);
    assert_ptr_equal(back.trials[2].trial.stack, &back.stacks[0]);
    free(text);
}

static void a_document_that_was_cut_short_is_refused_wherever_it_was_cut(void **state)
{
    struct report r = sample_report(SAMPLE_GOOD, &arena), back;
    char *text = written(&r);
    size_t n = strlen(text);
    struct err e;

    (void)state;
    for (size_t cut = 0; cut < n - 2; cut++)            /* without its last newline it is whole */
        assert_false(saved_parse(&back, &arena, text, cut, &e));
    assert_true(saved_parse(&back, &arena, text, n - 1, &e));
    free(text);
}

/* ---- Every field of every object, spoilt in turn ---- */

static struct { size_t spoilt, refused, taken_out, still_good; } count;

static bool is_read(json_t *document, struct err *e)
{
    char *text = json_dumps(document, 0);
    struct report back;
    bool ok = saved_parse(&back, &arena, text, strlen(text), e);

    free(text);
    return ok;
}

static void spoil(json_t *document, json_t *object, const char *key)
{
    json_t *kept = json_incref(json_object_get(object, key));
    struct err e = { .kind = ERR_NONE };
    /* A text where there was something else, and something else where there was a text; an observation's value may be either. */
    json_t *wrong = text_is(key, "value") && json_object_get(object, "source") == NULL ? json_true() : json_is_string(kept) ? json_integer(1) : json_string("x");

    json_object_set_new(object, key, wrong);
    count.spoilt++;
    if (is_read(document, &e))
        fail_msg("\"%s\" of another kind is read all the same", key);
    if (!text_has(e.text, key))
        fail_msg("\"%s\" is not named: %s", key, e.text);
    count.refused++;
    json_object_del(object, key);
    count.taken_out++;
    count.still_good += is_read(document, &e);          /* refused or not: it must not crash */
    json_object_set_new(object, key, kept);
}

static void spoil_all(json_t *document, json_t *at)
{
    const char **keys = NULL, *key;
    size_t n = 0, i;
    json_t *value;

    if (json_is_array(at))
        json_array_foreach(at, i, value)
            spoil_all(document, value);
    /* Spoiling moves a field to the end, and its key goes with it. */
    json_object_foreach(at, key, value)
        *ARENA_PUSH(&arena, keys, n) = arena_text(&arena, key);
    for (i = 0; i < n; i++) {
        spoil_all(document, json_object_get(at, keys[i]));
        spoil(document, at, keys[i]);
    }
}

static void every_field_of_a_wrong_kind_is_refused_by_name(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        struct report r = sample_complained((enum sample)i, &arena);
        char *text = written(&r);
        json_t *document = json_loads(text, 0, NULL);
        struct err e = { .kind = ERR_NONE };

        spoil_all(document, document);
        if (!is_read(document, &e))
            fail_msg("the spoiler did not put everything back: %s", e.text);
        json_decref(document);
        free(text);
    }
    assert_true(count.spoilt > 500);
    /* Some must be there, and some may be absent. */
    assert_true(count.still_good > 0 && count.still_good < count.taken_out);
}

static void what_does_not_fit_together_is_refused_with_its_place(void **state)
{
    static const struct { const char *from, *to, *says; } cases[] = {
        { "\"format\": 1", "\"format\": 2", "format" },
        { "\"exit_code\": 1", "\"exit_code\": 256", "exit_code" },
        { "\"exit_code\": 1", "\"exit_code\": -1", "exit_code" },
        { "\"exit_code\": 1", "\"exit_code\": 1, \"exit_code\": 0", "duplicate" },
        { "\"ending\": \"crashed\"", "\"ending\": \"exploded\"", "trials[5].ending: \"exploded\"" },
        { "\"device\": 0", "\"device\": 7", "trials[1].device: the document has no such device" },
        { "\"stack\": \"venv:/opt/app\"", "\"stack\": \"venv:/opt/other\"", "trials[3].stack: the document has no such stack" },
        { "\"code\": 719,", "", "trials[1].stop" },
        { "\"address\": \"0000:5e:00.0\"", "\"address\": null", "machine.pci[1].address" },
        { "\"compute_capability\": 9.0", "\"compute_capability\": 1e9", "devices[0].compute_capability" },
        { "\"verdict\": \"skip\"", "\"verdict\": \"pass\"", "the trial did not run" },
        { "\"text\": \"gpu1 does not answer\",", "", "trials[2].text: it is missing: the trial did not run" },
        { "\"trials\": [", "\"trials\": [ 3,", "trials[0]: it is no object" },
        { "\"machine\": {", "\"machine\": 3, \"was\": {", "machine: it is no object" },
    };
    struct report r = sample_report(SAMPLE_FAILING, &arena), back;
    char *good = written(&r);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *at = strstr(good, cases[i].from);
        struct err e = { .kind = ERR_NONE };
        char *bad;

        if (at == NULL)
            fail_msg("%s is not in the document", cases[i].from);
        bad = text_make(&arena, "%.*s%s%s", (int)(at - good), good, cases[i].to, at + strlen(cases[i].from));
        if (saved_parse(&back, &arena, bad, strlen(bad), &e))
            fail_msg("%s is read", cases[i].to);
        if (!text_has(e.text, cases[i].says))
            fail_msg("%s: \"%s\" does not say %s", cases[i].to, e.text, cases[i].says);
    }
    free(good);
}

static void garbage_is_refused(void **state)
{
    static const char *const cases[] = { "", "\n", "null", "3", "[]", "{}", "{\"id\":\n", "{\"format\":1}", "\xff\xfe", "{\"id\":1}\n", "{\"id\":\"a\",\"id\":\"b\"}\n", "[[[[" };
    struct report back;
    struct err e;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (saved_parse(&back, &arena, cases[i], strlen(cases[i]), &e))
            fail_msg("\"%s\" is read", cases[i]);
}

/* ---- Files ---- */

static int lines_of(const char *path)
{
    FILE *f = fopen(path, "r");
    int n = 0, c;

    assert_non_null(f);
    while ((c = getc(f)) != EOF)
        n += c == '\n';
    fclose(f);
    return n;
}

static void the_journal_of_a_run_that_was_killed_is_read(void **state)
{
    char dir[] = "/tmp/gpuvet-test-XXXXXX";
    struct report r = sample_report(SAMPLE_FAILING, &arena), back;
    struct journal j;
    struct err e = { .kind = ERR_NONE };
    const char *path, *part;
    FILE *f;

    (void)state;
    assert_non_null(mkdtemp(dir));
    path = text_make(&arena, "%s/run.json", dir);
    part = text_make(&arena, "%s.part", path);
    assert_true(journal_begin(&j, path, &e));
    journal_head(&j, &r);
    for (size_t i = 0; i < r.n_trials; i++)
        j.watcher.ended(&j.watcher, &r.trials[i], i + 1, r.n_trials);
    f = fopen(part, "a");
    fputs("{\"id\":\"half a li", f);                    /* it died while it wrote */
    fclose(f);
    if (!saved_read(&back, &arena, part, &e))
        fail_msg("%s", e.text);
    assert_int_equal(back.n_trials, r.n_trials);
    for (size_t i = 0; i < r.n_trials; i++) {
        assert_string_equal(back.trials[i].trial.id, r.trials[i].trial.id);
        assert_int_equal(back.trials[i].verdict, r.trials[i].verdict);
    }
    assert_ptr_equal(back.trials[3].trial.stack, &back.stacks[0]);
    assert_ptr_equal(back.trials[2].trial.device, &back.devices[1]);
    assert_string_equal(back.machine->hostname, "node12");
    assert_null(back.machine->nodes[0].mode);
    assert_string_equal(back.machine->nodes[1].mode, "0660");
    assert_int_equal(back.machine->nodes[1].gid, 44);
    assert_string_equal(back.machine->nodes[1].group, "video");
    assert_int_equal(back.machine->nodes[1].major, 195);
    assert_int_equal(back.n_requires, r.n_requires);
    assert_string_equal(back.began, r.began);
    assert_true(back.interrupted);
    assert_int_equal(back.exit_code, 3);

    assert_true(journal_finish(&j, &r, &e));
    assert_true(saved_read(&back, &arena, path, &e));
    assert_int_equal(back.exit_code, r.exit_code);
    unlink(path);
    rmdir(dir);
}

static void of_a_trial_that_goes_on_the_last_line_counts(void **state)
{
    char dir[] = "/tmp/gpuvet-test-XXXXXX";
    struct report r = sample_report(SAMPLE_GOOD, &arena), back;
    struct judged going_on = r.trials[1];
    struct journal j;
    struct err e = { .kind = ERR_NONE };
    const char *path, *part;

    (void)state;
    assert_non_null(mkdtemp(dir));
    path = text_make(&arena, "%s/run.json", dir);
    part = text_make(&arena, "%s.part", path);
    assert_true(journal_begin(&j, path, &e));
    journal_head(&j, &r);
    j.watcher.ended(&j.watcher, &r.trials[0], 1, 2);
    going_on.outcome.ending = ENDED_CUT;
    for (int i = 0; i <= 600; i++) {                    /* ten minutes of a soak of four hours: a line each minute */
        const struct beat b = { .at_ms = 1000 * i, .all_ms = 4 * 3600e3 };

        going_on.outcome.took_ms = b.at_ms;
        j.watcher.beat(&j.watcher, &going_on, &b);
    }
    assert_true(saved_read(&back, &arena, part, &e));
    assert_int_equal(back.n_trials, 2);
    assert_int_equal(back.trials[1].outcome.ending, ENDED_CUT);
    assert_true(back.trials[1].outcome.took_ms == 600e3);
    assert_int_equal(lines_of(part), 2 + 11);
    j.watcher.ended(&j.watcher, &r.trials[1], 2, 2);
    assert_true(saved_read(&back, &arena, part, &e));
    assert_int_equal(back.n_trials, 2);
    assert_int_equal(back.trials[1].outcome.ending, ENDED_CLEAN);
    journal_abandon(&j);
    rmdir(dir);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
    static const char *const cases[] = { "/no/such/run.json", "/tmp", "/dev/null", "/dev/zero" };
    struct report back;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err e = { .kind = ERR_NONE };

        assert_false(saved_read(&back, &arena, cases[i], &e));
        assert_true(text_has(e.text, cases[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_and_written_the_same),
        cmocka_unit_test(a_saved_run_is_judged_again_with_the_same_verdicts),
        cmocka_unit_test(probes_of_this_program_are_its_own_and_others_are_made_up),
        cmocka_unit_test(a_document_that_was_cut_short_is_refused_wherever_it_was_cut),
        cmocka_unit_test(every_field_of_a_wrong_kind_is_refused_by_name),
        cmocka_unit_test(what_does_not_fit_together_is_refused_with_its_place),
        cmocka_unit_test(garbage_is_refused),
        cmocka_unit_test(the_journal_of_a_run_that_was_killed_is_read),
        cmocka_unit_test(of_a_trial_that_goes_on_the_last_line_counts),
        cmocka_unit_test(a_file_that_cannot_be_read_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
