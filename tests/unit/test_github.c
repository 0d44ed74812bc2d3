/* GitHub Actions: what a library says must neither command the runner nor make markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "report/github.h"
#include "tests/unit/hostile.h"
#include "tests/unit/sample_report.h"
#include "tests/unit/written.h"

static struct arena arena;

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        n++;
    return n;
}

static void must_have(const char *text, const char *part)
{
    if (!text_has(text, part))
        fail_msg("\"%s\" is not in\n%s", part, text);
}

static char *annotations(enum sample which)
{
    struct report r = sample_report(which, &arena);

    return written(github_annotations, &r, &arena);
}

/* So many failures, and one more that is broken. */
static struct report many(size_t n)
{
    struct report r = sample_report(SAMPLE_FAILING, &arena);
    struct judged *trials = arena_alloc(&arena, (n + 1) * sizeof *trials);

    trials[0] = r.trials[3];
    assert_int_equal(trials[0].verdict, BROKEN);
    for (size_t i = 1; i <= n; i++) {
        trials[i] = r.trials[1];
        trials[i].why = text_make(&arena, "failure %zu", i);
    }
    r.trials = trials;
    r.n_trials = n + 1;
    r.n_requires = 0;
    return r;
}

static void each_finding_is_an_annotation(void **state)
{
    char *text = annotations(SAMPLE_FAILING);

    (void)state;
    must_have(text, "::error title=sample.launch@gpu0::cuLaunchKernel failed in /usr/lib/libcuda.so.1: CUDA_ERROR_LAUNCH_FAILED%0A"
                    "rerun: gpuvet run --stack '/opt/my app' -p sample.launch -d gpu0\n");
    must_have(text, "::error title=required%3A gpu::GPUs that answer: 1, proved: 0\n");
    must_have(text, "\n::notice title=gpuvet::FAIL - sample.launch@gpu0: ");
    text = annotations(SAMPLE_GOOD);
    must_have(text, "::warning title=sample.conv@gpu0/venv%3A/opt/app::the link runs at half its width%0Arerun: ");
    assert_int_equal(count(text, "::error"), 0);
    text = annotations(SAMPLE_INTERRUPTED);
    must_have(text, "::error title=could not find out%3A required%3A nccl.kernel::nccl.kernel@gpu0/venv:/opt/app: interrupted\n");
    assert_int_equal(count(text, "\n"), 2);
}

static void what_could_not_be_found_out_says_so(void **state)
{
    struct report r = many(0);

    (void)state;
    must_have(written(github_annotations, &r, &arena),
              "::error title=could not find out%3A sample.launch@gpu0/venv%3A/opt/app::cuMemAlloc_v2 failed in /usr/lib/libcuda.so.1: CUDA_ERROR_OUT_OF_MEMORY%0Atry: nvidia-smi");
}

static void ten_are_shown_and_more_are_nine_and_a_number(void **state)
{
    struct report r = many(9);
    char *text = written(github_annotations, &r, &arena);

    (void)state;
    assert_int_equal(count(text, "::error "), 10);
    assert_int_equal(count(text, "could not find out"), 1);
    assert_false(text_has(text, "more"));
    r = many(25);
    text = written(github_annotations, &r, &arena);
    assert_int_equal(count(text, "::error "), 10);
    must_have(text, "::failure 9%0A");
    assert_false(text_has(text, "failure 10"));
    must_have(text, "\n::error title=gpuvet::and 17 more\n");
    /* Failures before what could not be found out. */
    assert_false(text_has(text, "could not find out"));
}

static void no_word_from_outside_is_a_command(void **state)
{
    char *text = written(github_annotations, &hostile_report, &arena);
    const char *at = text, *line;
    size_t n;

    (void)state;
    while (text_next_line(&at, &line, &n)) {
        const char *title = strstr(line, " title="), *end = strstr(line + 2, "::");

        if (!text_starts(line, "::error ") && !text_starts(line, "::warning ") && !text_starts(line, "::notice "))
            fail_msg("a line begins otherwise: %.*s", (int)n, line);
        assert_true(title != NULL && end > title && end < line + n);
        assert_null(memchr(title, ',', (size_t)(end - title)));
        assert_null(memchr(title, ':', (size_t)(end - title)));
    }
    assert_int_equal(count(text, "\n"), 6);
    must_have(text, "%0A::error::%0D%0A# \xef\xbf\xbd\xef\xbf\xbd");
    must_have(text, "%250A,");
    assert_null(strchr(text, '\r'));
    assert_null(strchr(text, '\x1b'));
}

static void commands_stop_and_resume_by_a_token(void **state)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);

    (void)state;
    github_stop_commands(f, "t0ken");
    github_resume_commands(f, "t0ken");
    fclose(f);
    assert_string_equal(text, "::stop-commands::t0ken\n::t0ken::\n");
    free(text);
}

/* ---- The summary ---- */

static void no_word_from_outside_is_markup(void **state)
{
    char *text = written(github_summary, &hostile_report, &arena);
    const char *at = text, *line;
    size_t n;

    (void)state;
    assert_false(text_has(text, "<script") || text_has(text, "](") || text_has(text, "::") || text_has(text, "`") || text_has(text, "\x1b"));
    must_have(text, "a&#93;&#93;&#62;b&#60;script&#62;alert(\"1\")&#60;/script&#62;'&#38;amp;&#124;&#96;&#42;&#95;&#91;x&#93;(y)&#92; &#91;31m &#58;&#58;error");
    /* Each row has the cells of its table. */
    while (text_next_line(&at, &line, &n)) {
        size_t bars = count(arena_copy(&arena, line, n), "|");

        if (bars != 0 && bars != 6 && bars != 7 && bars != 3)
            fail_msg("%zu bars: %.*s", bars, (int)n, line);
        assert_true(n == 0 || line[0] == '|' || text_starts(line, "### gpuvet: FAIL on a&#93;") || text_starts(line, "gpuvet"));
    }
}

static void a_name_is_no_link(void **state)
{
    struct report r = sample_report(SAMPLE_GOOD, &arena);
    char *text;

    (void)state;
    r.closing = "PASS - see www.example.org, http://example.org, @someone, #12";
    text = written(github_summary, &r, &arena);
    must_have(text, "see &#119;ww.example.org, http&#58;//example.org, &#64;someone, &#35;12");
}

static void the_worst_comes_first(void **state)
{
    struct report r = many(2);
    char *text = written(github_summary, &r, &arena);

    (void)state;
    must_have(text, "| gpu0 |  | <code>sample.launch</code> | failure 1 | <code>gpuvet run --stack '/opt/my app' -p sample.launch -d gpu0</code> |\n| gpu0 |");
    must_have(text, "| gpu0 | venv&#58;/opt/app | <code>sample.launch</code> | could not find out: cuMemAlloc");
    assert_true(strstr(text, "failure 2") < strstr(text, "could not find out"));
}

static void a_long_summary_stays_below_the_limit_and_counts_what_is_missing(void **state)
{
    struct report r = many(4000);
    char *text;

    (void)state;
    r.n_unproved = 0;                   /* rows of findings are counted */
    for (size_t i = 0; i < r.n_trials; i++) {
        struct judged *j = (struct judged *)(uintptr_t)&r.trials[i];

        j->why = text_make(&arena, "%zu %s", i, HOSTILE HOSTILE HOSTILE);
    }
    text = written(github_summary, &r, &arena);
    assert_true(strlen(text) < GITHUB_SUMMARY_BYTES);
    assert_true(strlen(text) > GITHUB_SUMMARY_BYTES / 2);
    must_have(text, text_make(&arena, "\n%zu rows are left out", 4001 + 2 - (count(text, "\n| gpu0 |") + count(text, "\n| venv") )));
}

static void one_text_cannot_take_all_the_room(void **state)
{
    struct report r = sample_report(SAMPLE_GOOD, &arena);
    char *text, *closing = arena_alloc(&arena, 1 << 20);

    (void)state;
    memset(closing, '|', (1 << 20) - 1);
    r.closing = closing;
    text = written(github_summary, &r, &arena);
    assert_true(strlen(text) < 20000);
    must_have(text, "&#124;...\n");
    must_have(text, "| driver | 1 | 0 | 0 | 0 | 0 |");
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
        cmocka_unit_test(each_finding_is_an_annotation),
        cmocka_unit_test(what_could_not_be_found_out_says_so),
        cmocka_unit_test(ten_are_shown_and_more_are_nine_and_a_number),
        cmocka_unit_test(no_word_from_outside_is_a_command),
        cmocka_unit_test(commands_stop_and_resume_by_a_token),
        cmocka_unit_test(no_word_from_outside_is_markup),
        cmocka_unit_test(a_name_is_no_link),
        cmocka_unit_test(the_worst_comes_first),
        cmocka_unit_test(a_long_summary_stays_below_the_limit_and_counts_what_is_missing),
        cmocka_unit_test(one_text_cannot_take_all_the_room),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
