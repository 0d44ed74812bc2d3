#include "child/findings.h"

void findings_tell(struct child *c, const struct findings *f)
{
    if (f->not_known != NULL)
        stop_unsupported(c, "%s", f->not_known);
    for (size_t i = 0; i < f->n; i++)
        saw_text(c, f->items[i].key, "%s", f->items[i].text);
}

void child_tell(struct child *c, void (*check)(struct findings *f, const struct stack *s))
{
    struct findings f = { .arena = &c->arena };

    check(&f, c->stack);
    findings_tell(c, &f);
}
