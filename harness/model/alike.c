#include "model/alike.h"

#include "base/text.h"
#include "model/gpu_property.h"

/* The GPUs that are compared with each other in one property, and their values. */
struct group {
    const struct device **devices;
    struct gpu_value     *values;
    size_t                n, n_values;
};

struct finder {
    const struct report *r;
    struct arena        *arena;
    struct odd          *found;
    size_t               n;
};

static size_t count_of(const struct group *g, const char *value)
{
    size_t n = 0;

    for (size_t i = 0; i < g->n; i++)
        n += text_is(g->values[i].text, value);
    return n;
}

/* Who has more than half of the votes; NULL: nobody. */
static const char *majority(const struct group *g)
{
    for (size_t i = 0; i < g->n; i++)
        if (2 * count_of(g, g->values[i].text) > g->n)
            return g->values[i].text;
    return NULL;
}

static void add(struct finder *f, const struct device *d, const char *sentence)
{
    *ARENA_PUSH(f->arena, f->found, f->n) = (struct odd){ d, sentence };
}

static void name_all(struct finder *f, const struct group *g, const struct gpu_property *p)
{
    struct text t = { .arena = f->arena };

    text_add(&t, "%s differs, and no value has a majority:", p->name);
    for (size_t i = 0; i < g->n; i++)
        text_add(&t, "%s gpu%d %s", i > 0 ? "," : "", g->devices[i]->index, g->values[i].text);
    add(f, g->devices[0], t.s);
}

static void compare(struct finder *f, const struct group *g, const struct gpu_property *p, const char *model)
{
    const char *usual = majority(g);
    size_t same = usual != NULL ? count_of(g, usual) : 0;

    if (same == g->n)
        return;
    if (usual == NULL) {
        name_all(f, g, p);
        return;
    }
    for (size_t i = 0; i < g->n; i++)
        if (!text_is(g->values[i].text, usual))
            add(f, g->devices[i], text_make(f->arena, "%s: %s is %s, and %s for %s%zu %s", gpu_place(g->devices[i], f->arena), p->name,
                                            g->values[i].text, usual, same == g->n - 1 ? "the other " : "", same, model));
}

/* The GPUs of that model that tell the property; of any model for NULL. */
static struct group group_of(const struct finder *f, const struct gpu_property *p, const char *model)
{
    struct group g = { .n = 0 };

    for (size_t i = 0; i < f->r->n_devices; i++) {
        const struct device *d = &f->r->devices[i];
        struct gpu_value v;

        if (!d->answers || (model != NULL && !text_is(d->name, model)) || !gpu_property_read(&v, p, f->r, d, f->arena))
            continue;
        *ARENA_PUSH(f->arena, g.devices, g.n) = d;
        *ARENA_PUSH(f->arena, g.values, g.n_values) = v;
    }
    return g;
}

static bool is_first_of_model(const struct report *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (text_is(r->devices[k].name, r->devices[i].name))
            return false;
    return r->devices[i].name != NULL;
}

size_t alike_find(struct odd **out, struct arena *a, const struct report *r, bool one_model)
{
    struct finder f = { r, a, NULL, 0 };

    if (one_model) {
        const struct group g = group_of(&f, &gpu_properties[0], NULL);

        compare(&f, &g, &gpu_properties[0], "GPUs");
    }
    for (size_t i = 0; i < r->n_devices; i++)
        for (const struct gpu_property *p = gpu_properties; p->name != NULL && is_first_of_model(r, i); p++)
            if (p->alike) {
                const struct group g = group_of(&f, p, r->devices[i].name);

                compare(&f, &g, p, r->devices[i].name);
            }
    *out = f.found;
    return f.n;
}

void alike_warn(struct judged *trials, const struct report *r, struct arena *a)
{
    struct odd *odd;
    size_t n = alike_find(&odd, a, r, false);

    for (size_t i = 0; i < n; i++) {
        const struct judged *facts = gpu_facts_of(r, odd[i].device);
        struct judged *j = facts != NULL ? &trials[(size_t)(facts - r->trials)] : NULL;

        if (j == NULL || j->verdict != PASS)
            continue;
        j->why = j->warns ? text_make(a, "%s; %s", j->why, odd[i].sentence) : odd[i].sentence;
        j->warns = true;
    }
}
