#include "model/outcome.h"

#include "base/text.h"

const struct observation *outcome_saw(const struct outcome *o, const char *key)
{
    for (size_t i = 0; i < o->n_saw; i++)
        if (text_is(o->saw[i].key, key))
            return &o->saw[i];
    return NULL;
}
