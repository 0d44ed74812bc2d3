/* The witness: which files really serve the stack. Looked at after the calls of
 * a trial, because libraries open their parts late. */
#include "child/state.h"

#include <sys/stat.h>

#include "base/text.h"

static bool is_known(const struct child_state *s, const char *path)
{
    for (size_t i = 0; i < s->n_mapped; i++)
        if (text_is(s->mapped[i], path))
            return true;
    return false;
}

/* Two names of one file are the same file. */
static bool same_file(const char *x, const char *y)
{
    struct stat a, b;

    if (text_is(x, y))
        return true;
    return stat(x, &a) == 0 && stat(y, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* A family has several members only where the stack itself ships several
 * (libcudnn of two packages): any of them is its own. */
static const struct member *stranger_to(const struct stack *stack, const char *family, const char *path)
{
    const struct member *of_family = NULL;

    for (size_t i = 0; i < stack->n_members; i++) {
        const struct member *m = &stack->members[i];

        if (!text_is(m->family, family))
            continue;
        if (same_file(m->path, path))
            return NULL;
        of_family = m;
    }
    return of_family;
}

static const char *earlier_of_family(struct child *c, const char *family, const char *path)
{
    for (size_t i = 0; i < c->state->n_mapped; i++)
        if (text_is(library_family(&c->arena, c->state->mapped[i]), family) && !same_file(c->state->mapped[i], path))
            return c->state->mapped[i];
    return NULL;
}

static void look_at(const char *path, void *arg)
{
    struct child *c = arg;
    struct child_state *s = c->state;
    const char *family = library_family(&c->arena, path), *twin;
    const struct member *own;

    if (family == NULL || is_known(s, path) || s->n_mapped == MAPPED_MAX)
        return;
    own = stranger_to(c->stack, family, path);
    twin = own != NULL || stack_member(c->stack, family) != NULL ? earlier_of_family(c, family, path) : NULL;
    s->mapped[s->n_mapped++] = arena_text(&s->lasting, path);
    if (own != NULL)
        saw_text(c, "foreign", "%s is served by %s, not by the stack's own %s", family, path, own->path);
    if (twin != NULL)
        saw_text(c, "twice", "%s is mapped twice: %s and %s", family, twin, path);
}

void witness_look(struct child *c)
{
    if (c->stack != NULL)
        dl_each_mapped(look_at, c);
}
