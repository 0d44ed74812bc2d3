#include "report/as_require.h"

#include <math.h>

#include "base/text.h"
#include "model/alike.h"
#include "model/gpu_property.h"
#include "report/safe.h"

struct sheet { FILE *f; const struct report *r; const struct plan *all; struct arena arena; };

/* A number a little below what was seen: nobody's GPU has less memory for a rounding error. */
static const char *bound_of(struct sheet *s, const struct gpu_property *p, const struct gpu_value *v)
{
    return p->may_be_more ? text_make(&s->arena, "%.6g", floor(v->number * 10) / 10) : v->text;
}

static void put_property(struct sheet *s, const struct gpu_property *p)
{
    struct gpu_value first = { NULL, 0 }, v;
    bool differs = false;

    for (size_t i = 0; i < s->r->n_devices; i++) {
        if (!gpu_property_read(&v, p, s->r, &s->r->devices[i], &s->arena))
            return;                     /* not every GPU tells it */
        if (first.text == NULL)
            first = v;
        differs |= !text_is(first.text, v.text);
    }
    if (first.text == NULL)
        return;
    if (differs)
        safe_print(s->f, "# %s differs from GPU to GPU\n", p->name);
    else
        safe_print(s->f, "%s%s %s %s%s%s\n", p->identity ? "# " : "", p->name, p->may_be_more ? ">=" : "=", p->is_number ? "" : "\"",
                   bound_of(s, p, &first), p->is_number ? "" : "\"");
}

static void put_gpus(struct sheet *s)
{
    struct odd *odd;

    safe_print(s->f, "gpu = %zu\n", report_answering(s->r));
    for (const struct gpu_property *p = gpu_properties; p->name != NULL; p++)
        put_property(s, p);
    if (report_answering(s->r) > 1)
        safe_print(s->f, "%sdevices.alike\n", alike_find(&odd, &s->arena, s->r, true) > 0 ? "# they are not: " : "");
}

static void put_version(struct sheet *s, const char *subject, const char *version)
{
    if (version != NULL)
        safe_print(s->f, "%s >= %.*s\n", subject, (int)text_version_length(version), version);
}

static void put_stacks(struct sheet *s)
{
    for (size_t i = 0; i < s->r->n_stacks; i++) {
        const struct stack *stack = &s->r->stacks[i];
        const char *why_not = stack->broken != NULL ? stack->broken : stack->unusable;

        safe_print(s->f, "%sstack = \"%s\"%s%s\n", why_not != NULL ? "# " : "", stack->name, why_not != NULL ? "   " : "", why_not != NULL ? why_not : "");
    }
}

/* Only what can be shown of every GPU and every stack here, and has no right to be unsupported. */
static bool runs_everywhere(const struct sheet *s, const struct probe *p)
{
    size_t n = 0;

    for (size_t i = 0; i < s->all->n_trials; i++)
        if (s->all->trials[i].probe == p) {
            if (s->all->trials[i].left_out != NULL)
                return false;
            n++;
        }
    return n > 0 && !p->may_skip;
}

void as_require_write(FILE *f, const struct report *r, const struct plan *all)
{
    struct sheet s = { .f = f, .r = r, .all = all };

    safe_print(f, "# What gpuvet %s found on %s. Take out what other machines may lack, then: gpuvet run --require FILE\n", r->version,
               r->machine->hostname != NULL ? r->machine->hostname : "a machine without a name");
    if (report_answering(r) > 0)
        put_gpus(&s);
    else
        safe_print(f, "# no GPU answers here: nothing is demanded of GPUs and driver\n");
    put_version(&s, "driver", report_saw(r, "driver.version"));
    put_version(&s, "driver.cuda", report_saw(r, "cuda.driver"));
    put_stacks(&s);
    for (const struct probe *const *p = all_probes; *p != NULL; p++)
        if (runs_everywhere(&s, *p))
            safe_print(f, "%s\n", (*p)->name);
    arena_free(&s.arena);
}
