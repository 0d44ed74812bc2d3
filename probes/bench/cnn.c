/* bench.cnn.forward, bench.cnn.train - how many images a second the SimpleCNN does on this stack's cuDNN and cuBLAS, in fp32 and 64 at a
 * time: with layers as small as these it is what launching costs that counts. Forward, a CUDA graph of the same calls and
 * TF32 are figures beside it. bench.torch.cnn is the same by PyTorch's own operations. */
#include "child/pace/pace.h"

#include "base/text.h"
#include "probes/cnn/network.h"

enum { ROW_MS = 50, SHOTS = 3, CHOICE_MS = 1, CHOICE_SHOTS = 2 };

#define STEP    0.015625f       /* of the step that is compared, as in cnn.train */
#define NO_STEP 0x1p-60f        /* while it is measured: no weight changes, so that all steps are alike and the last gradient is the first one's */

struct work { struct network n; CUstream stream; CUgraphExec graph; };

static void forward(struct child *c, void *arg)
{
    (void)c;
    network_forward(arg);
}

static void train(struct child *c, void *arg)
{
    (void)c;
    network_train(arg, NO_STEP);
}

static void play(struct child *c, void *arg)
{
    const struct work *k = arg;

    MUST(c, cuda, cuGraphLaunch(k->graph, NULL));
}

static double images_a_second(double ms)
{
    return CNN_N / ms * 1e3;
}

/* ---- What is fastest: of the algorithms that only add and multiply, for the others are not exact on integers ---- */

struct choice { struct network *n; struct dnn_conv *conv; const struct dnn_algo *algo; CUdeviceptr w, y; bool refused; };

static void convolve(struct child *c, void *arg)
{
    struct choice *choice = arg;

    (void)c;
    choice->refused |= !dnn_conv_queue(&choice->n->dnn, choice->conv, choice->algo, choice->n->x, choice->w, choice->y);
}

static const struct dnn_algo *choose(struct network *n, struct dnn_conv *conv, const struct dnn_algo *first, CUdeviceptr w, CUdeviceptr y)
{
    const struct dnn_algo *best = first;
    double shortest = 0;

    for (size_t i = 0; i < conv->n_algos; i++) {
        struct choice one = { n, conv, &conv->algos[i], w, y, false };
        double ms;

        if (dnn_algo_family(conv->way, one.algo->algo) != CONV_EXACT)
            continue;
        convolve(n->c, &one);
        if (one.refused)
            continue;
        ms = pace_look(n->c, convolve, &one, CHOICE_MS, CHOICE_SHOTS);
        if (shortest == 0 || ms < shortest) {
            shortest = ms;
            best = one.algo;
        }
    }
    return best;
}

/* ---- Forward ---- */

static void put(float *parameters, int at, const float *from, int n)
{
    for (int i = 0; i < n; i++)
        parameters[at + i] = from[i];
}

static void begin_forward(struct work *k, struct child *c, bool tf32, const struct cnn_data *d)
{
    struct network *n = &k->n;
    float *parameters = host_buffer(c, CNN_PARAMETERS * sizeof *parameters);

    *k = (struct work){ .stream = NULL };
    network_begin(n, c, tf32, CNN_N);
    put(parameters, CNN_AT_W1, d->w1, CNN_W1);
    put(parameters, CNN_AT_B1, d->b1, CNN_B1);
    put(parameters, CNN_AT_W2, d->w2, CNN_W2);
    put(parameters, CNN_AT_B2, d->b2, CNN_B2);
    put(parameters, CNN_AT_W3, d->w3, CNN_W3);
    put(parameters, CNN_AT_B3, d->b3, CNN_B3);
    device_upload(c, n->parameters, parameters, CNN_PARAMETERS * sizeof *parameters);
    device_upload(c, n->x, d->x, CNN_X * sizeof *d->x);
    n->forward_algo = choose(n, &n->conv, n->forward_algo, n->parameters + CNN_AT_W1 * sizeof(float), n->y_conv);
    network_forward(n);
}

/* Before something is measured: what it does not write is no result. */
static void forget(struct network *n)
{
    device_wait(n->c);
    dnn_poison(&n->dnn, n->y_conv, dnn_conv_y(&n->conv));
    dnn_poison(&n->dnn, n->y_pool, (struct dnn_shape){ n->batch, CNN_FEATURES, 1, 1 });
    dnn_poison(&n->dnn, n->y_hidden, (struct dnn_shape){ n->batch, CNN_HIDDEN, 1, 1 });
    dnn_poison(&n->dnn, n->y_last, (struct dnn_shape){ n->batch, CNN_CLASSES, 1, 1 });
    device_wait(n->c);
}

/* What the last of the measured calls left. */
static void compare(struct network *n, const char *key, const struct cnn_layers *expected)
{
    device_wait(n->c);
    compare_exact(n->c, key, network_download(n, n->y_last, CNN_LOGITS), expected->logits, (const int[]){ CNN_N, CNN_CLASSES, 0 });
}

static bool may_capture(const struct cuda *d)
{
    return d->cuStreamBeginCapture_v2 != NULL && d->cuGraphInstantiateWithFlags != NULL && d->cuStreamEndCapture != NULL
        && d->cuGraphLaunch != NULL && d->cuGraphExecDestroy != NULL && d->cuGraphDestroy != NULL;
}

static void use_stream(struct work *k, CUstream stream)
{
    struct child *c = k->n.c;

    MUST(c, cudnn, cudnnSetStream(k->n.dnn.handle, stream));
    MUST(c, cublas, cublasSetStream_v2(k->n.blas, stream));
}

/* A first pass on the stream has both libraries make ready what they must not make while it captures. */
static void capture(struct work *k)
{
    struct child *c = k->n.c;
    CUgraph graph;

    MUST(c, cuda, cuStreamCreate(&k->stream, CU_STREAM_NON_BLOCKING));
    use_stream(k, k->stream);
    network_forward(&k->n);
    device_wait(c);
    MUST(c, cuda, cuStreamBeginCapture_v2(k->stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    network_forward(&k->n);
    MUST(c, cuda, cuStreamEndCapture(k->stream, &graph));
    MUST(c, cuda, cuGraphInstantiateWithFlags(&k->graph, graph, 0));
    MUST(c, cuda, cuGraphDestroy(graph));
    use_stream(k, NULL);
}

static void look_at_graph(struct work *k, const struct cnn_layers *expected)
{
    struct child *c = k->n.c;

    if (!may_capture(&c->cuda)) {
        saw_text(c, "rate.graph.not", "this driver is older than CUDA 11.4 and has no cuGraphInstantiateWithFlags");
        return;
    }
    capture(k);
    forget(&k->n);
    play(c, k);
    saw_num(c, "rate.graph", "images/s", images_a_second(pace_look(c, play, k, ROW_MS, SHOTS)));
    compare(&k->n, "graph", expected);
    MUST(c, cuda, cuGraphExecDestroy(k->graph));
    MUST(c, cuda, cuStreamDestroy_v2(k->stream));
}

static void look_at_tf32(struct child *c, const struct cnn_data *d, const struct cnn_layers *expected)
{
    struct work k;

    begin_forward(&k, c, true, d);
    forget(&k.n);
    saw_num(c, "rate.tf32", "images/s", images_a_second(pace_look(c, forward, &k.n, ROW_MS, SHOTS)));
    compare(&k.n, "tf32", expected);
    network_end(&k.n);
}

static void run_forward(struct child *c)
{
    struct cnn_layers expected;
    struct cnn_data d;
    struct pace p;
    struct work k;

    if (!cnn_make_integers(&d, &expected, &c->arena, c->seed, &c->err))
        stop_ours(c, "%s", c->err.text);
    begin_forward(&k, c, false, &d);
    forget(&k.n);
    p = pace_measure(c, forward, &k.n);
    saw_rate(c, &p, CNN_N, "images/s");
    saw_text(c, "rate.way", "%s", dnn_algo_key(c, CONV_FORWARD, k.n.forward_algo));
    compare(&k.n, "logits", &expected);
    look_at_graph(&k, &expected);
    network_end(&k.n);
    if (c->cc >= 80)
        look_at_tf32(c, &d, &expected);
    saw_num(c, "seed", "", (double)c->seed);
}

/* ---- A training step ---- */

/* Gradients that nothing wrote are 0, and no gradient is. */
static void run_train(struct child *c)
{
    struct cnn_training t;
    struct network n;
    struct pace p;

    cnn_training_make(&t, &c->arena, c->seed);
    network_begin(&n, c, false, CNN_N);
    network_reset(&n, &t);
    network_load(&n, &t, 0);
    n.forward_algo = choose(&n, &n.conv, n.forward_algo, n.parameters + CNN_AT_W1 * sizeof(float), n.y_conv);
    network_train(&n, NO_STEP);
    n.filter_algo = choose(&n, &n.conv_filter, n.filter_algo, n.gradient + CNN_AT_W1 * sizeof(float), n.d_conv);
    device_wait(c);
    network_reset(&n, &t);
    p = pace_measure(c, train, &n);
    saw_rate(c, &p, CNN_N, "images/s");
    saw_text(c, "rate.way", "%s, %s", dnn_algo_key(c, CONV_FORWARD, n.forward_algo), dnn_algo_key(c, CONV_BACKWARD_FILTER, n.filter_algo));
    network_compare_gradients(&n, &t);
    network_reset(&n, &t);
    saw_num(c, "loss", "", network_step(&n, &t, 0, STEP));
    network_compare_weights(&n, &t, STEP);
    saw_num(c, "seed", "", (double)c->seed);
    network_end(&n);
}

/* ---- */

#define RATE { .key = "rate", .bound = AT_LEAST, .number = 0, .sentence = "the rate is no number above 0: %s" }

#define LOGITS(of, what, unless_left_out) \
    { .key = of ".wrong", .bound = EQUALS, .number = 0, .optional = unless_left_out, \
      .sentence = "what was measured did not do its work: %s of 640 logits " what "differ from the exact result", .detail = of ".first" }

extern const struct probe probe_cnn_simple, probe_cnn_train;

#define NETWORK(id, says, shown_by, ...) \
    const struct probe probe_bench_cnn_##id = { \
        .name = "bench.cnn." #id, .claim = says, \
        .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT, .stacks = ON_ANY_STACK, \
        .library = "cudnn", .rests_on = { &shown_by }, .may_skip = true, .once = true, \
        .level = LEVEL_FULL, .measures = "rate", .besides_ms = 1000, \
        .expects = (const struct expect[]){ __VA_ARGS__, RATE, { .key = NULL } }, .run = run_##id, \
    };

NETWORK(forward, "How many images a second a small network does on cuDNN and cuBLAS is known, of logits that are exact.", probe_cnn_simple,
        LOGITS("logits", "", false), LOGITS("graph", "of the CUDA graph ", true), LOGITS("tf32", "in TF32 ", true))
NETWORK(train, "How many images a second the same network learns from is known, of gradients that are right.", probe_cnn_train, NETWORK_BOUNDS)
