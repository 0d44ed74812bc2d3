#include "model/gpu_property.h"

#include "base/text.h"

const struct gpu_property gpu_properties[] = {
    { .name = "gpu.name", .alike = true },
    { .name = "gpu.compute_capability", .is_number = true },
    { .name = "gpu.memory_gib",      .key = "memory.total",        .is_number = true, .scale = 1.0 / (1 << 30), .may_be_more = true, .alike = true },
    { .name = "gpu.ecc",             .key = "ecc",                 .alike = true },
    { .name = "gpu.vbios",           .key = "vbios",               .alike = true, .identity = true },
    { .name = "gpu.part_number",     .key = "part_number",         .identity = true },
    { .name = "gpu.power_limit_w",   .key = "power.limit",         .is_number = true, .scale = 1, .may_be_more = true, .alike = true },
    { .name = "gpu.pcie_generation", .key = "pcie.max_generation", .is_number = true, .scale = 1, .may_be_more = true, .alike = true },
    { .name = "gpu.pcie_width",      .key = "pcie.width",          .is_number = true, .scale = 1, .may_be_more = true, .alike = true },
    { .name = "gpu.nvlinks",         .key = "nvlink.up",           .is_number = true, .scale = 1, .may_be_more = true, .alike = true },
    { .name = NULL },
};

const struct gpu_property *gpu_property_of(const char *name)
{
    const struct gpu_property *p = gpu_properties;

    while (p->name != NULL && !text_is(p->name, name))
        p++;
    return p->name != NULL ? p : NULL;
}

const char *gpu_place(const struct device *d, struct arena *a)
{
    return d->pci != NULL ? text_make(a, "gpu%d (%s)", d->index, d->pci) : text_make(a, "gpu%d", d->index);
}

const struct judged *gpu_facts_of(const struct report *r, const struct device *d)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].trial.device == d && r->trials[i].trial.probe->tells_facts)
            return &r->trials[i];
    return NULL;
}

/* What the census knows of it. */
static bool read_census(struct gpu_value *v, const struct gpu_property *p, const struct device *d, struct arena *a)
{
    if (!p->is_number)
        *v = (struct gpu_value){ d->name, 0 };
    else
        *v = (struct gpu_value){ text_make(a, "%d.%d", d->cc / 10, d->cc % 10), d->cc / 10.0 };
    return d->answers && v->text != NULL;
}

bool gpu_property_read(struct gpu_value *v, const struct gpu_property *p, const struct report *r, const struct device *d, struct arena *a)
{
    const struct judged *facts = gpu_facts_of(r, d);
    const struct observation *o;

    if (p->key == NULL)
        return read_census(v, p, d, a);
    o = facts != NULL ? outcome_saw(&facts->outcome, p->key) : NULL;
    if (o == NULL || o->is_number != p->is_number)
        return false;
    *v = (struct gpu_value){ o->text, 0 };
    if (!p->is_number)
        return true;
    v->text = text_make(a, "%.6g", o->number * p->scale);
    return text_to_double(v->text, &v->number);     /* compared as it is shown */
}
