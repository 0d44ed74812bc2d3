#include "network.h"

#include <math.h>

#include "base/text.h"
#include "math/compare.h"

static const struct part { const char *name; int at, count; } parts[] = {
    { "w1", CNN_AT_W1, CNN_W1 }, { "b1", CNN_AT_B1, CNN_B1 }, { "w2", CNN_AT_W2, CNN_W2 },
    { "b2", CNN_AT_B2, CNN_B2 }, { "w3", CNN_AT_W3, CNN_W3 }, { "b3", CNN_AT_B3, CNN_B3 },
};

/* In TF32 against the multiple that fits best, and how far that is from 1: "gradient.w1.scale_off". */
static void compare_gradient(struct child *c, const struct part *part, const float *got, const double *expected, bool tf32)
{
    const char *key = text_make(&c->arena, "gradient.%s", part->name);
    const double scale = tf32 ? compare_scale(got, expected, (size_t)part->count) : 1;
    double *fitted = host_buffer(c, (size_t)part->count * sizeof *fitted);

    for (int i = 0; i < part->count; i++)
        fitted[i] = isfinite(scale) ? scale * expected[i] : expected[i];
    compare_close(c, key, got, fitted, (const int[]){ part->count, 0 }, cnn_gradient_limit(tf32));
    if (tf32)
        saw_num(c, text_make(&c->arena, "%s.scale_off", key), "", isfinite(scale) ? fabs(scale - 1) : (double)INFINITY);
}

/* The gradient of the weights to begin with. */
static double *reference(struct network *n, const struct cnn_training *t)
{
    struct child *c = n->c;
    const struct cnn_sides sides = { network_download(n, n->y_conv, (size_t)n->batch * CNN_K * CNN_P * CNN_P), network_download(n, n->y_hidden, (size_t)n->batch * CNN_HIDDEN) };
    double *w = host_buffer(c, CNN_PARAMETERS * sizeof *w), *expected = host_buffer(c, CNN_PARAMETERS * sizeof *expected);

    for (int i = 0; i < CNN_PARAMETERS; i++)
        w[i] = (double)t->parameters[i];
    cnn_loss(w, n->batch, t->x, t->labels, &sides, NULL, expected);
    return expected;
}

void network_compare_gradients(struct network *n, const struct cnn_training *t)
{
    const float *got = network_download(n, n->gradient, CNN_PARAMETERS);
    const double *expected = reference(n, t);

    for (size_t i = 0; i < COUNT_OF(parts); i++)
        compare_gradient(n->c, &parts[i], got + parts[i].at, expected + parts[i].at, n->tf32);
}

void network_compare_weights(struct network *n, const struct cnn_training *t, float rate)
{
    double *expected = reference(n, t);

    for (int i = 0; i < CNN_PARAMETERS; i++)
        expected[i] = (double)t->parameters[i] - (double)rate * expected[i];
    compare_close(n->c, "weights", network_download(n, n->parameters, CNN_PARAMETERS), expected, (const int[]){ CNN_PARAMETERS, 0 }, cnn_step_limit(n->tf32));
}
