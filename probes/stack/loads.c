/* stack.loads - the stack's own way of opening, in the user's environment. */
#include "child/child.h"

#include "base/clock.h"

static void run(struct child *c)
{
    double began = clock_ms_fine();

    child_open_stack(c);
    saw_num(c, "stack.open_ms", "ms", clock_ms_fine() - began);
    saw_num(c, "stack.entries", "", (double)c->stack->n_entries);
}

const struct probe probe_stack_loads = {
    .name    = "stack.loads",
    .claim   = "The stack opens the way its user's program opens it, in the user's environment.",
    .scope   = SCOPE_STACK,
    .stacks  = ON_ANY_STACK,
    .limit_s = 120,
    .expects = (const struct expect[]){
        { .key = "stack.entries", .bound = AT_LEAST, .number = 1, .sentence = "there is nothing to open in this stack" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run     = run,
};
