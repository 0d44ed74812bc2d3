/* The reader of JSON: what it takes, what it refuses and where, and that another reader is of the same opinion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/json.h"
#include "tests/unit/document_peer.h"
#include "tests/unit/sample_report.h"

static struct arena arena;

static const struct value *parsed(const char *text)
{
    struct flaw c = { 0, 0, "" };
    const struct value *v = document_parse(&arena, arena_text(&arena, text), strlen(text), &c);

    if (v == NULL)
        fail_msg("%s: line %zu, column %zu: %s", text, c.line, c.column, c.why);
    return v;
}

static void values_are_found_by_their_key_and_in_their_order(void **state)
{
    const struct value *v = parsed(" { \"a\" : [ 1, -2.5, \"x\", null ],\r\n\t\"b\": {}, \"\": true, \"c\": false } "), *list = value_member(v, "a");

    (void)state;
    assert_int_equal(value_count(v), 4);
    assert_int_equal(value_count(list), 4);
    assert_int_equal(value_first(list)->whole, 1);
    assert_true(value_number(value_first(list)->next) == -2.5);
    assert_string_equal(value_text(value_first(list)->next->next), "x");
    assert_true(value_is(value_member(v, "b"), VALUE_OBJECT) && value_first(value_member(v, "b")) == NULL);
    assert_true(value_is(value_member(v, ""), VALUE_TRUE) && value_is_boolean(value_member(v, "c")));
    assert_null(value_member(v, "d"));
    assert_null(value_member(list, "a"));
    assert_null(value_member(NULL, "a"));
    assert_null(value_text(list));
    assert_true(value_number(v) == 0 && !value_is_number(v));
}

static void a_text_is_what_its_escapes_say(void **state)
{
    static const struct { const char *json, *is; } cases[] = {
        { "\"\"", "" }, { "\"plain\"", "plain" }, { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
        { "\"a\\u0041b\\u00e4c\\u20acd\\ud83d\\ude00e\"", "aAb\xc3\xa4" "c\xe2\x82\xac" "d\xf0\x9f\x98\x80" "e" },
        { "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\\n\x7f\"", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n\x7f" }, { "\"\\uFFFF\"", "\xef\xbf\xbf" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(value_text(parsed(cases[i].json)), cases[i].is);
}

static void a_number_is_the_nearest_one(void **state)
{
    static const char *const reals[] = {
        "0.1", "-0.5", "4400.5", "942.181560002267", "9007199254740991.0", "9007199254740993.0", "123456789012345678.9", "0.000000000000000001",
        "0.0000000000000000000123", "1e22", "1e23", "1.7976931348623157e308", "5e-324", "1e-400", "2.2250738585072011e-308", "-0.0", "0e0",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(reals); i++) {
        const struct value *v = parsed(reals[i]);

        assert_int_equal(v->kind, VALUE_REAL);
        if (v->real != strtod(reals[i], NULL))
            fail_msg("%s is read as %.17g", reals[i], v->real);
    }
    assert_true(parsed("9223372036854775807")->whole == INT64_MAX);
    assert_true(parsed("-9223372036854775808")->whole == INT64_MIN);
    assert_true(parsed("999999999999999999")->whole == 999999999999999999);
    assert_true(parsed("-0")->whole == 0);
}

static void what_is_no_document_is_refused_with_its_place(void **state)
{
    static const struct { const char *json; size_t line, column; const char *why; } cases[] = {
        { "", 1, 1, "the document ends too early" }, { "\n ", 2, 2, "the document ends too early" }, { "{\"a\":", 1, 6, "the document ends too early" },
        { "{\"a\": 1,\n \"b\": \"x\n\"}", 2, 9, "a control character in a text" }, { "[1, 2\n 3]", 2, 2, "a comma or ] is missing" },
        { "{\"a\":1 \"b\":2}", 1, 8, "a comma or } is missing" }, { "[1,]", 1, 4, "a value is missing" }, { "{\"a\":1,}", 1, 8, "a key in quotes is missing" },
        { "{a:1}", 1, 2, "a key in quotes is missing" }, { "{\"a\" 1}", 1, 6, "a colon is missing behind the key" }, { "nul", 1, 1, "a value is missing" },
        { "{} {}", 1, 4, "something stands behind the document" }, { "[01]", 1, 3, "a comma or ] is missing" }, { "-", 1, 2, "the document ends too early" },
        { "[1.]", 1, 4, "a digit is missing" }, { "[1e+]", 1, 5, "a digit is missing" }, { "[-x]", 1, 3, "a digit is missing" }, { "[+1]", 1, 2, "a value is missing" },
        { "[9223372036854775808]", 1, 2, "the number is too large" }, { "[-9223372036854775809]", 1, 2, "the number is too large" },
        { "[ 1e400]", 1, 3, "the number is too large" }, { "[-1e400]", 1, 2, "the number is too large" }, { "[NaN]", 1, 2, "a value is missing" },
        { "{\"a\":1,\n\"a\":2}", 2, 6, "the object that ends here has a duplicate key \"a\"" }, { "{\"a\":1,\"\\u0061\":2}", 1, 18, "has a duplicate key \"a\"" },
        { "\"\\x\"", 1, 2, "there is no such escape" }, { "\"\\u12g4\"", 1, 2, "four hexadecimal digits belong behind \\u" }, { "\"\\u0000\"", 1, 2, "a text may not hold \\u0000" },
        { "\"\\ud800\"", 1, 2, "half of a pair of surrogates is no character" }, { "\"\\udc00\\ud800\"", 1, 2, "half of a pair of surrogates" },
        { "\"\\ud800\\u0041\"", 1, 2, "half of a pair of surrogates" }, { "\"ab\xff\"", 1, 4, "the text is not valid UTF-8" }, { "\"\xc0\x80\"", 1, 2, "the text is not valid UTF-8" },
        { "\"\xed\xa0\x80\"", 1, 2, "the text is not valid UTF-8" }, { "\"\xe2\x82\"", 1, 2, "the text is not valid UTF-8" }, { "\xef\xbb\xbf{}", 1, 1, "a value is missing" },
        { "\"a", 1, 3, "the document ends too early" }, { "\"a\\", 1, 3, "there is no such escape" }, { "// a\n1", 1, 1, "a value is missing" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct flaw c = { 0, 0, "" };

        if (document_parse(&arena, arena_text(&arena, cases[i].json), strlen(cases[i].json), &c) != NULL)
            fail_msg("%s is read", cases[i].json);
        if (c.line != cases[i].line || c.column != cases[i].column || !text_has(c.why, cases[i].why))
            fail_msg("%s: line %zu, column %zu: %s", cases[i].json, c.line, c.column, c.why);
    }
}

static void a_nul_is_refused_in_a_text_and_outside(void **state)
{
    static const char in[] = "[\"a\0b\"]", outside[] = "[1]\0", behind[] = "[1\0]";
    struct flaw c;

    (void)state;
    assert_null(document_parse(&arena, arena_copy(&arena, in, sizeof in - 1), sizeof in - 1, &c));
    assert_string_equal(c.why, "a control character in a text");
    assert_null(document_parse(&arena, arena_copy(&arena, outside, sizeof outside - 1), sizeof outside - 1, &c));
    assert_string_equal(c.why, "something stands behind the document");
    assert_null(document_parse(&arena, arena_copy(&arena, behind, sizeof behind - 1), sizeof behind - 1, &c));
    assert_string_equal(c.why, "a comma or ] is missing");
}

static const char *nested(unsigned levels)
{
    struct text t = { .arena = &arena };

    for (unsigned i = 0; i < levels; i++)
        text_add(&t, "%s", i % 2 == 0 ? "[" : "{\"a\":");
    text_add(&t, "1");
    for (unsigned i = levels; i > 0; i--)
        text_add(&t, "%s", i % 2 == 0 ? "}" : "]");
    return t.s;
}

static void a_document_is_at_most_64_levels_deep(void **state)
{
    const char *deep = nested(65);
    struct flaw c;

    (void)state;
    parsed(nested(64));
    assert_null(document_parse(&arena, arena_text(&arena, deep), strlen(deep), &c));
    assert_true(text_has(c.why, "nested too deeply"));
}

/* A key said twice among many: by a search in their order, not by every pair. */
static void of_many_keys_the_one_said_twice_is_found(void **state)
{
    enum { KEYS = 200000 };
    struct text t = { .arena = &arena };
    struct flaw c;

    (void)state;
    for (int i = 0; i < KEYS; i++)
        text_add(&t, "%s\"k%d\":%d", i > 0 ? "," : "{", i, i);
    assert_int_equal(value_count(parsed(text_make(&arena, "%s}", t.s))), KEYS);
    text_add(&t, ",\"k777\":1}");
    assert_null(document_parse(&arena, arena_copy(&arena, t.s, t.n), t.n, &c));
    assert_true(text_has(c.why, "duplicate key \"k777\""));
}

/* ---- Another reader ---- */

static char *sample_text(enum sample i)
{
    struct report r = sample_report(i, &arena);
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    struct err e;

    assert_true(json_report(f, &r, &e));
    fclose(f);
    return text;
}

/* A byte or two of it become others, such as a document is made of. */
static void spoil(char *text, size_t n, unsigned *random)
{
    static const char some[] = "{}[]\",:\\u0dD8cC0123456789.-+eEtfn \n\x01\xff\xc3\xa4\xed\xa0\x80/";

    for (unsigned k = 0; k <= (*random >> 16) % 2; k++) {
        *random = *random * 1103515245 + 12345;
        text[(*random >> 8) % n] = some[(*random >> 4) % sizeof some];      /* its NUL, too */
    }
    *random = *random * 1103515245 + 12345;
}

static void another_reader_is_of_the_same_opinion(void **state)
{
    static const char *const seeds[] = {
        "{\"a\":[1,2.5e-3,-0,0.1,12345678901234567890.5],\"b\":{\"c\":\"\\u00e4\\ud83d\\ude00\\n\\\"\",\"d\":null},\"e\":[true,false,{}],\"f\":\"\xc3\xa4\xe2\x82\xac\"}",
        "[9223372036854775807,-9223372036854775808,1e308,\"\\\\\\/\\b\\f\\n\\r\\t\",[[[]]],{\"\":{\"\":0}}]", "{\"k\":1,\"l\":2,\"m\":3,\"kk\":4}",
    };
    size_t n_of[3] = { 0 };
    unsigned random = 1;
    struct flaw c;

    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        char *text = sample_text((enum sample)i);

        assert_int_equal(agreement(&arena, text, strlen(text), &c), BOTH_READ_IT);
        free(text);
    }
    for (int i = 0; i < 60000; i++) {
        struct arena own = { NULL };
        char *text = arena_text(&own, seeds[i % (int)COUNT_OF(seeds)]);
        const size_t n = strlen(text);
        enum agreement a;

        spoil(text, n, &random);
        a = agreement(&own, text, n, &c);
        n_of[a]++;
        if (a == THEY_DIFFER)
            fail_msg("%s (ours: %s)", text, c.why);
        arena_free(&own);
    }
    assert_true(n_of[BOTH_READ_IT] > 1000 && n_of[BOTH_REFUSE_IT] > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found_by_their_key_and_in_their_order),
        cmocka_unit_test(a_text_is_what_its_escapes_say),
        cmocka_unit_test(a_number_is_the_nearest_one),
        cmocka_unit_test(what_is_no_document_is_refused_with_its_place),
        cmocka_unit_test(a_nul_is_refused_in_a_text_and_outside),
        cmocka_unit_test(a_document_is_at_most_64_levels_deep),
        cmocka_unit_test(of_many_keys_the_one_said_twice_is_found),
        cmocka_unit_test(another_reader_is_of_the_same_opinion),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
