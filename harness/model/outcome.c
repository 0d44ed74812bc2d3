#include "model/outcome.h"

#include "base/text.h"

const struct observation *outcome_saw(const struct outcome *o, const char *key)
{
    for (size_t i = 0; i < o->n_saw; i++)
        if (text_is(o->saw[i].key, key))
            return &o->saw[i];
    return NULL;
}

void outcome_add(struct outcome *o, struct arena *a, const char *key, const char *text)
{
    struct observation *all = arena_alloc(a, (o->n_saw + 1) * sizeof *all);

    for (size_t i = 0; i < o->n_saw; i++)
        all[i] = o->saw[i];
    all[o->n_saw++] = (struct observation){ .key = key, .unit = "", .text = text };
    o->saw = all;
}
