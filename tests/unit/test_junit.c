/* JUnit XML: what two schemas accept, whatever a library or a file says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "report/junit.h"
#include "tests/unit/hostile.h"
#include "tests/unit/sample_report.h"
#include "tests/unit/tool.h"
#include "tests/unit/written.h"

static struct arena arena;

static bool fits(const char *xml)
{
    return tool_says("xmllint --noout --schema results/junit.xsd - >/dev/null 2>&1", xml) == 0;
}

static char *sample(enum sample which)
{
    struct report r = sample_report(which, &arena);

    return written(junit_write, &r, &arena);
}

static void every_report_fits_the_schema(void **state)
{
    (void)state;
    need_tool("xmllint", &arena);
    for (int i = 0; i < SAMPLES; i++)
        if (!fits(sample((enum sample)i)))
            fail_msg("%s does not fit results/junit.xsd", sample_names[i]);
}

static void words_from_outside_stay_words(void **state)
{
    char *xml = written(junit_write, &hostile_report, &arena);

    (void)state;
    for (const char *s = xml; *s != '\0'; s += text_utf8_length(s)) {
        assert_int_not_equal(text_utf8_length(s), 0);
        assert_true((unsigned char)*s >= ' ' || *s == '\n');
        assert_false(text_starts(s, "\xef\xbf\xbe"));
    }
    assert_false(text_has(xml, "]]>"));
    assert_false(text_has(xml, "<script>"));
    assert_true(text_has(xml, "a]]&gt;b&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;'&amp;amp;|"));
    assert_true(text_has(xml, "\xef\xbf\xbd[31m&#10;::error::&#13;&#10;# \xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd \xc3\xa4"));
    need_tool("xmllint", &arena);
    assert_true(fits(xml));
}

static void only_what_xml_forbids_is_replaced(void **state)
{
    struct report r = sample_report(SAMPLE_SKIPPING, &arena);
    struct machine m = *r.machine;

    (void)state;
    m.hostname = "\xef\xbf\xa0 \xef\xbf\xbd \xef\xbf\xbf.";
    r.machine = &m;
    assert_true(text_has(written(junit_write, &r, &arena), "hostname=\"\xef\xbf\xa0 \xef\xbf\xbd \xef\xbf\xbd.\""));
}

static void the_schema_refuses_what_either_forbids(void **state)
{
    static const struct { const char *from, *to; } changes[] = {
        { "<testsuites>", "<testsuites tests=\"7\">" },
        { " hostname=\"node12\"", "" }, { " hostname=\"node12\"", " hostname=\" \"" }, { "04:05:06\"", "04:05:06Z\"" },
        { " package=\"gpuvet\"", "" }, { " id=\"1\"", " id=\"0\"" }, { " time=\"0.013\">", ">" }, { " time=\"0.013\">", " time=\"0.0130\">" },
        { "<system-err></system-err>", "" }, { "<system-out></system-out>\n    <system-err></system-err>", "<system-err></system-err><system-out></system-out>" },
        { "name=\"sample.driver\"", "name=\"sample.driver\" status=\"run\"" }, { "name=\"sample.driver\"", "" },
        { "<skipped message", "<skipped type=\"x\" message" }, { " type=\"crashed\"", "" }, { " type=\"crashed\"", " type=\"other\"" },
        { "</failure>", "</failure><error type=\"crashed\" message=\"\"/>" },
    };
    const char *good = sample(SAMPLE_FAILING);

    (void)state;
    need_tool("xmllint", &arena);
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        const char *at = strstr(good, changes[i].from);

        assert_non_null(at);
        if (fits(text_make(&arena, "%.*s%s%s", (int)(at - good), good, changes[i].to, at + strlen(changes[i].from))))
            fail_msg("it fits with \"%s\" for \"%s\"", changes[i].to, changes[i].from);
    }
}

static void a_class_names_the_gpu_and_has_one_dot(void **state)
{
    static const struct probe machine = { .name = "m", .scope = SCOPE_MACHINE }, device = { .name = "d", .scope = SCOPE_DEVICE };
    static const struct device gpu = { .index = 3 };
    static const struct stack stack = { .name = "toolkit-13.0.1" };
    const struct judged trials[] = {
        { .trial = { .probe = &machine } , .verdict = PASS }, { .trial = { .probe = &device, .device = &gpu }, .verdict = PASS },
        { .trial = { .probe = &device }, .verdict = PASS }, { .trial = { .probe = &device, .stack = &stack }, .verdict = PASS },
        { .trial = { .probe = &device, .stack = &stack, .device = &gpu }, .verdict = PASS },
    };
    static const char *const cases[] = {
        "classname=\"machine.driver\" name=\"m\"", "classname=\"gpu3.driver\" name=\"d\"", "classname=\"gpu.driver\" name=\"d\"",
        "classname=\"cpu.toolkit-13_0_1\" name=\"d\"", "classname=\"gpu3.toolkit-13_0_1\" name=\"d\"",
    };
    struct report r = sample_report(SAMPLE_GOOD, &arena);
    char *xml;

    (void)state;
    r.trials = trials;
    r.n_trials = COUNT_OF(trials);
    xml = written(junit_write, &r, &arena);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (!text_has(xml, cases[i]))
            fail_msg("%s is not in\n%s", cases[i], xml);
    assert_true(text_has(xml, "<testsuite name=\"toolkit-13.0.1 on gpu3\" package=\"gpuvet\" id=\"4\""));
}

static void each_way_to_end_has_a_type(void **state)
{
    static const struct { struct outcome outcome; const char *type; } cases[] = {
        { { .ending = ENDED_CLEAN, .saw = sample_saw, .n_saw = 1 }, "wrong-result" }, { { .ending = ENDED_CLEAN }, "no-result" },
        { { .ending = ENDED_SILENT }, "exited" }, { { .ending = ENDED_CRASHED }, "crashed" }, { { .ending = ENDED_TIMEOUT }, "timed-out" },
        { { .ending = ENDED_STUCK }, "stuck" }, { { .ending = ENDED_NOT_RUN }, "not-run" }, { { .stop = STOP_CALL }, "call-failed" },
        { { .stop = STOP_LOAD }, "cannot-load" }, { { .stop = STOP_UNSUPPORTED }, "not-supported" }, { { .stop = STOP_OURS }, "own-call-failed" },
        { { .stop = STOP_BAD_RECORD }, "bad-record" }, { { .ending = ENDED_SILENT, .stop = STOP_CALL }, "call-failed" },
    };
    struct report r = sample_report(SAMPLE_GOOD, &arena);

    (void)state;
    r.n_trials = 1;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct judged j = { .trial = r.trials[0].trial, .outcome = cases[i].outcome, .verdict = FAIL, .why = "no" };
        const struct judged *saved = r.trials;

        r.trials = &j;
        assert_true(text_has(written(junit_write, &r, &arena), text_make(&arena, "<failure type=\"%s\" message=\"no\">no\nclaim: ", cases[i].type)));
        r.trials = saved;
    }
}

static void a_warning_is_in_the_suites_output(void **state)
{
    (void)state;
    assert_true(text_has(sample(SAMPLE_GOOD), "<system-out>warn: sample.conv@gpu0/venv:/opt/app: the link runs at half its width\n</system-out>"));
}

static void what_is_unknown_still_fits(void **state)
{
    struct report r = sample_report(SAMPLE_GOOD, &arena);
    struct judged *trials = arena_alloc(&arena, r.n_trials * sizeof *trials);
    struct machine m = *r.machine;
    char *xml;

    (void)state;
    memcpy(trials, r.trials, r.n_trials * sizeof *trials);
    trials[0].outcome.took_ms = (double)NAN;
    trials[1].outcome.took_ms = -1;
    m.hostname = " \n";
    r.trials = trials;
    r.machine = &m;
    r.began = "";
    xml = written(junit_write, &r, &arena);
    assert_true(text_has(xml, "hostname=\"localhost\" timestamp=\"1970-01-01T00:00:00\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\" time=\"0.000\""));
    need_tool("xmllint", &arena);
    assert_true(fits(xml));
}

/* As store/ gives a journal: every trial has a device and a stack of its own. */
static void a_run_that_is_not_well_is_red_where_no_trial_is(void **state)
{
    struct report r = sample_report(SAMPLE_INTERRUPTED, &arena);
    char *xml;

    (void)state;
    r.n_requires = 0;
    xml = written(junit_write, &r, &arena);
    assert_true(text_has(xml, "<testcase classname=\"gpuvet\" name=\"verdict\" time=\"1.234\">\n      <error type=\"not-known\" message=\"INTERRUPTED - partial: ")
                || text_has(xml, "<testcase classname=\"gpuvet\" name=\"verdict\" time=\"1.235\">\n      <error type=\"not-known\" message=\"INTERRUPTED - partial: "));
    r = sample_report(SAMPLE_GOOD, &arena);
    assert_true(text_has(written(junit_write, &r, &arena), "name=\"verdict\""));
    r.exit_code = 1;
    assert_true(text_has(written(junit_write, &r, &arena), "<failure type=\"verdict\" message=\"PASS"));
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_report_fits_the_schema),
        cmocka_unit_test(words_from_outside_stay_words),
        cmocka_unit_test(only_what_xml_forbids_is_replaced),
        cmocka_unit_test(the_schema_refuses_what_either_forbids),
        cmocka_unit_test(a_class_names_the_gpu_and_has_one_dot),
        cmocka_unit_test(each_way_to_end_has_a_type),
        cmocka_unit_test(a_warning_is_in_the_suites_output),
        cmocka_unit_test(what_is_unknown_still_fits),
        cmocka_unit_test(a_run_that_is_not_well_is_red_where_no_trial_is),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
