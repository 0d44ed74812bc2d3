#include "model/census.h"

#include "base/text.h"

static const struct observation *saw(const struct outcome *o, int gpu, const char *what)
{
    char key[32];

    text_format(key, sizeof key, "gpu%d.%s", gpu, what);
    return outcome_saw(o, key);
}

static const char *text_of(const struct observation *o)
{
    return o != NULL ? o->text : NULL;
}

static double number_of(const struct observation *o)
{
    return o != NULL && o->is_number ? o->number : 0;
}

static bool is_listed(const struct device *list, size_t n, const char *pci)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(list[i].pci, pci))
            return true;
    return false;
}

size_t census_devices(struct device **out, struct arena *a, const struct outcome *answers, const struct machine *m)
{
    struct device *list = NULL;
    size_t n = 0;

    /* A device counts once it has told everything: the last thing it tells is its memory. */
    for (int i = 0; answers != NULL && saw(answers, i, "memory") != NULL; i++)
        *ARENA_PUSH(a, list, n) = (struct device){
            .index = i, .name = text_of(saw(answers, i, "name")), .uuid = text_of(saw(answers, i, "uuid")),
            .pci = text_of(saw(answers, i, "pci")), .cc = (int)number_of(saw(answers, i, "cc")),
            .sms = (int)number_of(saw(answers, i, "sms")), .memory_bytes = (uint64_t)number_of(saw(answers, i, "memory")),
            .clock_mhz = (int)number_of(saw(answers, i, "clock")), .answers = true,
        };
    for (size_t i = 0; i < m->n_pci && m->gpu_meant && machine_fact(m, "env.CUDA_VISIBLE_DEVICES") == NULL; i++)
        if (!text_is(m->pci[i].driver, "vfio-pci") && !is_listed(list, n, m->pci[i].address)) {
            int index = (int)n;

            *ARENA_PUSH(a, list, n) = (struct device){ .index = index, .pci = m->pci[i].address };
        }
    *out = list;
    return n;
}

void census_tenants(struct device *devices, size_t n, const struct outcome *tenants)
{
    for (size_t i = 0; i < n; i++) {
        const struct observation *free_bytes = saw(tenants, devices[i].index, "free");

        if (!devices[i].answers)
            continue;
        devices[i].knows_free = free_bytes != NULL && free_bytes->is_number;
        devices[i].free_bytes = (uint64_t)number_of(free_bytes);
        devices[i].foreign = text_of(saw(tenants, devices[i].index, "foreign"));
    }
}
