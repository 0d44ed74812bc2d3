#include "verbs/machine.h"

#include "discover/machine.h"

bool machine_see(struct seen *s, struct arena *a, const struct options *o, struct err *e)
{
    if (!root_open(&s->root, a, o->root, e))
        return err_in(e, "--root");
    environment_read(&s->env, a, &s->root);
    machine_read(&s->machine, a, &s->root, &s->env);
    s->n_stacks = stacks_find(&s->stacks, a, &s->root, &s->env, &s->machine, o->stack_dirs.items, o->stack_dirs.n);
    return true;
}
