/* stack.own - who really serves the stack once it is open. The witness, which
 * looks after every trial on a stack, reports strangers; here they have a
 * probe of their own, so that they are said once and first. */
#include "child/child.h"

#include "base/text.h"

struct served { struct child *c; size_t own; };

static void count_own(const char *path, void *arg)
{
    struct served *s = arg;
    const char *family = library_family(&s->c->arena, path);

    if (family != NULL && stack_member(s->c->stack, family) != NULL)
        s->own++;
}

static void run(struct child *c)
{
    struct served s = { c, 0 };

    dl_each_mapped(count_own, &s);
    saw_num(c, "own.libraries", "", (double)s.own);
}

extern const struct probe probe_stack_loads;

const struct probe probe_stack_own = {
    .name     = "stack.own",
    .claim    = "Every library that the open stack uses is the stack's own file.",
    .scope    = SCOPE_STACK,
    .needs    = NEEDS_STACK,
    .stacks   = ON_ANY_STACK,
    .rests_on = { &probe_stack_loads },
    .expects  = (const struct expect[]){
        { .key = "own.libraries", .bound = AT_LEAST, .number = 1, .sentence = "none of the stack's libraries is mapped after opening it" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
