#include "model/facts.h"

#include "base/text.h"

const char *machine_fact(const struct machine *m, const char *key)
{
    for (size_t i = 0; i < m->n_facts; i++)
        if (text_is(m->facts[i].key, key))
            return m->facts[i].value;
    return NULL;
}

bool node_is_gpu(const struct node *n)
{
    return text_starts(n->path, "/dev/nvidia") && n->path[11] >= '0' && n->path[11] <= '9';
}
