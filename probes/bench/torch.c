/* bench.torch.cnn - how many images a second the SimpleCNN does by PyTorch's own operations, as a program gets them that calls one after
 * another: in fp32, without gradients, 64 images at a time. Beside bench.cnn.forward, which makes the same calls of cuDNN and cuBLAS
 * itself, it tells what is PyTorch's share of the time. */
#include "child/pace/pace.h"

#include "probes/torch/network.h"

struct work { struct torch_network network; AtenTensorHandle logits; };

/* Keeps the last logits alone. */
static void forward(struct child *c, void *arg)
{
    struct work *k = arg;

    (void)c;
    if (k->logits != NULL)
        torch_drop(k->network.torch, k->logits);
    k->logits = torch_network_forward(&k->network);
}

static const int dims[] = { CNN_N, CNN_CLASSES, 0 };

/* What the last of the measured passes left. */
static void measure(struct torch *t, float *logits)
{
    struct child *c = t->child;
    struct cnn_layers expected;
    struct work k = { .logits = NULL };
    struct cnn_data d;
    struct pace p;

    cnn_make_random(&d, &expected, &c->arena, c->seed);
    torch_network_begin(&k.network, t, &d);
    forward(c, &k);
    p = pace_measure(c, forward, &k);
    saw_rate(c, &p, CNN_N, "images/s");
    torch_network_take(&k.network, k.logits, logits);
    compare_close(c, "random", logits, expected.logits, dims, cnn_nmse_limit());
    torch_network_end(&k.network);
}

/* PyTorch gives the same memory again: other data show what an operation did not write. */
static void prove(struct torch *t, float *logits)
{
    struct child *c = t->child;
    struct torch_network n;
    struct cnn_layers expected;
    struct cnn_data d;

    if (!cnn_make_integers(&d, &expected, &c->arena, c->seed, &c->err))
        stop_ours(c, "%s", c->err.text);
    torch_network_begin(&n, t, &d);
    torch_network_take(&n, torch_network_forward(&n), logits);
    torch_network_judge_integers(t, logits, expected.logits);
    torch_network_end(&n);
}

static void run(struct child *c)
{
    float *logits = host_buffer(c, CNN_LOGITS * sizeof *logits);
    struct torch t;

    torch_begin(&t, c, true);
    if (t.route == TORCH_MANGLED)
        stop_unsupported(c, "this libtorch is older than 2.3: by the names that it exports no tensor can be given back, and thousands are made while it is measured");
    measure(&t, logits);
    prove(&t, logits);
    torch_saw_route(&t);
    saw_num(c, "seed", "", (double)c->seed);
}

extern const struct probe probe_torch_cnn;

const struct probe probe_bench_torch_cnn = {
    .name     = "bench.torch.cnn",
    .claim    = "How many images a second a small network does by PyTorch's own operations is known, of logits that are right.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT,
    .stacks   = ON_TORCH,
    .library  = "torch_cpu",
    .rests_on = { &probe_torch_cnn },
    .may_skip = true,
    .level    = LEVEL_FULL,
    .measures = "rate",
    .besides_ms = 1500,
    .expects  = (const struct expect[]){
        { .key = "random.nmse_ratio", .bound = AT_MOST, .number = 1, .sentence = "what was measured did not do its work: the error of its logits is %s times what fp32 may show",
          .detail = "random.first", .source = "math/cnn.h" },
        { .key = "integers.wrong", .bound = EQUALS, .number = 0, .sentence = "what was measured did not do its work: %s of 640 logits differ on integer data",
          .detail = "integers.first" },
        { .key = "rate", .bound = AT_LEAST, .number = 0, .sentence = "the rate is no number above 0: %s" },
        { .key = NULL },
    },
    .run      = run,
};
