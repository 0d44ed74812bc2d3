/* Version specifiers as pip reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/pep440.h"

static void a_release_meets_what_pip_says_that_it_meets(void **state)
{
    /* Each row was asked of packaging.specifiers.SpecifierSet(...).contains(...), packaging 21.3. */
    static const struct { const char *release, *specifiers; bool meets; } cases[] = {
        { "2.4.0", "==2.4.0", true },       { "2.4.0", "==2.4", true },         { "2.4.1", "==2.4", false },
        { "2.4.1", "==2.4.*", true },       { "2.40.0", "==2.4.*", false },     { "2.4.1", ">=2.1,<2.5", true },
        { "2.5.0", ">=2.1,<2.5", false },   { "2.10.0", ">=2.9", true },        { "2.4.1", "~=2.3", true },
        { "3.0.0", "~=2.3", false },        { "2.4.1", "~=2.3.0", false },      { "2.3.9", "~=2.3.1", true },
        { "2.3.0", "~=2.3.1", false },      { "2.0.1", "!=2.0.1", false },      { "2.0.0", "!=2.0.1", true },
        { "2.4.1+cu124", "==2.4.1", true }, { "2.4.1+cu124", "==2.4.1+cu124", true }, { "2.4.1+cu121", "==2.4.1+cu124", false },
        { "2.4.1", "==2.4.1+cu124", false }, { "2.4.1", " >= 2.4.1 , < 3 ", true }, { "2.4.1", ">2.4.1", false },
        { "2.4.1", "<=2.4.1", true },       { "2.4.1", "", true },              { "2.4.1+cu124", ">=2.4.1", true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool understood;

        if (pep440_meets(cases[i].release, cases[i].specifiers, &understood) != cases[i].meets || !understood)
            fail_msg("%s %s", cases[i].release, cases[i].specifiers);
    }
}

static void what_is_no_specifier_is_said_to_be_none(void **state)
{
    static const char *const not[] = {
        "2.4", "== ", "==two", "=>2.4", "===2.4", ">=2.4;<3", ">=2.4 <3", "~=2.*", ">=2.4.*", "==2.4.*.1", ">=2.4+cu1", "<",
        "==11111111111111111111111111111111111111111111111111111111111111111111111111",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(not); i++) {
        bool understood;

        if (pep440_meets("2.4.1", not[i], &understood) || understood)
            fail_msg("%s", not[i]);
    }
}

/* Tables are checked when they are read; this must end even if one was not. */
static void a_release_with_letters_counts_up_to_them(void **state)
{
    bool understood;

    (void)state;
    assert_true(pep440_meets("2.4rc1", ">=2.4,<2.5", &understood));
    assert_false(pep440_meets("2.4rc1", ">2.4.0", &understood));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_release_meets_what_pip_says_that_it_meets),
        cmocka_unit_test(what_is_no_specifier_is_said_to_be_none),
        cmocka_unit_test(a_release_with_letters_counts_up_to_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
