/* cnn.train, cnn.train.tf32, cnn.train.repeat, cnn.train.long - the SimpleCNN's
 * training on cuDNN and cuBLAS: the first gradients and twenty losses against the
 * reference in double precision, the same bits a second time, and that it learns. */
#include "network.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "math/compare.h"

enum { FOLLOWED = 20, LONG = 300 };

#define RATE 0.015625f          /* exact in fp32, and small enough that a difference of TF32 does not grow much in 20 steps */

static void begin(struct child *c, struct network *n, struct cnn_training *t, bool tf32)
{
    if (tf32 && c->cc < 80)
        stop_unsupported(c, "TF32 needs compute capability 8.0; this GPU has %d.%d", c->cc / 10, c->cc % 10);
    cnn_training_make(t, &c->arena, c->seed);
    network_begin(n, c, tf32, CNN_BATCH);
    saw_text(c, "algorithms", "%s, %s", dnn_algo_key(c, CONV_FORWARD, n->forward_algo), dnn_algo_key(c, CONV_BACKWARD_FILTER, n->filter_algo));
    saw_num(c, "seed", "", (double)c->seed);
}

/* The largest difference of a loss, relative to the reference's. */
static void compare_losses(struct child *c, const double *got, const double *expected)
{
    double worst = 0;
    int at = 0;

    for (int i = 0; i < FOLLOWED; i++) {
        double off = fabs(got[i] - expected[i]) / expected[i];

        if (!(off <= worst)) {
            worst = isnan(off) ? INFINITY : off;
            at = i;
        }
    }
    saw_num(c, "loss.first", "", got[0]);
    saw_num(c, "loss.last", "", got[FOLLOWED - 1]);
    saw_text(c, "loss.worst", "step %d: %.9g, expected %.9g", at, got[at], expected[at]);
    saw_num(c, "loss.off", "", worst);
}

static void follow(struct child *c, bool tf32)
{
    double got[FOLLOWED], expected[FOLLOWED];
    struct cnn_training t;
    struct network n;

    begin(c, &n, &t, tf32);
    network_reset(&n, &t);
    for (int step = 0; step < FOLLOWED; step++) {
        got[step] = network_step(&n, &t, step % CNN_BATCHES, RATE);
        if (step > 0)
            continue;
        network_compare_gradients(&n, &t);
        network_compare_weights(&n, &t, RATE);
    }
    cnn_train(&t, FOLLOWED, (double)RATE, expected);
    compare_losses(c, got, expected);
    network_end(&n);
}

static void run(struct child *c)
{
    follow(c, false);
}

static void run_tf32(struct child *c)
{
    follow(c, true);
}

static void run_repeat(struct child *c)
{
    enum { STEPS = 12 };
    float *first = NULL, *again = NULL;
    struct cnn_training t;
    struct network n;
    size_t differ = 0;

    begin(c, &n, &t, false);
    for (int round = 0; round < 2; round++) {
        network_reset(&n, &t);
        for (int step = 0; step < STEPS; step++)
            network_step(&n, &t, step % CNN_BATCHES, RATE);
        first = again;
        again = network_download(&n, n.parameters, CNN_PARAMETERS);
    }
    for (size_t i = 0; i < CNN_PARAMETERS; i++)
        differ += memcmp(&first[i], &again[i], sizeof *first) != 0 || !isfinite(first[i]);
    child_verified(c, 1);
    saw_num(c, "weights.compared", "", CNN_PARAMETERS);
    saw_num(c, "weights.unequal", "", (double)differ);
    network_end(&n);
}

static void run_long(struct child *c)
{
    struct cnn_training t;
    struct network n;
    double first = 0, last = 0;

    begin(c, &n, &t, false);
    network_reset(&n, &t);
    /* Over all batches, so that none that is easier than others counts for all. */
    for (int step = 0; step < LONG; step++) {
        double loss = network_step(&n, &t, step % CNN_BATCHES, RATE);

        first += step < CNN_BATCHES ? loss / CNN_BATCHES : 0;
        last += step >= LONG - CNN_BATCHES ? loss / CNN_BATCHES : 0;
    }
    saw_num(c, "loss.first", "", first);
    saw_num(c, "loss.last", "", last);
    saw_num(c, "loss.ratio", "", last / first);
    network_end(&n);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

#define FOLLOWS(loss) \
    NETWORK_BOUNDS, \
    { .key = "loss.off", .bound = AT_MOST, .number = loss, .sentence = "a loss of the first 20 steps is off by %s of it", .detail = "loss.worst", .source = "math/cnn_train.h" }

#define TRAINING(identifier, title, says, ...) \
    const struct probe probe_cnn_##identifier = { \
        .name     = title, \
        .claim    = says, \
        .scope    = SCOPE_STACK_DEVICE, \
        .needs    = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT, \
        .stacks   = ON_ANY_STACK, \
        .library  = "cudnn", \
        .rests_on = { &probe_stack_loads, &probe_cuda_launch }, \
        __VA_ARGS__ \
    };

TRAINING(train, "cnn.train", "The network's training on cuDNN and cuBLAS follows the reference: its first gradients, and the loss of 20 steps.",
         .expects = (const struct expect[]){ FOLLOWS(CNN_LOSS_OFF_FP32), { .key = NULL } },
         .run = run)

TRAINING(train_tf32, "cnn.train.tf32", "The network's training in TF32 follows the reference as closely as TF32 can.",
         .may_skip = true,
         .expects = (const struct expect[]){ FOLLOWS(CNN_LOSS_OFF_TF32), { .key = NULL } },
         .run = run_tf32)

TRAINING(train_repeat, "cnn.train.repeat", "Two trainings by deterministic algorithms end in the same bits.",
         .expects = (const struct expect[]){
             { .key = "weights.unequal", .bound = EQUALS, .number = 0, .sentence = "%s of 49920 weights differ between two trainings from the same beginning" },
             { .key = NULL },
         },
         .run = run_repeat)

TRAINING(train_long, "cnn.train.long", "300 steps of training bring the loss below half of what it was.",
         .level = LEVEL_FULL,
         .expects = (const struct expect[]){
             { .key = "loss.ratio", .bound = AT_MOST, .number = 0.5, .sentence = "300 steps of training brought the loss to %s of what it was", .source = "math/cnn_train.h" },
             { .key = NULL },
         },
         .run = run_long)
