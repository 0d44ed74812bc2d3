#include "report/comparison_json.h"

#include <math.h>

#include "model/names.h"
#include "report/json_value.h"

static json_t *circumstances(const struct comparison *c)
{
    json_t *list = json_array();

    for (size_t i = 0; i < c->n_changed; i++) {
        json_t *o = json_object();

        json_put_text(o, "what", c->changed[i].what);
        json_put_text(o, "before", c->changed[i].before);
        json_put_text(o, "after", c->changed[i].after);
        json_array_append_new(list, o);
    }
    return list;
}

/* Of rounds that are powers of ten apart the interval may end beyond all numbers: then its end is absent. */
static json_t *pair(const struct pair *p)
{
    const struct ratio *ratio = &p->c.ratio;
    json_t *o = json_object();

    json_put_text(o, "id", p->id);
    json_put_text(o, "is", difference_names[p->c.is]);
    json_put_text(o, "unit", p->c.unit);
    json_put(o, "before", json_of_number(p->before));
    json_put(o, "after", json_of_number(p->after));
    if (ratio->middle > 0 && isfinite(ratio->middle)) {
        json_put(o, "ratio", json_of_number(ratio->middle));
        json_put(o, "low", json_of_number(ratio->low));
        json_put(o, "high", isfinite(ratio->high) ? json_of_number(ratio->high) : NULL);
    }
    json_put(o, "would_tell", p->c.would_tell > 0 ? json_integer((json_int_t)p->c.would_tell) : NULL);
    return o;
}

json_t *json_of_comparison(const struct comparison *c, const char *baseline)
{
    json_t *o = json_object(), *pairs = json_array(), *missing = json_array();

    for (size_t i = 0; i < c->n_pairs; i++)
        json_array_append_new(pairs, pair(&c->pairs[i]));
    for (size_t i = 0; i < c->n_missing; i++)
        json_array_append_new(missing, json_of_text(c->missing[i]));
    json_put_text(o, "baseline", baseline);
    json_put(o, "changed", circumstances(c));
    json_put(o, "pairs", pairs);
    json_put(o, "missing", missing);
    return o;
}
