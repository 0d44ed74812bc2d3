/* The page: what comes from outside stays text, and its pictures stay within themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "child/telemetry.h"
#include "report/html/markup.h"
#include "report/html/page.h"
#include "report/html/scale.h"
#include "report/html/svg.h"
#include "tests/unit/hostile.h"
#include "tests/unit/sample_report.h"
#include "tests/unit/written.h"

static struct arena arena;

static const char *as_text(const char *s)
{
    char *text = NULL, *kept;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);

    markup_text(f, s);
    fclose(f);
    kept = arena_copy(&arena, text, n);
    free(text);
    return kept;
}

static void text_from_outside_is_escaped(void **state)
{
    static const struct { const char *in, *out; } cases[] = {
        { "plain", "plain" }, { "", "" }, { "<script>", "&lt;script&gt;" }, { "a&b;\"c\"'d'", "a&amp;b;&quot;c&quot;&#39;d&#39;" },
        { "a\nb\tc\rd", "a\nb\tc d" }, { "\x1b[31m", "\xef\xbf\xbd[31m" }, { "\x7f", "\xef\xbf\xbd" }, { "\xc2\x9b", "\xef\xbf\xbd" },
        { "\xff\xc3\xa4", "\xef\xbf\xbd\xc3\xa4" }, { "\xef\xbf\xbe", "\xef\xbf\xbd" }, { "\xf0\x9f\xbf\xbf", "\xef\xbf\xbd" }, { "\xef\xb7\x90", "\xef\xbf\xbd" },
        { "\xe2\x80\xae" "exe.txt", "\xef\xbf\xbd" "exe.txt" }, { "\xe2\x81\xa6", "\xef\xbf\xbd" }, { "\xe2\x80\x93\xf0\x9f\x98\x80", "\xe2\x80\x93\xf0\x9f\x98\x80" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(as_text(cases[i].in), cases[i].out);
    assert_string_equal(as_text(NULL), "");
}

/* Whatever the bytes are: no markup, no control character, valid UTF-8. */
static void must_be_safe(const char *s)
{
    for (size_t n; *s != '\0'; s += n) {
        n = text_utf8_length(s);
        assert_true(n > 0);
        assert_null(n == 1 ? strchr("<>\"'\r", *s) : NULL);
        assert_true((unsigned char)*s >= ' ' || *s == '\n' || *s == '\t');
    }
}

static void no_bytes_get_through(void **state)
{
    uint64_t x = 88172645463325252u;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char s[24] = "";

        for (size_t k = 0; k < sizeof s - 1; k++) {
            static const char likely[] = "<>&\"'\xe2\x80\xae\xef\xbf\xbe\xc2\x9b\xf0\x9f";

            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            s[k] = x % 3 == 0 ? likely[x / 3 % (sizeof likely - 1)] : (char)(x >> 40);
        }
        must_be_safe(as_text(s));
    }
}

static const char *page(const struct report *r)
{
    return written(html_page, r, &arena);
}

/* Every element is closed, in its order. */
static void must_be_balanced(const char *html)
{
    const char *open[64];
    size_t n = 0, lengths[64];

    for (const char *at = strchr(html, '<'); at != NULL; at = strchr(at, '<')) {
        const bool closes = *++at == '/';
        const char *name = at + closes, *end = strchr(at, '>');
        const size_t length = strcspn(name, " >/\n");

        assert_non_null(end);
        at = end;
        if (*name == '!' || text_starts(name, "meta") || end[-1] == '/')
            continue;
        if (closes && (n == 0 || lengths[n - 1] != length || strncmp(open[n - 1], name, length) != 0))
            fail_msg("</%.*s> closes %.*s", (int)length, name, n > 0 ? (int)lengths[n - 1] : 0, n > 0 ? open[n - 1] : "");
        if (closes) {
            n--;
            continue;
        }
        assert_true(n < COUNT_OF(open));
        open[n] = name;
        lengths[n++] = length;
    }
    assert_int_equal(n, 0);
}

static void a_page_holds_no_script_and_fetches_nothing(void **state)
{
    static const char *const never[] = { "<script", "javascript:", " onload", "url(", "@import", "<img", "<link", "<iframe", "src=", "http:", "\x1b" };

    (void)state;
    for (int i = 0; i <= SAMPLES; i++) {
        struct report r = i < SAMPLES ? sample_report((enum sample)i, &arena) : hostile_report;
        const char *html = page(&r);

        must_be_balanced(html);
        for (size_t k = 0; k < COUNT_OF(never); k++)
            if (text_has(html, never[k]))
                fail_msg("\"%s\" is in page %d", never[k], i);
        assert_true(text_has(html, "default-src 'none'"));
    }
}

static void the_verdict_comes_first_with_its_cause_and_its_command(void **state)
{
    struct report failing = sample_report(SAMPLE_FAILING, &arena), good = sample_report(SAMPLE_GOOD, &arena), cut = sample_report(SAMPLE_CUT_SHORT, &arena);
    const char *html = page(&failing), *body = strstr(html, "<body>"), *why = strstr(body, "CUDA_ERROR_LAUNCH_FAILED");

    (void)state;
    assert_non_null(why);
    assert_true(why < strstr(body, "<main>"));
    assert_true(strstr(body, "class=\"command\"") < strstr(body, "<main>"));
    assert_true(text_has(page(&good), "<h1><span class=\"badge pass\">PASS</span> node12</h1>"));
    assert_true(text_has(page(&cut), "interrupted, partial"));
}

static void what_passed_is_folded_and_what_was_measured_has_a_bar_and_its_figure(void **state)
{
    struct report good = sample_report(SAMPLE_GOOD, &arena);
    const char *html = page(&good);

    (void)state;
    assert_true(text_has(html, "<details><summary>1 passed</summary>"));
    assert_true(text_has(html, "aria-label=\"91.6 % of 4814 GB/s; a healthy GPU reaches 90.0 %\""));
    assert_true(text_has(html, "4410\xc2\xa0GB/s"));
    good = sample_report(SAMPLE_SKIPPING, &arena);
    assert_false(text_has(page(&good), "id=\"measured\""));
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (; (text = strstr(text, part)) != NULL; text++)
        n++;
    return n;
}

static void the_map_shows_which_multiprocessors_are_wrong_and_which_were_not_reached(void **state)
{
    static const struct observation saw[] = {
        { "sm.proved", "", "128", 128, true }, { "sm.missing", "", "128 of 132 multiprocessors were proved; no block ran on SM 12, 13", 0, false },
        { "sm.where", "", "SM 7 is wrong in 1 of 4 items, in the FMA unit; SM 99999 is wrong in 1 of 4 items", 0, false },
    };
    struct report r = sample_report(SAMPLE_GOOD, &arena);
    struct judged one = r.trials[1];
    const char *html;

    (void)state;
    one.outcome.saw = saw;
    one.outcome.n_saw = COUNT_OF(saw);
    r.trials = &one;
    r.n_trials = 1;
    html = page(&r);
    assert_int_equal(count(html, "<rect class=\"wrong\""), 1);
    assert_int_equal(count(html, "<rect class=\"missed\""), 2);
    assert_int_equal(count(html, "<rect class=\"proved\""), 128);
    assert_int_equal(count(html, "<rect class=\"unknown\""), 1);
}

static void memory_and_arithmetic_make_a_roofline_and_alike_gpus_are_held_against_each_other(void **state)
{
    static const struct probe memory = { .name = "bench.memory.read", .claim = "" }, product = { .name = "bench.blas.bf16", .claim = "" };
    static struct figure rate = { .unit = "GB/s", .middle = 4000 }, flops = { .unit = "TFLOP/s", .middle = 800 }, slow = { .unit = "GB/s", .middle = 3600 };
    struct report r = sample_report(SAMPLE_GOOD, &arena);
    struct judged trials[] = { r.trials[1], r.trials[1], r.trials[1] };
    const char *html;

    (void)state;
    trials[0].trial.probe = trials[2].trial.probe = &memory;
    trials[1].trial.probe = &product;
    trials[0].figure = &rate;
    trials[1].figure = &flops;
    trials[2].figure = &slow;
    trials[2].trial.device = &sample_devices[1];
    r.trials = trials;
    r.n_trials = COUNT_OF(trials);
    r.devices = sample_devices;
    r.n_devices = 2;
    html = page(&r);
    must_be_balanced(html);
    assert_int_equal(count(html, "<svg class=\"chart\""), 1);
    assert_true(text_has(html, "200 operations a byte"));           /* 800e12 / 4000e9 */
    assert_true(text_has(html, "gpu0 +11.1 %, gpu1 -10.0 %"));
    r.n_trials = 1;
    assert_false(text_has(page(&r), "id=\"roofline\""));
    assert_false(text_has(page(&r), "id=\"across\""));
}

static void a_value_lies_within_its_axis(void **state)
{
    const struct scale linear = { .from = 0, .to = 100, .at_from = 10, .at_to = 110 }, log = { .from = 0.1, .to = 1000, .at_from = 200, .at_to = 0, .log = true };
    const struct scale none = { .from = 5, .to = 5, .at_from = 10, .at_to = 20 };
    static const double odd[] = { NAN, INFINITY, -INFINITY, 0, -1, 1e300 };

    (void)state;
    assert_true(scale_at(&linear, 50) == 60);
    assert_true(fabs(scale_at(&log, 10) - 100) < 1e-9);
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        assert_true(scale_at(&linear, odd[i]) >= 10 && scale_at(&linear, odd[i]) <= 110);
        assert_true(scale_at(&log, odd[i]) >= 0 && scale_at(&log, odd[i]) <= 200);
        assert_true(scale_at(&none, odd[i]) >= 10 && scale_at(&none, odd[i]) <= 20);
    }
}

static void an_axis_has_round_marks(void **state)
{
    const struct scale linear = { .from = 0, .to = 87 }, log = { .from = 0.5, .to = 2000, .log = true }, none = { .from = 1, .to = 1 }, lost = { .from = NAN, .to = 1 };
    double ticks[SCALE_TICKS];

    (void)state;
    assert_int_equal(scale_ticks(&linear, ticks), 2);
    assert_true(ticks[0] == 0 && !signbit(ticks[0]) && ticks[1] == 50);
    assert_int_equal(scale_ticks(&log, ticks), 4);
    assert_true(fabs(ticks[0] - 1) < 1e-12 && fabs(ticks[3] - 1000) < 1e-9);
    assert_int_equal(scale_ticks(&none, ticks), 0);
    assert_int_equal(scale_ticks(&lost, ticks), 0);
    assert_true(scale_round_up(4814) == 5000 && scale_round_up(0.3) == 0.5 && scale_round_up(100) == 100 && scale_round_up(NAN) == 1);
}

static void a_number_has_four_digits_and_no_exponent(void **state)
{
    static const struct { double value; const char *text; } cases[] = { { 4814.4, "4814" }, { 12345.6, "12346" }, { 83.14159, "83.14" }, { 0.0412, "0.0412" }, { 0, "0" }, { NAN, "nan" } };
    char out[SCALE_NUMBER];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(scale_number(out, cases[i].value), cases[i].text);
    assert_true(strlen(scale_number(out, -1.7e308)) < SCALE_NUMBER - 1);
}

/* Wider than its track, and with a mark that is none. */
static void draw(FILE *f, const struct report *r)
{
    const struct bar over = { .share = 1.5, .mark = NAN, .is = "good", .label = "<\"" };

    (void)r;
    svg_bar(f, &over);
}

static void a_bar_stays_in_its_track(void **state)
{
    const char *svg = written(draw, NULL, &arena);

    (void)state;
    assert_true(text_has(svg, "aria-label=\"&lt;&quot;\""));
    assert_true(text_has(svg, "<rect class=\"good\" width=\"100\""));
    assert_false(text_has(svg, "nan"));
    assert_false(text_has(svg, "mark"));
}

static void a_course_keeps_its_mean_however_long_it_is(void **state)
{
    static const int lengths[] = { 1, 119, 120, 121, 240, 241, 10000 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        struct reading r = { .n = 0 };
        double sum = 0;

        for (int k = 0; k < lengths[i]; k++)
            reading_add(&r, k);
        assert_true(r.n_points <= COURSE_POINTS);
        assert_int_equal(r.n_points * r.each + r.n_part, lengths[i]);
        for (size_t k = 0; k < r.n_points; k++)
            sum += r.points[k] * (double)r.each;
        assert_true(fabs(sum + r.part - r.sum) < 1e-6);
        assert_true(r.points[r.n_points - 1] >= r.points[0]);
    }
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
        cmocka_unit_test(text_from_outside_is_escaped),
        cmocka_unit_test(no_bytes_get_through),
        cmocka_unit_test(a_page_holds_no_script_and_fetches_nothing),
        cmocka_unit_test(the_verdict_comes_first_with_its_cause_and_its_command),
        cmocka_unit_test(what_passed_is_folded_and_what_was_measured_has_a_bar_and_its_figure),
        cmocka_unit_test(the_map_shows_which_multiprocessors_are_wrong_and_which_were_not_reached),
        cmocka_unit_test(memory_and_arithmetic_make_a_roofline_and_alike_gpus_are_held_against_each_other),
        cmocka_unit_test(a_value_lies_within_its_axis),
        cmocka_unit_test(an_axis_has_round_marks),
        cmocka_unit_test(a_number_has_four_digits_and_no_exponent),
        cmocka_unit_test(a_bar_stays_in_its_track),
        cmocka_unit_test(a_course_keeps_its_mean_however_long_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
