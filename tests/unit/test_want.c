/* What --expect asks for: texts, requirements files, and which versions they are met by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/want.h"

static const struct { const char *want, *installed; bool holds; } cases[] = {
    { "torch", "2.4.1+cu124", true },
    { "torch", NULL, false },
    { "torch==2.4.1+cu124", "2.4.1+cu124", true },
    { "torch==2.4.1+cu124", "2.4.1+cu121", false },
    { "torch==2.4.1+cu12", "2.4.1+cu124", false },
    { "torch==2.4.1+cu124", "2.4.1", false },
    { "torch==2.4.1", "2.4.1+cu121", true },
    { "torch===2.4.1", "2.4.1+cu121", false },
    { "torch===2.4.0a0+gitd990dad", "2.4.0a0+gitd990dad", true },
    { "torch===2.4.0a0+gitd990dad", "2.4.0a0+git1111111", false },
    { "torch==2.4.1", "2.4.10", false },
    { "torch==2.4", "2.4.1+cu121", true },
    { "torch==2.4", "2.40.0", false },
    { "torch==2.4.*", "2.4.1", true },
    { "torch==2.4.0", "2.4", true },
    { "torch==2.4", "2.4.0a0+07cecf4168.nv24.05", true },
    { "torch!=2.4.0", "2.4.1", true },
    { "torch!=2.4.1", "2.4.1+cu121", false },
    { "torch>=2.4", "2.4.0", true },
    { "torch>=2.4", "2.10.0+cu128", true },
    { "torch>=2.4,<2.6", "2.5.1", true },
    { "torch >= 2.4, < 2.6", "2.6.0", false },
    { "torch<=2.4", "2.4.1", false },
    { "torch>2.4", "2.4.1", true },
    { "torch>2.4", "2.4.0", false },
    { "torch>2.4", "2.5.0", true },
    { "torch~=2.4.0", "2.4.1", true },
    { "torch~=2.4.0", "2.5.0", false },
    { "torch~=2.4", "2.9.0", true },
    { "torch[opt]==2.4.1", "2.4.1", true },
};

static void versions_meet_what_is_asked_for_or_do_not(void **state)
{
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct want w;
        struct err e;

        if (!want_parse(&w, &a, cases[i].want, &e))
            fail_msg("%s: %s", cases[i].want, e.text);
        if (want_holds(&w, cases[i].installed) != cases[i].holds)
            fail_msg("%s, installed is %s", cases[i].want, cases[i].installed);
    }
    arena_free(&a);
}

static void what_is_not_understood_is_refused(void **state)
{
    static const char *const bad[] = {
        "", "numpy==1.0", "torchvision==0.19", "torch-scatter==1", "torch==", "torch==x", "torch=2.4", "torch==2.4.1 oops", "torch==2.4.0rc1", "torch===",
        "torch>=2.4.1+cu124", "torch==.4", "torch==2.4.1;x", "torch @ https://x/y.whl",
    };
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct want w;
        struct err e;

        if (want_parse(&w, &a, bad[i], &e))
            fail_msg("\"%s\" was taken", bad[i]);
        assert_int_equal(e.kind, ERR_USAGE);
    }
    arena_free(&a);
}

static void a_requirements_file_says_it_in_one_of_its_lines(void **state)
{
    static const struct { const char *text, *want; } files[] = {
        { "# a comment\n-r other.txt\n--index-url https://download.pytorch.org/whl/cu124\nnumpy\ntorchvision==0.19.1\ntorch==2.4.1+cu124\n", "torch==2.4.1+cu124" },
        { "torch==2.4.1 ; python_version>\"3.8\"\r\n", "torch==2.4.1" },
        { "Torch>=2.4,<2.6  # because\n", "torch>=2.4,<2.6" },
        { "torch==2.4.1 --hash=sha256:abc \\\n   --hash=sha256:def\n", "torch==2.4.1" },
        { "\xef\xbb\xbftorch\ntorch\n", "torch" },
    };
    static const char *const bad[] = { "", "numpy\n", "torch @ https://x/torch.whl\n", "torch==2.4.1\ntorch==2.5.0\n", "torch==2.4.0.post1\n" };
    struct arena a = { NULL };
    struct want w;
    struct err e;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (!want_of_requirements(&w, &a, files[i].text, &e))
            fail_msg("%s: %s", files[i].text, e.text);
        assert_string_equal(w.text, files[i].want);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (want_of_requirements(&w, &a, bad[i], &e))
            fail_msg("\"%s\" was taken", bad[i]);
    arena_free(&a);
}

static void one_release_or_series_is_known_by_name(void **state)
{
    static const struct { const char *want, *release, *variant; } asked[] = {
        { "torch==2.4.1+cu124", "2.4.1", "cu124" }, { "torch == 2.4.1", "2.4.1", NULL }, { "torch==2.4", "2.4", NULL },
        { "torch===2.4.1", NULL, NULL }, { "torch>=2.4.1", NULL, NULL }, { "torch==2.4.1,!=2.4.2", NULL, NULL }, { "torch", NULL, NULL },
    };
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        struct want w;
        struct err e;

        assert_true(want_parse(&w, &a, asked[i].want, &e));
        if (!(text_is(w.release, asked[i].release) || (w.release == NULL && asked[i].release == NULL))
            || !(text_is(w.variant, asked[i].variant) || (w.variant == NULL && asked[i].variant == NULL)))
            fail_msg("%s: %s, %s", asked[i].want, w.release, w.variant);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_meet_what_is_asked_for_or_do_not),
        cmocka_unit_test(what_is_not_understood_is_refused),
        cmocka_unit_test(a_requirements_file_says_it_in_one_of_its_lines),
        cmocka_unit_test(one_release_or_series_is_known_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
