/* stack.files - what is wrong with a library file before anything opens it. */
#include "child/child.h"

static void run(struct child *c)
{
    for (size_t i = 0; i < c->stack->n_members; i++)
        if (c->stack->members[i].why_bad != NULL)
            saw_text(c, "bad", "%s: %s", c->stack->members[i].path, c->stack->members[i].why_bad);
    saw_num(c, "files", "", (double)c->stack->n_members);
}

const struct probe probe_stack_files = {
    .name    = "stack.files",
    .claim   = "Every library file of the stack is whole, readable and made for this machine.",
    .scope   = SCOPE_STACK,
    .stacks  = ON_ANY_STACK,
    .expects = (const struct expect[]){
        { .key = "bad",   .bound = ABSENT, .sentence = "%s" },
        { .key = "files", .bound = AT_LEAST, .number = 1, .sentence = "the stack has no library file" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run     = run,
};
