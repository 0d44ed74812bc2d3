#include "child/findings.h"

void child_tell(struct child *c, void (*check)(struct findings *f, const struct stack *s))
{
    struct findings f = { .arena = &c->arena };

    check(&f, c->stack);
    if (f.not_known != NULL)
        stop_unsupported(c, "%s", f.not_known);
    for (size_t i = 0; i < f.n; i++)
        saw_text(c, f.items[i].key, "%s", f.items[i].text);
}
