#include "store/saved_trial.h"

#include <limits.h>
#include <math.h>

#include "base/text.h"
#include "model/difference.h"
#include "model/figures.h"
#include "model/names.h"

/* Trials of one probe on several GPUs follow each other: it is looked for once. One that is not this program's does not run. */
static const struct probe *known_probe(const char *name, const struct judged *before)
{
    if (before == NULL || !text_is(before->trial.probe->name, name))
        return name != NULL ? probe_by_name(name) : NULL;
    return before->trial.probe->run != NULL ? before->trial.probe : NULL;
}

static const struct probe *probe_of(struct door *d, const struct value *o, const struct judged *before)
{
    const char *name = door_text(d, o, "probe", MUST_BE), *claim = door_text(d, o, "claim", MUST_BE);
    const struct probe *known = known_probe(name, before);
    const bool together = door_has(o, "together"), on_device = door_has(o, "device") || together, on_stack = door_has(o, "stack");
    struct probe *p;

    if (known != NULL)
        return known;
    p = arena_alloc(d->arena, sizeof *p);
    /* What is done with a stack on a GPU runs code there. */
    *p = (struct probe){ .name = name, .claim = claim, .needs = on_stack && on_device ? NEEDS_CONTEXT : 0,
                         .scope = together ? on_stack ? SCOPE_STACK_DEVICES : SCOPE_DEVICES
                                : on_stack ? on_device ? SCOPE_STACK_DEVICE : SCOPE_STACK : on_device ? SCOPE_DEVICE : SCOPE_MACHINE };
    return p;
}

static const struct device *device_at(struct door *d, const char *key, int index, const struct report *r)
{
    for (size_t i = 0; i < r->n_devices; i++)
        if (r->devices[i].index == index)
            return &r->devices[i];
    door_refuse(d, key, "the document has no such device");
    return NULL;
}

static const struct device *device_of(struct door *d, const struct value *o, const struct report *r)
{
    int index = (int)door_integer(d, o, "device", MAY_BE, 0, INT_MAX);

    return door_has(o, "device") && !d->failed ? device_at(d, "device", index, r) : NULL;
}

static const struct gpu_set *set_of(struct door *d, const struct value *o, const struct report *r)
{
    const struct value *list = door_has(o, "together") ? door_list(d, o, "together") : NULL;
    const struct device **gpus = NULL;
    struct gpu_set *set;

    if (list == NULL || d->failed)
        return NULL;
    set = arena_alloc(d->arena, sizeof *set);
    *set = (struct gpu_set){ .without = door_text(d, o, "without", MAY_BE) };
    for (const struct value *index = value_first(list); index != NULL && !d->failed; index = index->next)
        if (value_is(index, VALUE_WHOLE) && index->whole >= 0 && index->whole <= INT_MAX)
            *ARENA_PUSH(d->arena, gpus, set->n) = device_at(d, "together", (int)index->whole, r);
        else
            door_refuse(d, "together", "it holds something else than a device's index");
    set->gpus = gpus;
    return d->failed ? NULL : set;
}

static const struct stack *stack_of(struct door *d, const struct value *o, const struct report *r)
{
    const char *name = door_text(d, o, "stack", MAY_BE);

    if (name == NULL)
        return NULL;
    for (size_t i = 0; i < r->n_stacks; i++)
        if (text_is(r->stacks[i].name, name))
            return &r->stacks[i];
    door_refuse(d, "stack", "the document has no such stack");
    return NULL;
}

/* As the child that observed it said it; most are whole and small, and a long document has tens of thousands. */
static const char *number_text(struct arena *a, double x)
{
    char digits[24];

    return x >= 0 && x < 1e15 && floor(x) == x && !signbit(x) ? arena_text(a, text_digits(digits, (unsigned long)x)) : text_make(a, "%.15g", x);
}

/* Trials of one probe see much alike. Keys that are one text, and not as many as trials, are at hand when all are gone through. */
static const char *same_as(const char *key, const struct judged *before, size_t i)
{
    return before != NULL && i < before->outcome.n_saw && text_is(before->outcome.saw[i].key, key) ? before->outcome.saw[i].key : key;
}

static void observation(struct observation *s, struct door *d, const struct value *o)
{
    const struct value *value = value_member(o, "value");
    const char *unit = door_text(d, o, "unit", MAY_BE);

    *s = (struct observation){ .key = door_text(d, o, "key", MUST_BE), .unit = unit != NULL ? unit : "" };
    if (value_is(value, VALUE_TEXT)) {
        s->text = value->text;
    } else if (value_is(value, VALUE_NULL) || value_is_number(value)) {
        s->is_number = true;
        s->number = value_is(value, VALUE_NULL) ? (double)NAN : value_number(value);
        s->text = value_is(value, VALUE_NULL) ? "not finite" : number_text(d->arena, s->number);
    } else {
        door_refuse(d, "value", "it is neither text nor number nor null");
    }
}

static void observations(struct outcome *out, struct door *d, const struct value *o, const struct judged *before)
{
    const struct value *list = door_list(d, o, "saw"), *item = value_first(list);
    struct observation *saw = arena_alloc(d->arena, value_count(list) * sizeof *saw);

    for (; item != NULL && !d->failed; item = item->next) {
        const struct value *seen = door_enter(d, item, "saw", (long)out->n_saw);

        if (seen != NULL) {
            observation(&saw[out->n_saw], d, seen);
            saw[out->n_saw].key = same_as(saw[out->n_saw].key, before, out->n_saw);
            out->n_saw++;
        }
        door_leave(d);
    }
    out->saw = saw;
}

static const double *numbers(struct door *d, const struct value *o, const char *key, size_t *n)
{
    const struct value *list = door_list(d, o, key), *item = value_first(list);
    double *items = arena_alloc(d->arena, value_count(list) * sizeof *items);

    for (*n = 0; item != NULL && !d->failed; item = item->next) {
        items[(*n)++] = value_number(item);
        if (!value_is_number(item))
            door_refuse(d, key, "what was measured is no number");
    }
    return items;
}

/* What the rounds come to is worked out anew, whatever it says. */
static struct figure *figure(struct door *d, const struct value *o)
{
    struct figure *f = arena_alloc(d->arena, sizeof *f);

    *f = (struct figure){
        .unit = door_text(d, o, "unit", MUST_BE), .attainable = door_number(d, o, "attainable", MAY_BE),
        .middle = door_number(d, o, "middle", MUST_BE), .spread = door_number(d, o, "spread", MUST_BE),
        .peak = door_number(d, o, "peak", MAY_BE), .peak_of = door_text(d, o, "peak_of", MAY_BE),
        .least = door_number(d, o, "least", MAY_BE), .least_source = door_text(d, o, "least_source", MAY_BE),
        .disturbed = door_text(d, o, "disturbed", MAY_BE), .disturbed_rounds = (unsigned)door_integer(d, o, "disturbed_rounds", MAY_BE, 0, UINT_MAX),
    };
    f->rounds = numbers(d, o, "rounds", &f->n);
    if (door_has(o, "clocks"))
        f->clocks = numbers(d, o, "clocks", &f->n_clocks);
    if (!d->failed && (f->n == 0 || measure_of(f->unit) == NULL))
        door_refuse(d, f->n == 0 ? "rounds" : "unit", f->n == 0 ? "there is none" : "nothing is measured in such a unit");
    if (!d->failed)
        figure_settle(f);
    return f;
}

/* What belongs together: an error code without the call that returned it, say, is nobody's document. */
static void check(const struct judged *j, struct door *d, const struct value *o)
{
    const struct outcome *out = &j->outcome;

    if (d->failed)
        return;
    if (out->stop == STOP_CALL && (out->call == NULL || !door_has(o, "code")))
        door_refuse(d, "stop", "it is a call's, and the call or its code is missing");
    if (out->stop != STOP_NONE && out->text == NULL)
        door_refuse(d, "stop", "its text is missing");
    if (out->ending == ENDED_NOT_RUN && out->text == NULL)
        door_refuse(d, "text", "it is missing: the trial did not run");
    if (out->ending == ENDED_NOT_RUN && j->verdict != SKIP && j->verdict != BROKEN)
        door_refuse(d, "verdict", "the trial did not run");
    if ((j->verdict != PASS || j->warns) && *j->why == '\0')
        door_refuse(d, "why", "it is missing");
    if (j->warns && j->verdict != PASS)
        door_refuse(d, "warns", "only what passed can warn");
}

static void measured(struct judged *j, struct door *d, const struct value *o)
{
    const struct value *item = door_has(o, "figure") ? door_enter(d, value_member(o, "figure"), "figure", -1) : NULL;

    if (item != NULL)
        j->figure = figure(d, item);
    if (door_has(o, "figure"))
        door_leave(d);
}

void saved_trial(struct judged *j, struct door *d, const struct value *o, const struct report *r, const struct judged *before)
{
    struct outcome *out = &j->outcome;
    const char *why = door_text(d, o, "why", MAY_BE);

    *j = (struct judged){
        .trial = { .probe = probe_of(d, o, before), .device = device_of(d, o, r), .set = set_of(d, o, r), .stack = stack_of(d, o, r),
                   .id = door_text(d, o, "id", MUST_BE) },
        .verdict = (enum verdict)door_word(d, o, "verdict", MUST_BE, verdict_names),
        .why = why != NULL ? why : "", .act = door_text(d, o, "act", MAY_BE), .warns = door_bool(d, o, "warns", MAY_BE),
    };
    out->ending = (enum ending)door_word(d, o, "ending", MUST_BE, ending_names);
    out->status = (int)door_integer(d, o, "status", out->ending == ENDED_CRASHED || out->ending == ENDED_SILENT ? MUST_BE : MAY_BE, 0, 255);
    out->took_ms = door_number(d, o, "took_ms", out->ending == ENDED_NOT_RUN ? MAY_BE : MUST_BE);
    out->stop = (enum stop)door_word(d, o, "stop", MAY_BE, stop_names);
    out->call = door_text(d, o, "call", MAY_BE);
    out->library = door_text(d, o, "library", MAY_BE);
    out->code = (long)door_integer(d, o, "code", MAY_BE, LONG_MIN, LONG_MAX);
    out->text = door_text(d, o, "text", MAY_BE);
    out->blamed = door_text(d, o, "blamed", MAY_BE);
    out->fault = door_text(d, o, "fault", MAY_BE);
    out->said = door_text(d, o, "said", MAY_BE);
    out->rerun = door_text(d, o, "rerun", MAY_BE);
    j->rounds = (unsigned)door_integer(d, o, "rounds", MAY_BE, 2, INT_MAX);
    j->passes = (unsigned)door_integer(d, o, "passes", j->rounds > 0 ? MUST_BE : MAY_BE, 0, j->rounds > 0 ? (long long)j->rounds : 0);
    j->round = (unsigned)door_integer(d, o, "round", MAY_BE, 1, INT_MAX);
    if (out->ending == ENDED_NOT_RUN)
        j->trial.left_out = out->text;
    observations(out, d, o, before);
    measured(j, d, o);
    check(j, d, o);
}
