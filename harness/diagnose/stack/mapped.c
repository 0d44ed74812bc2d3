/* A running process that was asked about (--pid): what it has mapped. */
#include "diagnose/look.h"

#include <string.h>

#include "base/text.h"

static const char deleted[] = " (deleted)";

/* The family of a mapped library; NULL: the fact is another. */
static const char *family_of(const struct fact *f)
{
    return text_starts(f->key, "mapped.") ? f->key + strlen("mapped.") : NULL;
}

static void restart(struct look *l)
{
    const char *pid = fact(l, "process.pid");

    fix(l, "kill %s", pid != NULL ? pid : "PID");
    advise(l, "it ends the process, with what it computes: then start it again");
}

/* Its file was changed while it ran: an upgrade, or an installation into a used environment. */
static void look_for_replaced(struct look *l)
{
    const struct machine *m = l->r->machine;
    bool any = false;

    for (size_t i = 0; i < m->n_facts; i++) {
        const struct fact *f = &m->facts[i];

        if (family_of(f) == NULL || !text_ends(f->value, deleted))
            continue;
        if (!any)
            found(l, SHOWN, "process %s goes on with a library that was replaced on disk since it began: %.*s", fact(l, "process.pid"),
                  (int)(strlen(f->value) - strlen(deleted)), f->value);
        any = true;
        evidence(l, "%s: %s", f->source, f->value);
    }
    if (any)
        restart(l);
}

/* "libcudart.so.12" of "/x/libcudart.so.12.4.127", in bytes from the base name's beginning: by that the loader tells libraries apart. */
static size_t soname_length(const char *name)
{
    const char *so = strstr(name, ".so");

    if (so == NULL)
        return strlen(name);
    so += strlen(".so");
    return (size_t)(so - name) + (*so == '.' ? 1 + strspn(so + 1, "0123456789") : 0);
}

static bool is_same_library(const char *path, const char *other)
{
    const char *name = text_base_name(path), *other_name = text_base_name(other);
    const size_t n = soname_length(name);

    return n == soname_length(other_name) && strncmp(name, other_name, n) == 0;
}

static void look_for_twice(struct look *l)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_facts; i++)
        for (size_t k = i + 1; k < m->n_facts; k++) {
            const struct fact *f = &m->facts[i], *g = &m->facts[k];

            if (family_of(f) == NULL || !text_is(g->key, f->key) || text_ends(f->value, deleted) || text_ends(g->value, deleted) || !is_same_library(f->value, g->value))
                continue;
            found(l, SHOWN, "process %s has two files of one library mapped: %s and %s", fact(l, "process.pid"), f->value, g->value);
            evidence(l, "%s: %s", f->source, f->value);
            evidence(l, "%s: %s", g->source, g->value);
            if (variable(l, "LD_LIBRARY_PATH") != NULL)
                evidence(l, "LD_LIBRARY_PATH=%s", variable(l, "LD_LIBRARY_PATH"));
            fix(l, "unset LD_LIBRARY_PATH");
            advise(l, "then start the process again; where it is not set, something opens one of them by its path");
            return;
        }
}

/* The stack's own file of a family is not among those that are mapped. */
static bool is_own(const struct stack *s, const char *path)
{
    for (size_t i = 0; i < s->n_members; i++)
        if (text_is(s->members[i].place, path) || text_is(s->members[i].path, path))
            return true;
    return false;
}

static bool has_own(const struct look *l, const char *key)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_facts; i++)
        if (text_is(m->facts[i].key, key) && is_own(l->stack, m->facts[i].value))
            return true;
    return false;
}

/* The folder of the other file, if LD_LIBRARY_PATH has it. */
static void mend_shadow(struct look *l, const char *path)
{
    const char *list = variable(l, "LD_LIBRARY_PATH"), *folder = text_dir_name(l->a, path);

    if (list != NULL && text_has(list, folder)) {
        evidence(l, "its folder is in LD_LIBRARY_PATH: %s", list);
        fix(l, "unset LD_LIBRARY_PATH");
        advise(l, "then start the process again");
    } else {
        advise(l, "something brings %s before the stack's own: LD_PRELOAD, /etc/ld.so.conf.d, or a module that opens it by its path", path);
    }
}

bool found_shadow_in_process(struct look *l)
{
    const struct machine *m = l->r->machine;

    if (!text_is(fact(l, "subject.stack"), l->stack->name))
        return false;
    for (size_t i = 0; i < m->n_facts; i++) {
        const struct fact *f = &m->facts[i];
        const struct member *own = family_of(f) != NULL ? stack_member(l->stack, family_of(f)) : NULL;

        if (own == NULL || text_ends(f->value, deleted) || has_own(l, f->key))
            continue;
        found(l, SHOWN, "process %s does not use the %s of %s but %s", fact(l, "process.pid"), text_base_name(own->place), l->stack->name, f->value);
        evidence(l, "%s: %s", f->source, f->value);
        evidence(l, "the stack's own: %s", own->place);
        mend_shadow(l, f->value);
        return true;
    }
    return false;
}

const struct rule mapped_rules[] = {
    { { "library-replaced", LINK_LOADING, .what = "The process mapped a library whose file has been replaced since: what it loads from now on is of the new version, what it has is of the old one.",
        .unlike = "driver-library-mismatch: there new processes fail, too, until the module is loaded anew." }, look_for_replaced },
    { { "library-mapped-twice", LINK_LOADING, .what = "Two files of one library are in the process: each has its own state, and which one a name leads to depends on the order of loading.",
        .unlike = "library-shadowed: there one file is in the place of another." }, look_for_twice },
    { { .id = NULL }, NULL },
};
