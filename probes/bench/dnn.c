/* bench.dnn.resnet50.* - how fast cuDNN convolves: five layers that stand for ResNet-50's (K. He et al., "Deep residual
 * learning for image recognition", 2015, table 1), forward, one after another, each in the faster layout and by the fastest of the
 * algorithms that only add and multiply: a share of the peak says nothing of others, and integers show whether these did their work. */
#include "child/pace/pace.h"

#include "base/text.h"
#include "child/dnn/sums.h"
#include "math/random.h"

enum {
    IMAGES_MOST = 64,
    IMAGES      = 3,            /* that are not like one another; a prime, so that no tile of images begins with the same one again */
    FEW_SMS     = 8,            /* fewer have a quarter of the channels and of the rows, */
    ROWS_LEAST  = 7,            /* but not fewer than these */
    LOOK_MS     = 1,            /* which events can tell apart, */
    SHOTS       = 2,            /* so often */
    LAYERS      = 5,
};

static const struct { const char *name; struct conv_shape shape; } table[LAYERS] = {
    { "7x7_stem",     { .c = 3,   .h = 224, .k = 64,   .r = 7, .pad = 3, .stride = 2 } },
    { "1x1_256_64",   { .c = 256, .h = 56,  .k = 64,   .r = 1, .pad = 0, .stride = 1 } },
    { "3x3_64_64",    { .c = 64,  .h = 56,  .k = 64,   .r = 3, .pad = 1, .stride = 1 } },
    { "3x3_256_256",  { .c = 256, .h = 14,  .k = 256,  .r = 3, .pad = 1, .stride = 1 } },
    { "1x1_512_2048", { .c = 512, .h = 7,   .k = 2048, .r = 1, .pad = 0, .stride = 1 } },
};

struct layer {
    const char       *name;
    struct conv_shape shape;
    struct dnn_kind   kind;
    struct dnn_conv   conv;             /* in that kind */
    struct dnn_algo   algo;
    double            ms;               /* of one call, by a quick look; 0: nothing was found yet */
    CUdeviceptr       x, w, y;
};

struct work { struct child *c; struct dnn dnn; struct layer layers[LAYERS]; };

struct one { struct work *work; struct layer *layer; };

static double operations(const struct conv_shape *s)
{
    return 2.0 * (double)conv_count_y(s) * conv_terms(s, CONV_FORWARD);
}

static double rate(const struct layer *l)
{
    return operations(&l->shape) / l->ms / 1e9;
}

/* ---- Shapes: the same on all GPUs but for the number of images, where there is room ---- */

static struct conv_shape shape_of(struct conv_shape s, int images, int sms)
{
    s.n = images;
    if (sms < FEW_SMS) {
        s.c = s.c > IMAGES ? s.c / 4 : s.c;
        s.k /= 4;
        s.h = s.h / 4 > ROWS_LEAST ? s.h / 4 : ROWS_LEAST;
    }
    s.w = s.h;
    s.s = s.r;
    conv_fill_shape(&s);
    return s;
}

/* With the sums by which its results are looked at, and as much again. */
static bool fits(struct child *c, enum number type, int images, int sms)
{
    double bytes = 0;

    for (int i = 0; i < LAYERS; i++) {
        const struct conv_shape s = shape_of(table[i].shape, images, sms);

        bytes += (double)(conv_count_x(&s) + conv_count_w(&s) + conv_count_y(&s)) * (double)number_bytes(type);
        bytes += 8.0 * s.n * (s.h + 2 * s.pad) * (s.w + 2 * s.pad) * 2;
    }
    return 2 * bytes < (double)device_room(c);
}

static int images_for(struct child *c, enum number type, int sms)
{
    int n = 1;

    while (n < IMAGES_MOST && 2 * n <= sms && fits(c, type, 2 * n, sms))
        n *= 2;
    return n;
}

static void make_layers(struct work *k)
{
    struct child *c = k->c;
    const struct dnn_kind kind = k->dnn.kind;
    const int sms = device_attribute(c, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT), images = images_for(c, kind.type, sms);

    for (int i = 0; i < LAYERS; i++) {
        const struct conv_shape s = shape_of(table[i].shape, images, sms);

        k->layers[i] = (struct layer){
            .name = table[i].name, .shape = s, .kind = kind,
            .x = device_buffer(c, conv_count_x(&s) * number_bytes(kind.type)), .w = device_buffer(c, conv_count_w(&s) * number_bytes(kind.type)),
            .y = device_buffer(c, conv_count_y(&s) * number_bytes(kind.type)),
        };
    }
    saw_num(c, "rate.images", "", images);
    saw_text(c, "rate.data", "%d images of random numbers%s", IMAGES, sms < FEW_SMS ? "; a quarter of the channels, and of the rows, for so few multiprocessors" : "");
}

/* ---- Data ---- */

/* So many different images again and again, and the filters. In either layout an image is in one piece. */
static void put(struct work *k, const struct layer *l, const struct conv_data *d)
{
    struct child *c = k->c;
    const struct conv_shape *s = &d->shape;
    const struct dnn_shape images = { s->n, s->c, s->h, s->w }, filters = { s->k, s->c, s->r, s->s };
    const size_t image = conv_count_x(s) / (size_t)s->n * number_bytes(l->kind.type), n = (size_t)l->shape.n;
    CUdeviceptr x, w;

    k->dnn.kind = l->kind;
    x = dnn_upload(&k->dnn, images, d->x);
    w = dnn_upload(&k->dnn, filters, d->w);
    for (size_t i = 0; i < n; i++)
        MUST(c, cuda, cuMemcpyDtoD_v2(l->x + i * image, x + i % (size_t)s->n * image, image));
    MUST(c, cuda, cuMemcpyDtoD_v2(l->w, w, conv_count_w(s) * number_bytes(l->kind.type)));
}

static struct conv_data data_for(const struct layer *l)
{
    struct conv_data d = { .shape = l->shape, .way = CONV_FORWARD };

    d.shape.n = d.shape.n < IMAGES ? d.shape.n : IMAGES;
    return d;
}

/* Zero mean and unit variance: full mantissas draw the power that a network's data draw. */
static void put_random(struct work *k, const struct layer *l)
{
    struct conv_data d = data_for(l);
    struct random r = { k->c->seed };

    d.x = host_buffer(k->c, conv_count_x(&d.shape) * sizeof *d.x);
    d.w = host_buffer(k->c, conv_count_w(&d.shape) * sizeof *d.w);
    for (size_t i = 0; i < conv_count_x(&d.shape); i++)
        d.x[i] = random_unit(&r);
    for (size_t i = 0; i < conv_count_w(&d.shape); i++)
        d.w[i] = random_unit(&r);
    put(k, l, &d);
}

/* ---- What is fastest ---- */

static bool queue(struct work *k, struct layer *l, struct dnn_conv *v, const struct dnn_algo *algo)
{
    return dnn_conv_queue(&k->dnn, v, algo, l->x, l->w, l->y);
}

static void convolve(struct work *k, struct layer *l)
{
    if (!queue(k, l, &l->conv, &l->algo))
        stop_load(k->c, "%s: cuDNN supports %s once, and then no more", l->name, dnn_algo_name(CONV_FORWARD, l->algo.algo));
}

static void convolve_one(struct child *c, void *arg)
{
    const struct one *one = arg;

    (void)c;
    convolve(one->work, one->layer);
}

/* By one algorithm of `candidate`, which becomes `best` if it is faster. */
static void try_algorithm(struct work *k, struct layer *candidate, struct layer *best, const struct dnn_algo *algo)
{
    if (dnn_algo_family(CONV_FORWARD, algo->algo) != CONV_EXACT || !queue(k, candidate, &candidate->conv, algo))
        return;
    candidate->algo = *algo;
    candidate->ms = pace_look(k->c, convolve_one, &(struct one){ k, candidate }, LOOK_MS, SHOTS);
    if (best->ms == 0 || candidate->ms < best->ms)
        *best = *candidate;
}

static void choose(struct work *k, struct layer *best)
{
    struct child *c = k->c;

    put_random(k, best);
    for (int nhwc = 1; nhwc >= 0; nhwc--) {
        struct layer candidate = *best, before = *best;

        k->dnn.kind.nhwc = candidate.kind.nhwc = nhwc;
        dnn_conv_begin(&k->dnn, &candidate.conv, best->shape, CONV_FORWARD);
        for (size_t i = 0; i < candidate.conv.n_algos; i++)
            try_algorithm(k, &candidate, best, &candidate.conv.algos[i]);
        if (best->ms == before.ms)
            dnn_conv_end(&k->dnn, &candidate.conv);
        else if (before.ms > 0)
            dnn_conv_end(&k->dnn, &before.conv);
    }
    if (best->ms == 0)
        stop_unsupported(c, "cuDNN offers no %s algorithm for %s that only adds and multiplies", number_name(best->kind.type), best->name);
    saw_num(c, text_make(&c->arena, "rate.%s", best->name), "TFLOP/s", rate(best));
    saw_text(c, text_make(&c->arena, "rate.%s.way", best->name), "%s, %s", dnn_layout_name(best->kind), dnn_algo_key(c, CONV_FORWARD, &best->algo));
}

/* ---- The trial ---- */

static void pass(struct child *c, void *arg)
{
    struct work *k = arg;

    (void)c;
    for (int i = 0; i < LAYERS; i++)
        convolve(k, &k->layers[i]);
}

/* The same algorithm at the same shape, on numbers whose result is known. */
static void prove(struct work *k, struct layer *l)
{
    struct child *c = k->c;
    struct conv_data d = data_for(l);
    struct dnn_sums sums;

    if (!conv_fill_integers(&d, l->kind.type, &c->arena, c->seed, &c->err))
        stop_ours(c, "%s", c->err.text);
    put(k, l, &d);
    dnn_sums_expect(&k->dnn, &l->conv, &d, l->x, l->y, &sums);
    dnn_poison(&k->dnn, l->y, dnn_conv_y(&l->conv));
    convolve(k, l);
    dnn_sums_tell(&k->dnn, &l->conv, &sums, l->y, l->name);
    dnn_conv_end(&k->dnn, &l->conv);
    child_verified(c, 1);
}

static void run(struct child *c, enum number type)
{
    struct work *k = host_buffer(c, sizeof *k);
    double all = 0;
    struct pace p;

    k->c = c;
    dnn_begin(&k->dnn, c, (struct dnn_kind){ type, true });
    make_layers(k);
    for (int i = 0; i < LAYERS; i++) {
        choose(k, &k->layers[i]);
        all += operations(&k->layers[i].shape);
    }
    p = pace_measure(c, pass, k);
    saw_rate(c, &p, all, "TFLOP/s");
    for (int i = 0; i < LAYERS; i++)
        prove(k, &k->layers[i]);
    saw_num(c, "seed", "", (double)c->seed);
    dnn_end(&k->dnn);
}

static const struct expect bounds[] = {
    { .key = "wrong_sums.*", .bound = EQUALS, .number = 0, .sentence = "what was measured did not do its work: %s sums over the channels of its result are wrong", .detail = "first_sum" },
    { .key = "rate", .bound = AT_LEAST, .number = 0, .sentence = "the rate is no number above 0: %s" },
    { .key = NULL },
};

#define CONVOLUTIONS(id, type, from, limit) \
    static void run_##id(struct child *c) { run(c, type); } \
    extern const struct probe probe_dnn_conv_##id; \
    const struct probe probe_bench_dnn_resnet50_##id = { \
        .name = "bench.dnn.resnet50." #id, .claim = "cuDNN computes ResNet-50's convolutions in " #id " as fast as the GPU's model does.", \
        .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS, .stacks = ON_ANY_STACK, \
        .library = "cudnn", .rests_on = { &probe_dnn_conv_##id }, .may_skip = true, .once = true, .cc_from = from, \
        .level = LEVEL_FULL, .measures = "rate", .besides_ms = 1500, .peak = limit, .expects = bounds, .run = run_##id, \
    };

CONVOLUTIONS(fp16, NUMBER_FP16, 0, PEAK_FP16)
CONVOLUTIONS(tf32, NUMBER_TF32, 80, PEAK_TF32)
