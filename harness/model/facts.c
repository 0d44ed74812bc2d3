#include "model/facts.h"

#include "base/text.h"

/* NVIDIA's images have /usr/local/cuda/compat/lib.real, conda has PREFIX/cuda-compat. */
enum driver_file_kind driver_file_kind(const char *path)
{
    if (text_has(path, "/stubs/"))
        return DRIVER_STUB;
    if (text_has(path, "/compat/") || text_has(path, "/cuda-compat"))
        return DRIVER_COMPAT;
    return text_starts(path, "/usr/lib/wsl/") ? DRIVER_WSL : DRIVER_INSTALLED;
}

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
