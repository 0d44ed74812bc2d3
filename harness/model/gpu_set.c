#include "model/gpu_set.h"

#include "base/text.h"

bool gpu_set_has(const struct gpu_set *s, const struct device *d)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->gpus[i] == d)
            return true;
    return false;
}

const char *gpu_set_names(const struct gpu_set *s, struct arena *a)
{
    struct text t = { .arena = a };

    text_put(&t, "", 0);
    for (size_t i = 0; i < s->n; i++)
        text_add(&t, "%sgpu%d", i > 0 ? ", " : "", s->gpus[i]->index);
    return t.s;
}
