/* Text that comes from outside and goes to a shell or a screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"

static void only_whole_characters_have_a_length(void **state)
{
    static const struct { const char *s; size_t n; } cases[] = {
        { "a", 1 }, { "", 1 }, { "\x7f", 1 }, { "\xc3\xa4", 2 }, { "\xe2\x82\xac", 3 }, { "\xf0\x9f\x98\x80", 4 }, { "\xf4\x8f\xbf\xbf", 4 },
        { "\x80", 0 }, { "\xff", 0 }, { "\xc3", 0 }, { "\xc3z", 0 }, { "\xe2\x82", 0 }, { "\xf0\x9f\x98", 0 },
        { "\xc0\xaf", 0 }, { "\xc1\xbf", 0 }, { "\xe0\x80\x80", 0 }, { "\xf0\x80\x80\x80", 0 },     /* overlong */
        { "\xed\xa0\x80", 0 }, { "\xed\xbf\xbf", 0 },                                               /* surrogates */
        { "\xf4\x90\x80\x80", 0 }, { "\xf5\x80\x80\x80", 0 },                                       /* above U+10FFFF */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (text_utf8_length(cases[i].s) != cases[i].n)
            fail_msg("case %zu: %zu, not %zu", i, text_utf8_length(cases[i].s), cases[i].n);
}

static void a_shell_reads_a_quoted_word_as_it_was(void **state)
{
    static const struct { const char *word, *quoted; } cases[] = {
        { "venv:/opt/app", "venv:/opt/app" }, { "a b", "'a b'" }, { "", "''" }, { "it's", "'it'\\''s'" },
        { "$HOME", "'$HOME'" }, { "torch.*", "'torch.*'" }, { "~", "'~'" }, { "a\nb", "'a\nb'" },
    };
    struct arena arena = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text t = { .arena = &arena };

        text_add_quoted(&t, cases[i].word);
        assert_string_equal(t.s, cases[i].quoted);
    }
    arena_free(&arena);
}

static void what_is_formatted_is_whole_however_long_it_is(void **state)
{
    struct arena arena = { NULL };
    char digits[24];

    (void)state;
    for (int n = 0; n < 600; n += 1 + (n < 250) * 10) {
        const char *made = text_make(&arena, "%*s!", n, "x");

        assert_int_equal(strlen(made), (n > 0 ? n : 1) + 1);
        assert_int_equal(made[strlen(made) - 1], '!');
    }
    assert_string_equal(text_digits(digits, 0), "0");
    assert_string_equal(text_digits(digits, 1234567890), "1234567890");
    assert_string_equal(text_digits(digits, UINT64_MAX), "18446744073709551615");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_whole_characters_have_a_length),
        cmocka_unit_test(what_is_formatted_is_whole_however_long_it_is),
        cmocka_unit_test(a_shell_reads_a_quoted_word_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
