/* selftest.sums - the sums over a channel by which convolutions of any size are checked
 * (child/dnn/sums.h), of a right result with a fault in it. */
#include "selftest.h"

#include "base/text.h"
#include "child/dnn/sums.h"

static const struct expect bounds[] = { DNN_SUMS_BOUND, { .key = NULL } };

static const struct conv_shape shape = { .n = 2, .c = 16, .h = 9, .w = 7, .k = 24, .r = 3, .s = 3, .pad = 1, .stride = 1 };

/* Which plane, by the first two indexes of its elements, has a wrong bit. */
enum { OUTER = 1, INNER = 5 };

struct convolution { struct child *c; struct dnn dnn; struct dnn_conv conv; struct conv_data data; struct dnn_sums sums; int pixel; };

/* Another bit of 0 is no integer, and those are counted without their places. */
static int pixel_that_is_not_0(const struct convolution *v)
{
    struct dnn_shape out = dnn_conv_output(&v->conv);
    const double *plane = v->data.expected + (OUTER * out.c + INNER) * out.h * out.w;
    int pixel = 0;

    while (pixel + 1 < out.h * out.w && plane[pixel] == 0)
        pixel++;
    return pixel;
}

static float *right_result(const struct convolution *v)
{
    size_t n = dnn_count(dnn_conv_output(&v->conv));
    float *values = host_buffer(v->c, n * sizeof *values);

    for (size_t i = 0; i < n; i++)
        values[i] = (float)v->data.expected[i];
    return values;
}

/* A sum for each image and pixel, or, of filters, for each channel and pixel of a filter. */
static const char *place(const struct convolution *v)
{
    int width = dnn_conv_output(&v->conv).w;

    return text_make(&v->c->arena, "first at [%d][%d][%d], ", v->data.way == CONV_BACKWARD_FILTER ? INNER : OUTER, v->pixel / width, v->pixel % width);
}

static void inject(struct convolution *v, const char *name, struct spoiling s, bool is_placed)
{
    struct dnn_shape out = dnn_conv_output(&v->conv);
    float *values = right_result(v);
    const char *where;
    CUdeviceptr at;

    s.row = v->pixel;
    s.column = OUTER * out.c + INNER;
    spoil(&(struct matrix){ NUMBER_FP32, values, out.h * out.w, out.n * out.c, out.h * out.w }, &s);
    at = dnn_upload(&v->dnn, out, values);
    where = text_make(&v->c->arena, "%s, %s", conv_way_name(v->data.way), dnn_layout_name(v->dnn.kind));
    child_listen(v->c);
    dnn_sums_tell(&v->dnn, &v->conv, &v->sums, at, "y");
    if (s.fault == FAULT_NONE)
        selftest_clean(v->c, where, bounds);
    else
        selftest_caught(v->c, name, where, bounds, is_placed ? place(v) : NULL);
}

static void run_way(struct child *c, enum conv_way way, bool nhwc)
{
    struct convolution v = { .c = c, .dnn = { .child = c, .kind = { NUMBER_FP32, nhwc } },
                             .conv = { .shape = shape, .way = way }, .data = { .shape = shape, .way = way } };
    CUdeviceptr x, y;

    conv_fill_shape(&v.data.shape);
    conv_fill_shape(&v.conv.shape);
    if (!conv_make_integers(&v.data, NUMBER_FP32, &c->arena, c->seed, &c->err))
        stop_ours(c, "%s", c->err.text);
    v.pixel = pixel_that_is_not_0(&v);
    x = dnn_upload(&v.dnn, dnn_conv_x(&v.conv), v.data.x);
    y = dnn_upload(&v.dnn, dnn_conv_y(&v.conv), v.data.y);
    dnn_sums_expect(&v.dnn, &v.conv, &v.data, x, y, &v.sums);
    inject(&v, "none", (struct spoiling){ .fault = FAULT_NONE }, false);
    inject(&v, "bit", (struct spoiling){ .fault = FAULT_BIT, .bit = 23 }, true);
    inject(&v, "shift", (struct spoiling){ .fault = FAULT_SHIFT }, false);
    inject(&v, "scale", (struct spoiling){ .fault = FAULT_SCALE, .factor = 2 }, false);
    inject(&v, "nan", (struct spoiling){ .fault = FAULT_NAN }, false);
    inject(&v, "zeros", (struct spoiling){ .fault = FAULT_ZEROS }, false);
    inject(&v, "stale", (struct spoiling){ .fault = FAULT_STALE }, false);
}

static void run(struct child *c)
{
    for (int way = CONV_FORWARD; way <= CONV_BACKWARD_FILTER; way++) {
        run_way(c, (enum conv_way)way, false);
        run_way(c, (enum conv_way)way, true);
    }
    saw_num(c, "seed", "", (double)c->seed);
}

SELFTEST_ON_GPU(sums, "The sums over a convolution's channels show every fault that is put into it.", false, run);
