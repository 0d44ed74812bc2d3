/* An installed PyTorch against what its official build needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/crosscheck.h"
#include "tests/unit/some_builds.h"

enum { FACTS_MAX = 64 };

/* A stack whose files state `own` versions, and what is expected of it. */
struct checked {
    struct arena         arena;
    struct stack_version versions[FACTS_MAX];
    struct stack         stack;
    struct findings      found;
};

static void state_version(struct checked *c, const char *what, const char *version)
{
    if (version != NULL)
        c->versions[c->stack.n_versions++] = (struct stack_version){ what, version, "a file" };
}

static void begin(struct checked *c, const char *torch, const char *cuda)
{
    *c = (struct checked){ .stack = { .name = "venv:/e", .kind = STACK_PYTHON } };
    c->stack.versions = c->versions;
    state_version(c, "torch", torch);
    state_version(c, "cuda", cuda);
}

static void check(struct checked *c, const struct host *h, const char *asked, void (*what)(struct findings *f, const struct stack *s))
{
    struct want want = { .text = NULL };
    struct stack_version *facts;
    struct err e;
    size_t n;

    assert_true(asked == NULL || want_parse(&want, &c->arena, asked, &e));
    n = crosscheck_facts(&facts, &c->arena, &some_builds, &c->stack, h, &want);
    for (size_t i = 0; i < n; i++) {
        assert_true(c->stack.n_versions < FACTS_MAX);
        c->versions[c->stack.n_versions++] = facts[i];
    }
    c->found = (struct findings){ .arena = &c->arena };
    what(&c->found, &c->stack);
}

static const char *found(const struct checked *c, const char *key)
{
    for (size_t i = 0; i < c->found.n; i++)
        if (text_is(c->found.items[i].key, key))
            return c->found.items[i].text;
    return NULL;
}

/* Fails unless the text under `key` holds that part; NULL: unless there is none. */
static void assert_found(const struct checked *c, const char *key, const char *part)
{
    const char *text = found(c, key);

    if (part == NULL ? text != NULL : text == NULL || !text_has(text, part))
        fail_msg("%s: \"%s\", and it should be \"%s\"", key, text, part);
}

static const struct host plain = { .arch = "x86_64", .driver = "580.65.06", .driver_cuda = "13.0" };

/* ---- torch.build ---- */

static void the_build_that_was_asked_for_is_the_one_that_is_there(void **state)
{
    static const struct { const char *torch, *cuda, *want, *unexpected, *install; } cases[] = {
        { "2.4.1+cu124", "12.4", "torch==2.4.1+cu124", NULL, NULL },
        { "2.4.1", "12.4", "torch==2.4.1+cu124", NULL, NULL },             /* conda's names no variant */
        { "2.4.1+cu121", "12.1", "torch==2.4", NULL, NULL },
        { "2.4.1+cu121", "12.1", "torch==2.4.1+cu124", "PyTorch 2.4.1+cu121 is installed, and torch==2.4.1+cu124 was asked for", "torch==2.4.1+cu124" },
        { "2.5.0+cu124", "12.4", "torch==2.4", "PyTorch 2.5.0+cu124 is installed", "torch==2.4.1+cu124" },
        { "2.4.1+cpu", NULL, "torch==2.4.1+cu124", "PyTorch 2.4.1+cpu is installed", "torch==2.4.1+cu124" },
        { NULL, NULL, "torch", "of unknown version", NULL },
        { "2.4.1+cu121", "12.1", NULL, NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct checked c;

        begin(&c, cases[i].torch, cases[i].cuda);
        check(&c, &plain, cases[i].want, check_build);
        assert_found(&c, "unexpected", cases[i].unexpected);
        assert_found(&c, "install", cases[i].install);
        arena_free(&c.arena);
    }
}

static void an_unknown_release_is_a_warning_and_never_a_guess(void **state)
{
    struct checked c;

    (void)state;
    begin(&c, "2.4.7+cu124", "12.4");
    check(&c, &plain, NULL, check_build);
    assert_found(&c, "warning", "nearest known: 2.4.1 and 2.5.0");
    assert_found(&c, "build.kind", "not listed");
    arena_free(&c.arena);
    begin(&c, "2.4.0a0+07cecf4168.nv24.05", "12.4");
    check(&c, &plain, NULL, check_build);
    assert_found(&c, "warning", NULL);
    assert_found(&c, "not_compared", "NVIDIA's own build");
    arena_free(&c.arena);
}

/* ---- torch.driver ---- */

static void the_cuda_majors_floor_decides_and_not_what_nvidia_smi_shows(void **state)
{
    static const struct { const char *torch, *cuda, *driver, *shown, *too_old, *although, *install, *act; } cases[] = {
        { "2.4.1+cu124", "12.4", "535.54.03", "12.2", NULL, "although nvidia-smi shows CUDA 12.2", NULL, NULL },
        { "2.4.1+cu124", "12.4", "525.60.13", "12.0", NULL, "although", NULL, NULL },
        { "2.4.1+cu124", "12.4", "525.60.12", "12.0", "525.60.13", NULL, "torch==2.4.1+cu118", NULL },
        { "2.4.1+cu124", "12.4", "550.54.15", "12.4", NULL, NULL, NULL, NULL },
        { "2.4.1+cu124", "12.4", "580.65.06", "13.0", NULL, NULL, NULL, NULL },
        { "2.4.1+cu118", "11.8", "450.80.02", "11.0", NULL, "although", NULL, NULL },
        { "2.5.0+cu124", "12.4", "470.57.02", "11.4", "525.60.13", NULL, NULL, "install a driver >= 525.60.13" },
        { "2.11.0+cu130", "13.0", "570.86.15", "12.8", "580", NULL, NULL, "gpuvet matrix" },
        { "1.12.1+cu102", "10.2", "440.33", "10.2", NULL, NULL, NULL, NULL },
        { "1.12.1+cu102", "10.2", "430.10", "10.1", "440.33", NULL, NULL, "440.33" },
        { "2.4.0a0+gitd990dad", "12.4", "470.57.02", "11.4", "525.60.13", NULL, NULL, "525.60.13" },     /* CUDA's rule, whoever built it */
        { "2.4.1+cu124", "12.4", "470.57.02", "12.4", NULL, NULL, NULL, NULL },                          /* cuda-compat-12-4 serves it */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct host h = { .arch = "x86_64", .driver = cases[i].driver, .driver_cuda = cases[i].shown };
        struct checked c;

        begin(&c, cases[i].torch, cases[i].cuda);
        check(&c, &h, NULL, check_driver);
        assert_null(c.found.not_known);
        assert_found(&c, "too_old", cases[i].too_old);
        assert_found(&c, "although", cases[i].although);
        assert_found(&c, "install", cases[i].install);
        assert_found(&c, "act", cases[i].act);
        arena_free(&c.arena);
    }
}

static void what_a_package_for_forward_compatibility_serves_runs(void **state)
{
    const struct host h = { .arch = "x86_64", .driver = "470.57.02", .driver_cuda = "12.4" };
    struct checked c;

    (void)state;
    begin(&c, "2.4.1+cu124", "12.4");
    check(&c, &h, NULL, check_driver);
    assert_found(&c, "forward_compatibility", "cuda-compat");
    arena_free(&c.arena);
}

static void where_driver_or_cuda_is_unknown_nothing_is_claimed(void **state)
{
    static const struct { const char *torch, *cuda, *driver, *why; } cases[] = {
        { "2.4.1+cu124", "12.4", NULL, "there is no driver" },
        { "2.4.1+cpu", NULL, "580.65.06", "which CUDA" },
        { "9.9.9+cu199", "19.9", "580.65.06", "CUDA 19.9" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct host h = { .arch = "x86_64", .driver = cases[i].driver };
        struct checked c;

        begin(&c, cases[i].torch, cases[i].cuda);
        check(&c, &h, NULL, check_driver);
        assert_non_null(c.found.not_known);
        assert_true(text_has(c.found.not_known, cases[i].why));
        arena_free(&c.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_build_that_was_asked_for_is_the_one_that_is_there),
        cmocka_unit_test(an_unknown_release_is_a_warning_and_never_a_guess),
        cmocka_unit_test(the_cuda_majors_floor_decides_and_not_what_nvidia_smi_shows),
        cmocka_unit_test(what_a_package_for_forward_compatibility_serves_runs),
        cmocka_unit_test(where_driver_or_cuda_is_unknown_nothing_is_claimed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
