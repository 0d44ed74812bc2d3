#include "store/saved_comparison.h"

#include <limits.h>
#include <math.h>

#include "model/comparison.h"
#include "model/names.h"

static void circumstance(struct circumstance *c, struct door *d, const struct value *o)
{
    *c = (struct circumstance){ door_text(d, o, "what", MUST_BE), door_text(d, o, "before", MUST_BE), door_text(d, o, "after", MUST_BE) };
}

static void ratio(struct ratio *x, struct door *d, const struct value *o)
{
    *x = (struct ratio){ .middle = door_number(d, o, "ratio", MUST_BE), .low = door_number(d, o, "low", MUST_BE),
                         .high = door_has(o, "high") ? door_number(d, o, "high", MAY_BE) : (double)INFINITY };
    if (!d->failed && !(x->middle > 0 && x->low >= 0 && x->low <= x->middle && x->high >= x->middle))
        door_refuse(d, "ratio", "it is not within its interval, or not above 0");
}

static void pair(struct pair *p, struct door *d, const struct value *o)
{
    *p = (struct pair){
        .id = door_text(d, o, "id", MUST_BE), .before = door_number(d, o, "before", MUST_BE), .after = door_number(d, o, "after", MUST_BE),
        .c = { .unit = door_text(d, o, "unit", MUST_BE), .is = (enum difference)door_word(d, o, "is", MUST_BE, difference_names),
               .would_tell = (size_t)door_integer(d, o, "would_tell", MAY_BE, 1, INT_MAX) },
    };
    if (door_has(o, "ratio") || door_has(o, "low") || door_has(o, "high"))
        ratio(&p->c.ratio, d, o);
    else if (p->c.is == SLOWER || p->c.is == FASTER)
        door_refuse(d, "ratio", "it is missing");
    if (!d->failed && measure_of(p->c.unit) == NULL)
        door_refuse(d, "unit", "nothing is measured in such a unit");
}

void saved_comparison(struct report *r, struct door *d, const struct value *comparison)
{
    const struct value *o = door_enter(d, comparison, "comparison", -1);
    struct comparison *c = arena_alloc(d->arena, sizeof *c);
    struct circumstance *changed = NULL;
    struct pair *pairs = NULL;

    r->baseline = door_text(d, o, "baseline", MUST_BE);
    READ_LIST(d, o, "changed", changed, c->n_changed, circumstance);
    READ_LIST(d, o, "pairs", pairs, c->n_pairs, pair);
    c->changed = changed;
    c->pairs = pairs;
    c->missing = door_texts(d, o, "missing", &c->n_missing);
    for (size_t i = 0; i < c->n_pairs; i++)
        c->count[pairs[i].c.is]++;
    r->comparison = c;
    door_leave(d);
}
