#include "model/gpu_property.h"

#include "base/text.h"

static const char facts_probe[] = "device.facts";

const struct gpu_property gpu_properties[] = {
    { "gpu.name",               NULL,                  false, 1, false, true },
    { "gpu.compute_capability", NULL,                  true,  1, false, false },
    { "gpu.memory_gib",         "memory.total",        true,  1.0 / (1 << 30), true, true },
    { "gpu.ecc",                "ecc",                 false, 1, false, true },
    { "gpu.vbios",              "vbios",               false, 1, false, true },
    { "gpu.part_number",        "part_number",         false, 1, false, false },
    { "gpu.power_limit_w",      "power.limit",         true,  1, true, true },
    { "gpu.pcie_generation",    "pcie.max_generation", true,  1, true, true },
    { "gpu.pcie_width",         "pcie.width",          true,  1, true, true },
    { "gpu.nvlinks",            "nvlink.up",           true,  1, true, true },
    { NULL, NULL, false, 0, false, false },
};

const struct gpu_property *gpu_property_of(const char *name)
{
    const struct gpu_property *p = gpu_properties;

    while (p->name != NULL && !text_is(p->name, name))
        p++;
    return p->name != NULL ? p : NULL;
}

const struct judged *gpu_facts_of(const struct report *r, const struct device *d)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].trial.device == d && text_is(r->trials[i].trial.probe->name, facts_probe))
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
    if (p->is_number)
        *v = (struct gpu_value){ text_make(a, "%.6g", o->number * p->scale), o->number * p->scale };
    return true;
}
