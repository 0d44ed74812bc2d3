/* checked.h - what the tests of the crosscheck share: a stack, what is expected of it, and what a check finds. */
#ifndef UNIT_CHECKED_H
#define UNIT_CHECKED_H

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

static inline void state_version(struct checked *c, const char *what, const char *version)
{
    if (version != NULL)
        c->versions[c->stack.n_versions++] = (struct stack_version){ what, version, "a file" };
}

static inline void begin(struct checked *c, const char *torch, const char *cuda)
{
    *c = (struct checked){ .stack = { .name = "venv:/e", .kind = STACK_PYTHON } };
    c->stack.versions = c->versions;
    state_version(c, "torch", torch);
    state_version(c, "cuda", cuda);
}

static inline void check(struct checked *c, const struct host *h, const char *asked, void (*what)(struct findings *f, const struct stack *s))
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

static inline const char *found(const struct checked *c, const char *key)
{
    for (size_t i = 0; i < c->found.n; i++)
        if (text_is(c->found.items[i].key, key))
            return c->found.items[i].text;
    return NULL;
}

/* Fails unless the text under `key` holds that part; NULL: unless there is none. */
static inline void assert_found(const struct checked *c, const char *key, const char *part)
{
    const char *text = found(c, key);

    if (part == NULL ? text != NULL : text == NULL || !text_has(text, part))
        fail_msg("%s: \"%s\", and it should be \"%s\"", key, text != NULL ? text : "", part != NULL ? part : "");
}

static const struct host plain = { .arch = "x86_64", .driver = "580.65.06", .driver_cuda = "13.0" };

#endif
