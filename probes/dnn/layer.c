#include "layer.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "math/compare.h"

void layer_each(struct child *c, bool (*each)(struct layer *l))
{
    static const enum number types[] = { NUMBER_FP32, NUMBER_FP16, NUMBER_BF16 };
    struct layer l = { .c = c };

    dnn_begin(&l.dnn, c, (struct dnn_kind){ NUMBER_FP32, false });
    for (size_t i = 0; i < 2 * COUNT_OF(types); i++) {
        l.dnn.kind = (struct dnn_kind){ types[i / 2], i % 2 == 1 };
        l.key = text_make(&c->arena, "%s.%s", number_name(l.dnn.kind.type), dnn_layout_name(l.dnn.kind));
        if (types[i / 2] == NUMBER_BF16 && c->cc < 80)
            saw_text(c, "not_supported", "%s: cuDNN's bf16 needs compute capability 8.0", l.key);
        else
            l.done += each(&l);
    }
    dnn_end(&l.dnn);
    saw_num(c, "layouts", "", l.done);
    saw_num(c, "all.compared", "", l.compared);
    saw_num(c, "seed", "", (double)c->seed);
}

bool layer_try(struct layer *l, const char *call, long code)
{
    bool must = l->dnn.kind.type == NUMBER_FP32 && !l->dnn.kind.nhwc;

    if (code == 0)
        return true;
    if (must || !dnn_is_not_supported(code))
        child_call_failed(l->c, call, &l->c->cudnn.dl, code);
    saw_text(l->c, "not_supported", "%s: %s", l->key, call);
    return false;
}

void layer_round(const struct layer *l, float *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (float)number_value(l->dnn.kind.type, number_bits(l->dnn.kind.type, (double)v[i]));
}

static const char *name(const struct layer *l, const char *observed, const char *what)
{
    return text_make(&l->c->arena, "%s.%s.%s", observed, l->key, what);
}

static void saw_element(struct layer *l, const char *observed, const char *what, size_t i, float got, double expected, struct layer_shape s)
{
    const int dims[] = { s.n, s.c, s.h, s.w, 0 };
    char index[96];

    compare_index_text(index, sizeof index, i, dims);
    saw_text(l->c, observed, "%s.%s: %s is %.9g, expected %.9g", l->key, what, index, (double)got, expected);
}

void layer_exact(struct layer *l, const char *what, const float *got, const double *expected, struct layer_shape s)
{
    enum number type = l->dnn.kind.type;
    size_t n = layer_count(s);
    double *rounded = host_buffer(l->c, n * sizeof *rounded);
    struct exactness e;

    for (size_t i = 0; i < n; i++)
        rounded[i] = number_value(type, number_bits(type, expected[i]));
    e = compare_exactly(got, rounded, n);
    if (e.wrong > 0)
        saw_element(l, "first", what, e.first, got[e.first], rounded[e.first], s);
    saw_num(l->c, name(l, "wrong", what), "", (double)e.wrong);
    child_verified(l->c, 1);
    l->compared += (double)n;
}

void layer_near(struct layer *l, const char *what, const float *got, const double *expected, struct layer_shape s, double relative, double absolute)
{
    size_t n = layer_count(s);
    struct exactness e = compare_nearly(got, expected, n, relative, absolute);

    if (e.wrong > 0)
        saw_element(l, "first", what, e.first, got[e.first], expected[e.first], s);
    saw_num(l->c, name(l, "wrong", what), "", (double)e.wrong);
    child_verified(l->c, 1);
    l->compared += (double)n;
}

void layer_close(struct layer *l, const char *what, const float *got, const double *expected, struct layer_shape s, double limit)
{
    struct closeness e = compare_closely(got, expected, layer_count(s));

    if (!(e.nmse <= limit))
        saw_element(l, "worst", what, e.worst, got[e.worst], expected[e.worst], s);
    saw_num(l->c, name(l, "nmse", what), "", e.nmse);
    saw_num(l->c, name(l, "nmse_ratio", what), "", e.nmse / limit);
    child_verified(l->c, 1);
    l->compared += (double)layer_count(s);
}

void layer_same(struct layer *l, const char *what, const float *got, const float *again, size_t n)
{
    size_t differ = 0;

    for (size_t i = 0; i < n; i++)
        differ += memcmp(&got[i], &again[i], sizeof *got) != 0;
    saw_num(l->c, name(l, "unequal", what), "", (double)differ);
}
