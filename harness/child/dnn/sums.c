#include "child/dnn/sums.h"

#include "base/text.h"
#include "kernels/integers.h"
#include "math/compare.h"

struct strides { uint64_t n, c, h, w; };

static struct strides strides_of(struct dnn_kind kind, struct dnn_shape s)
{
    uint64_t c = (uint64_t)s.c, h = (uint64_t)s.h, w = (uint64_t)s.w;

    return kind.nhwc ? (struct strides){ h * w * c, 1, w * c, c } : (struct strides){ c * h * w, h * w, w, 1 };
}

static unsigned seed_of(const struct child *c)
{
    return (unsigned)c->seed;
}

/* A device buffer of so many sums, 0 each. */
static CUdeviceptr zeros(struct child *c, size_t n)
{
    CUdeviceptr p = device_buffer(c, n * sizeof(uint64_t));

    device_upload(c, p, host_buffer(c, n * sizeof(uint64_t)), n * sizeof(uint64_t));
    return p;
}

static uint64_t *take(struct child *c, CUdeviceptr p, size_t n)
{
    uint64_t *sums = host_buffer(c, n * sizeof *sums);

    device_wait(c);
    device_download(c, sums, p, n * sizeof *sums);
    return sums;
}

/* ---- The kernels ---- */

/* The channels of t[n][c][h][w] contracted: one sum for each of n, h, w. */
static void contract(struct dnn *d, struct dnn_shape s, CUdeviceptr t, CUdeviceptr out, CUdeviceptr bad)
{
    struct child *c = d->child;
    struct strides by = strides_of(d->kind, s);
    unsigned format = d->kind.type, outer = (unsigned)s.n, channels = (unsigned)s.c, inner = (unsigned)(s.h * s.w), seed = seed_of(c);
    uint64_t n = (uint64_t)outer * inner, inner_stride = by.w;         /* rows follow each other without a gap */

    launch(c, "contract_channel", blocks_for(n), ((struct grid){ BLOCK, 1, 1 }), &t, &format, &out, &outer, &channels, &inner,
           &by.n, &by.c, &inner_stride, &seed, &bad);
}

/* The filters of w[k][c][r][s] contracted: one sum for each of c, r, s. */
static void contract_filters(struct dnn *d, struct dnn_shape s, CUdeviceptr w, CUdeviceptr out, CUdeviceptr bad)
{
    struct child *c = d->child;
    struct strides by = strides_of(d->kind, s);
    unsigned format = d->kind.type, outer = (unsigned)s.c, channels = (unsigned)s.n, inner = (unsigned)(s.h * s.w), seed = seed_of(c);
    uint64_t n = (uint64_t)outer * inner, inner_stride = by.w;

    launch(c, "contract_channel", blocks_for(n), ((struct grid){ BLOCK, 1, 1 }), &w, &format, &out, &outer, &channels, &inner,
           &by.c, &by.n, &inner_stride, &seed, &bad);
}

static uint64_t *correlate_one(struct dnn *d, struct dnn_shape s, CUdeviceptr t, const uint64_t *filter, int r, int pad, size_t n)
{
    struct child *c = d->child;
    struct strides by = strides_of(d->kind, s);
    unsigned format = d->kind.type, un = (unsigned)s.n, uc = (unsigned)s.c, uh = (unsigned)s.h, uw = (unsigned)s.w, ur = (unsigned)r, up = (unsigned)pad;
    size_t bytes = (size_t)s.c * (size_t)r * (size_t)r * sizeof *filter;
    CUdeviceptr out = zeros(c, n), f = device_buffer(c, bytes);

    device_upload(c, f, filter, bytes);
    launch(c, "correlate_one", blocks_for(n), ((struct grid){ BLOCK, 1, 1 }), &t, &format, &f, &out, &un, &uc, &uh, &uw, &ur, &ur, &up,
           &by.n, &by.c, &by.h, &by.w);
    return take(c, out, n);
}

static uint64_t *correlate_filter(struct dnn *d, const struct conv_shape *s, CUdeviceptr x, CUdeviceptr one, size_t n)
{
    struct child *c = d->child;
    struct strides by = strides_of(d->kind, (struct dnn_shape){ s->n, s->c, s->h, s->w });
    unsigned format = d->kind.type, un = (unsigned)s->n, uh = (unsigned)s->h, uw = (unsigned)s->w, ur = (unsigned)s->r, up = (unsigned)s->pad;
    CUdeviceptr out = zeros(c, n);

    launch(c, "correlate_filter", ((struct grid){ (unsigned)n, 1, 1 }), ((struct grid){ BLOCK, 1, 1 }), &x, &format, &one, &out,
           &un, &uh, &uw, &ur, &ur, &up, &by.n, &by.c, &by.h, &by.w);
    return take(c, out, n);
}

/* ---- One filter that stands for all ---- */

static uint64_t weighted(float v, uint64_t seed, int channel)
{
    return (uint64_t)((int64_t)v * odd_weight((unsigned)seed, (unsigned)channel));
}

/* [c][r][s]: what stands for all k. */
static uint64_t *over_filters(struct child *c, const struct conv_data *d)
{
    size_t n = (size_t)(d->shape.c * d->shape.r * d->shape.s);
    uint64_t *one = host_buffer(c, n * sizeof *one);

    for (size_t i = 0; i < conv_count_w(&d->shape); i++)
        one[i % n] += weighted(d->w[i], c->seed, (int)(i / n));
    return one;
}

/* [k][r][s]: what stands for all c, turned round, for the gradient of the image correlates with that. */
static uint64_t *over_channels(struct child *c, const struct conv_data *d)
{
    size_t filter = (size_t)(d->shape.r * d->shape.s), channels = (size_t)d->shape.c;
    uint64_t *one = host_buffer(c, (size_t)d->shape.k * filter * sizeof *one);

    for (size_t i = 0; i < conv_count_w(&d->shape); i++)
        one[i / filter / channels * filter + filter - 1 - i % filter] += weighted(d->w[i], c->seed, (int)(i / filter % channels));
    return one;
}

static size_t count(struct dnn_sums *s, int a, int b, int c)
{
    s->dims[0] = a;
    s->dims[1] = b;
    s->dims[2] = c;
    return s->n = (size_t)a * (size_t)b * (size_t)c;
}

/* A stride leaves out what lies between: of all sums, those that it reaches. */
static uint64_t *correlate_strided(struct dnn *d, const struct dnn_conv *v, CUdeviceptr x, const uint64_t *filter, size_t n)
{
    const struct conv_shape *s = &v->shape;
    const size_t rows = (size_t)(s->h + 2 * s->pad - s->r + 1), columns = (size_t)(s->w + 2 * s->pad - s->s + 1), step = (size_t)s->stride;
    const size_t p = (size_t)s->p, q = (size_t)s->q;
    uint64_t *all = correlate_one(d, dnn_conv_x(v), x, filter, s->r, s->pad, (size_t)s->n * rows * columns);

    for (size_t i = 0; i < n; i++)          /* never from before where it goes to */
        all[i] = all[(i / q / p * rows + i / q % p * step) * columns + i % q * step];
    return all;
}

void dnn_sums_expect(struct dnn *d, const struct dnn_conv *v, const struct conv_data *data, CUdeviceptr x, CUdeviceptr y, struct dnn_sums *s)
{
    struct child *c = d->child;
    const struct conv_shape *shape = &v->shape;
    CUdeviceptr one;

    s->bad = zeros(c, 1);
    switch (v->way) {
    case CONV_FORWARD:
        s->expected = correlate_strided(d, v, x, over_filters(c, data), count(s, shape->n, shape->p, shape->q));
        break;
    case CONV_BACKWARD_DATA:
        s->expected = correlate_one(d, dnn_conv_y(v), y, over_channels(c, data), shape->r, shape->r - 1 - shape->pad, count(s, shape->n, shape->h, shape->w));
        break;
    case CONV_BACKWARD_FILTER:
        one = device_buffer(c, (size_t)shape->n * (size_t)(shape->p * shape->q) * sizeof(uint64_t));
        contract(d, dnn_conv_y(v), y, one, s->bad);
        s->expected = correlate_filter(d, shape, x, one, count(s, shape->c, shape->r, shape->s));
        break;
    }
    s->found = device_buffer(c, s->n * sizeof(uint64_t));
}

struct found { size_t wrong, first, not_integers; };

static struct found check(struct dnn *d, const struct dnn_conv *v, const struct dnn_sums *s, CUdeviceptr output)
{
    struct child *c = d->child;
    struct found f = { 0, 0, 0 };
    const uint64_t *got, none = 0;

    device_upload(c, s->bad, &none, sizeof none);
    MUST(c, cuda, cuMemsetD8_v2(s->found, 0xFF, s->n * sizeof(uint64_t)));          /* a kernel that does nothing finds no agreement */
    if (v->way == CONV_BACKWARD_FILTER)
        contract_filters(d, dnn_conv_w(v), output, s->found, s->bad);
    else
        contract(d, dnn_conv_output(v), output, s->found, s->bad);
    got = take(c, s->found, s->n);
    for (size_t i = 0; i < s->n; i++)
        if (got[i] != s->expected[i]) {
            if (f.wrong == 0)
                f.first = i;
            f.wrong++;
        }
    f.not_integers = (size_t)take(c, s->bad, 1)[0];
    return f;
}

void dnn_sums_tell(struct dnn *d, const struct dnn_conv *v, const struct dnn_sums *s, CUdeviceptr output, const char *key)
{
    const int dims[] = { s->dims[0], s->dims[1], s->dims[2], 0 };
    struct found f = check(d, v, s, output);
    struct child *c = d->child;
    char index[96];

    if (f.wrong + f.not_integers > 0) {
        compare_index_text(index, sizeof index, f.first, dims);
        saw_text(c, "first_sum", "%s: first at %s, over all %s; %zu elements are no integers", key, index,
                 v->way == CONV_BACKWARD_FILTER ? "filters" : "channels", f.not_integers);
    }
    saw_num(c, text_make(&c->arena, "wrong_sums.%s", key), "", (double)(f.wrong + (f.wrong == 0 && f.not_integers > 0)));
}
