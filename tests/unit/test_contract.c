/* Convolutions checked by contracting a channel: the kernels' twins against the reference, and every fault planted is seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "kernels/integers.h"
#include "math/conv.h"
#include "tests/host/twin.h"

enum { SEED = 77, MOST = 4096 };

static const struct conv_shape shape = { .n = 3, .c = 4, .h = 6, .w = 5, .k = 7, .r = 3, .s = 3, .pad = 1, .stride = 1, .p = 6, .q = 5 };

struct tensor { int n, c, h, w; };

/* Packed as a library would have it. */
static void *pack(struct arena *a, const float *v, struct tensor t, enum number type, bool nhwc)
{
    size_t count = (size_t)(t.n * t.c * t.h * t.w);
    void *out = arena_alloc(a, count * number_bytes(type));

    for (int i = 0; i < (int)count; i++) {
        int plane = t.h * t.w, at = nhwc ? (i / plane / t.c * plane + i % plane) * t.c + i / plane % t.c : i;

        number_set(type, out, (size_t)at, (double)v[i]);
    }
    return out;
}

struct by { uint64_t n, c, h, w; };

static struct by strides(struct tensor t, bool nhwc)
{
    uint64_t c = (uint64_t)t.c, h = (uint64_t)t.h, w = (uint64_t)t.w;

    return nhwc ? (struct by){ h * w * c, 1, w * c, c } : (struct by){ c * h * w, h * w, w, 1 };
}

static uint64_t contract(void *p, struct tensor t, enum number type, bool nhwc, bool filters, uint64_t *out)
{
    struct by by = strides(t, nhwc);
    unsigned format = type, outer = (unsigned)(filters ? t.c : t.n), channels = (unsigned)(filters ? t.n : t.c), inner = (unsigned)(t.h * t.w), seed = SEED;
    unsigned long long so = filters ? by.c : by.n, sc = filters ? by.n : by.c, si = by.w, bad = 0, *pb = &bad;
    uint64_t *po = out;

    assert_true(twin_launch("contract_channel", (outer * inner + 255) / 256, 1, 1, 256, 1, 1,
                            (void *[]){ &p, &format, &po, &outer, &channels, &inner, &so, &sc, &si, &seed, &pb, NULL }));
    return bad;
}

static void correlate(void *p, struct tensor t, enum number type, bool nhwc, const uint64_t *filter, unsigned pad, uint64_t *out)
{
    struct by by = strides(t, nhwc);
    unsigned format = type, n = (unsigned)t.n, c = (unsigned)t.c, h = (unsigned)t.h, w = (unsigned)t.w, r = 3;
    uint64_t *po = out;

    assert_true(twin_launch("correlate_one", (n * h * w + 255) / 256, 1, 1, 256, 1, 1,
                            (void *[]){ &p, &format, &filter, &po, &n, &c, &h, &w, &r, &r, &pad, &by.n, &by.c, &by.h, &by.w, NULL }));
}

static void correlate_filter(void *p, struct tensor t, enum number type, bool nhwc, const uint64_t *one, uint64_t *out)
{
    struct by by = strides(t, nhwc);
    unsigned format = type, n = (unsigned)t.n, h = (unsigned)t.h, w = (unsigned)t.w, r = 3, pad = 1;
    uint64_t *po = out;

    assert_true(twin_launch("correlate_filter", (unsigned)t.c * 9, 1, 1, 256, 1, 1,
                            (void *[]){ &p, &format, &one, &po, &n, &h, &w, &r, &r, &pad, &by.n, &by.c, &by.h, &by.w, NULL }));
}

/* Expected sums from the inputs, and the sums of a correct result and of four spoilt ones. */
static void check(enum conv_way way, enum number type, bool nhwc)
{
    const struct tensor x = { shape.n, shape.c, shape.h, shape.w }, w = { shape.k, shape.c, 3, 3 }, y = { shape.n, shape.k, shape.p, shape.q };
    const enum number out_type = type == NUMBER_TF32 ? NUMBER_FP32 : type;
    const struct tensor out = way == CONV_FORWARD ? y : way == CONV_BACKWARD_DATA ? x : w;
    struct conv_data d = { .shape = shape, .way = way };
    size_t n_out = (size_t)(out.n * out.c * out.h * out.w), n_sums = (size_t)(way == CONV_BACKWARD_FILTER ? out.c * 9 : out.n * out.h * out.w);
    struct arena a = { NULL };
    uint64_t expected[MOST] = { 0 }, found[MOST], one[MOST] = { 0 };
    float *result;
    struct err e;

    assert_true(conv_make_integers(&d, type, &a, 5, &e));
    for (int i = 0; i < shape.k * shape.c * 9; i++) {
        int k = i / 9 / shape.c, c = i / 9 % shape.c, t = i % 9;

        if (way == CONV_FORWARD)
            one[c * 9 + t] += (uint64_t)((int64_t)d.w[i] * odd_weight(SEED, (unsigned)k));
        if (way == CONV_BACKWARD_DATA)
            one[k * 9 + 8 - t] += (uint64_t)((int64_t)d.w[i] * odd_weight(SEED, (unsigned)c));
    }
    if (way == CONV_BACKWARD_FILTER) {
        assert_true(contract(pack(&a, d.y, y, type, nhwc), y, type, nhwc, false, one) == 0);
        correlate_filter(pack(&a, d.x, x, type, nhwc), x, type, nhwc, one, expected);
    } else if (way == CONV_FORWARD)
        correlate(pack(&a, d.x, x, type, nhwc), x, type, nhwc, one, 1, expected);
    else
        correlate(pack(&a, d.y, y, type, nhwc), y, type, nhwc, one, 1, expected);
    result = arena_alloc(&a, n_out * sizeof *result);
    for (int fault = 0; fault < 5; fault++) {
        uint64_t bad;

        for (size_t i = 0; i < n_out; i++)
            result[i] = (float)d.expected[i];
        if (fault > 0)
            result[n_out / 2 + 1] = fault == 1 ? result[n_out / 2 + 1] + 1 : fault == 2 ? NAN : fault == 3 ? result[n_out / 2 + 1] + 0.5f : -INFINITY;
        bad = contract(pack(&a, result, out, out_type, nhwc), out, out_type, nhwc, way == CONV_BACKWARD_FILTER, found);
        assert_true((memcmp(found, expected, n_sums * sizeof *found) == 0 && bad == 0) == (fault == 0));
        assert_true((bad > 0) == (fault > 1));
    }
    arena_free(&a);
}

static void the_sums_of_a_right_result_are_those_of_the_inputs_and_of_a_wrong_one_are_not(void **state)
{
    static const enum number types[] = { NUMBER_FP32, NUMBER_TF32, NUMBER_FP16, NUMBER_BF16 };

    (void)state;
    for (int way = 0; way < 3; way++)
        for (size_t t = 0; t < COUNT_OF(types); t++)
            for (int nhwc = 0; nhwc < 2; nhwc++)
                check((enum conv_way)way, types[t], nhwc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sums_of_a_right_result_are_those_of_the_inputs_and_of_a_wrong_one_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
