#include "model/comparison.h"

#include "base/text.h"
#include "model/figures.h"
#include "model/gpu_property.h"

/* Two runs of one plan have it at the same place: there it is looked for first. */
static const struct judged *trial_of(const struct report *r, const char *id, size_t place)
{
    if (place < r->n_trials && r->trials[place].figure != NULL && text_is(r->trials[place].trial.id, id))
        return &r->trials[place];
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].figure != NULL && text_is(r->trials[i].trial.id, id))
            return &r->trials[i];
    return NULL;
}

static const char *saw(const struct report *r, const struct device *d, const char *key)
{
    for (size_t i = 0; i < r->n_trials; i++) {
        const struct observation *o = r->trials[i].trial.device == d ? outcome_saw(&r->trials[i].outcome, key) : NULL;

        if (o != NULL)
            return o->text;
    }
    return NULL;
}

struct changes { struct arena *arena; struct circumstance *list; size_t n; };

static void change(struct changes *c, const char *what, const char *before, const char *after)
{
    if (!text_is(before != NULL ? before : "", after != NULL ? after : ""))
        *ARENA_PUSH(c->arena, c->list, c->n) = (struct circumstance){ what, before != NULL ? before : "not known", after != NULL ? after : "not known" };
}

static const struct device *device_of(const struct report *r, int index)
{
    for (size_t i = 0; i < r->n_devices; i++)
        if (r->devices[i].index == index)
            return &r->devices[i];
    return NULL;
}

static const char *property(const struct report *r, const struct device *d, const struct gpu_property *p, struct arena *a)
{
    struct gpu_value v;

    return gpu_property_read(&v, p, r, d, a) ? v.text : NULL;
}

static void change_of_device(struct changes *c, const struct report *before, const struct report *after, const struct device *x, const struct device *y)
{
    const char *gpu = text_make(c->arena, "gpu%d", x->index);

    for (const struct gpu_property *p = gpu_properties; p->name != NULL; p++)
        change(c, text_make(c->arena, "%s%s", gpu, p->name + sizeof "gpu" - 1), property(before, x, p, c->arena), property(after, y, p, c->arena));
    change(c, text_make(c->arena, "%s.uuid", gpu), x->uuid, y->uuid);
    change(c, text_make(c->arena, "%s: who else computes on it", gpu), x->foreign != NULL ? x->foreign : "nobody", y->foreign != NULL ? y->foreign : "nobody");
    change(c, text_make(c->arena, "%s: our kernels", gpu), saw(before, x, "kernels"), saw(after, y, "kernels"));
}

static const struct stack *stack_of(const struct report *r, const char *name)
{
    for (size_t i = 0; i < r->n_stacks; i++)
        if (text_is(r->stacks[i].name, name))
            return &r->stacks[i];
    return NULL;
}

static const char *version_of(const struct stack *s, const char *what)
{
    for (size_t i = 0; i < s->n_versions; i++)
        if (text_is(s->versions[i].what, what))
            return s->versions[i].version;
    return NULL;
}

static void change_of_stack(struct changes *c, const struct stack *x, const struct report *after)
{
    const struct stack *y = stack_of(after, x->name);

    if (y == NULL) {
        change(c, x->name, "a stack", "not there");
        return;
    }
    for (size_t i = 0; i < x->n_versions; i++)
        change(c, text_make(c->arena, "%s: %s", x->name, x->versions[i].what), x->versions[i].version, version_of(y, x->versions[i].what));
    for (size_t i = 0; i < x->n_members; i++) {
        const struct member *other = stack_member(y, x->members[i].family);

        if (x->members[i].version != NULL || (other != NULL && other->version != NULL))
            change(c, text_make(c->arena, "%s: %s", x->name, x->members[i].family), x->members[i].version, other != NULL ? other->version : "not there");
    }
}

/* Of what nothing was measured, the versions decide nothing. */
static bool is_measured(const struct report *r, const struct stack *s)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].figure != NULL && r->trials[i].trial.stack == s)
            return true;
    return false;
}

static const char *told(const struct judged *j, const char *what, struct arena *a)
{
    const char *key = j->trial.probe->measures != NULL ? j->trial.probe->measures : "rate";
    const struct observation *o = outcome_saw(&j->outcome, text_make(a, "%s.%s", key, what));

    return o != NULL ? o->text : NULL;
}

/* How closely both runs looked: of the first measurement that is not alike. */
static void change_of_level(struct changes *c, const struct report *before, const struct report *after)
{
    const size_t n = c->n;

    for (size_t i = 0; i < before->n_trials && c->n == n; i++) {
        const struct judged *x = &before->trials[i], *y = x->figure != NULL ? trial_of(after, x->trial.id, i) : NULL;

        if (y != NULL)
            change(c, "level of the measurements", told(x, "level", c->arena), told(y, "level", c->arena));
    }
}

static void compare_circumstances(struct changes *c, const struct report *before, const struct report *after)
{
    change(c, "gpuvet", before->version, after->version);
    change(c, "host", before->machine->hostname, after->machine->hostname);
    change(c, "kernel", before->machine->kernel, after->machine->kernel);
    change(c, "driver", report_driver(before), report_driver(after));
    change_of_level(c, before, after);
    for (size_t i = 0; i < before->n_devices; i++) {
        const struct device *x = &before->devices[i], *y = device_of(after, x->index);

        if (y != NULL)
            change_of_device(c, before, after, x, y);
        else
            change(c, text_make(c->arena, "gpu%d", x->index), x->name, "not there");
    }
    for (size_t i = 0; i < before->n_stacks; i++)
        if (is_measured(before, &before->stacks[i]))
            change_of_stack(c, &before->stacks[i], after);
    for (size_t i = 0; i < before->n_trials; i++) {
        const struct judged *x = &before->trials[i], *y = x->figure != NULL ? trial_of(after, x->trial.id, i) : NULL;

        if (y != NULL)
            change(c, text_make(c->arena, "%s: the way chosen", x->trial.id), told(x, "way", c->arena), told(y, "way", c->arena));
    }
}

/* Whether that run set out to measure it, whatever came of it. */
static bool is_asked(const struct report *now, const struct trial *t, bool some_devices)
{
    for (size_t i = 0; i < now->n_trials; i++) {
        const struct trial *other = &now->trials[i].trial;

        if (some_devices ? text_is(other->id, t->id) : text_is(other->probe->name, t->probe->name))
            return true;
    }
    return false;
}

struct report comparison_as_asked(const struct report *saved, const struct report *now, bool some_devices, struct arena *a)
{
    struct judged *trials = arena_alloc(a, (saved->n_trials + 1) * sizeof *trials);
    struct report r = *saved;

    for (size_t i = 0; i < saved->n_trials; i++) {
        trials[i] = saved->trials[i];
        if (!is_asked(now, &trials[i].trial, some_devices))
            trials[i].figure = NULL;
    }
    r.trials = trials;
    return r;
}

static struct compared compared_of(const struct figure *x, const struct figure *y)
{
    return (struct compared){ .unit = x->unit, .before = x->rounds, .n_before = x->n, .after = y->rounds, .n_after = y->n };
}

bool comparison_can_begin(const struct report *before, struct err *e)
{
    size_t most = 0;

    for (size_t i = 0; i < before->n_trials; i++)
        if (before->trials[i].figure != NULL && before->trials[i].figure->n > most)
            most = before->trials[i].figure->n;
    if (most == 0)
        return err_set(e, ERR_FORMAT, "nothing was measured in it: what gpuvet bench -o saved can be compared with");
    return most > 1 || err_set(e, ERR_FORMAT, "all of it was measured once: two rounds are needed to compare");
}

void comparison_make(struct comparison *c, const struct report *before, const struct report *after, struct arena *a)
{
    struct changes changes = { .arena = a };
    struct compared *list = NULL;
    struct pair *pairs = NULL;
    const char **missing = NULL;
    size_t n = 0;

    *c = (struct comparison){ .n_pairs = 0 };
    compare_circumstances(&changes, before, after);
    for (size_t i = 0; i < before->n_trials; i++) {
        const struct judged *x = &before->trials[i], *y = x->figure != NULL ? trial_of(after, x->trial.id, i) : NULL;

        if (x->figure != NULL && (y == NULL || !text_is(x->figure->unit, y->figure->unit)))
            *ARENA_PUSH(a, missing, c->n_missing) = x->trial.id;
        else if (x->figure != NULL) {
            *ARENA_PUSH(a, pairs, c->n_pairs) = (struct pair){ .id = x->trial.id, .before = x->figure->middle, .after = y->figure->middle };
            *ARENA_PUSH(a, list, n) = compared_of(x->figure, y->figure);
        }
    }
    differences_decide(list, n);
    for (size_t i = 0; i < n; i++) {
        pairs[i].c = list[i];
        c->count[list[i].is]++;
    }
    c->pairs = pairs;
    c->changed = changes.list;
    c->n_changed = changes.n;
    c->missing = missing;
}

int comparison_exit_code(const struct comparison *c)
{
    if (c->count[SLOWER] > 0 || c->n_missing > 0)
        return 1;
    return c->count[CANNOT_TELL] > 0 || c->n_pairs == 0 ? 3 : 0;
}

const char *comparison_tally(const struct comparison *c, struct arena *a)
{
    const struct { size_t n; const char *what; } parts[] = {
        { c->count[SLOWER], "slower" }, { c->n_missing, "missing" }, { c->count[CANNOT_TELL], "that cannot be told" },
        { c->count[FASTER], "faster" }, { c->count[SAME], "the same" },
    };
    const size_t all = c->n_pairs + c->n_missing;
    struct text t = { .arena = a };
    const char *before = ": ";

    if (all == 0)
        return "the first run measured nothing: is it one of gpuvet bench?";
    text_add(&t, "%zu measurement%s", all, all == 1 ? "" : "s");
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (parts[i].n > 0) {
            text_add(&t, "%s%zu %s", before, parts[i].n, parts[i].what);
            before = ", ";
        }
    return t.s;
}
