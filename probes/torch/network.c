#include "network.h"

#include "math/compare.h"

static AtenTensorHandle upload(struct torch *t, float *data, int64_t a, int64_t b, int64_t c, int64_t d)
{
    const int64_t sizes[4] = { a, b, c, d };

    return torch_from_host(t, data, b == 0 ? 1 : c == 0 ? 2 : 4, sizes);
}

void torch_network_begin(struct torch_network *n, struct torch *t, const struct cnn_data *d)
{
    *n = (struct torch_network){
        .torch = t,
        .x = upload(t, d->x, CNN_N, CNN_C, CNN_HW, CNN_HW), .w1 = upload(t, d->w1, CNN_K, CNN_C, CNN_R, CNN_R), .b1 = upload(t, d->b1, CNN_B1, 0, 0, 0),
        .w2 = upload(t, d->w2, CNN_HIDDEN, CNN_FEATURES, 0, 0), .b2 = upload(t, d->b2, CNN_B2, 0, 0, 0),
        .w3 = upload(t, d->w3, CNN_CLASSES, CNN_HIDDEN, 0, 0), .b3 = upload(t, d->b3, CNN_B3, 0, 0, 0),
    };
}

void torch_network_end(struct torch_network *n)
{
    for (size_t i = 0; i < 7; i++)
        torch_drop(n->torch, (AtenTensorHandle[]){ n->x, n->w1, n->b1, n->w2, n->b2, n->w3, n->b3 }[i]);
}

AtenTensorHandle torch_network_forward(const struct torch_network *n)
{
    struct torch *t = n->torch;
    AtenTensorHandle y[6], logits;

    y[0] = torch_conv2d(t, n->x, n->w1, n->b1);
    y[1] = torch_relu(t, y[0]);
    y[2] = torch_max_pool2d(t, y[1]);
    y[3] = torch_view(t, y[2], CNN_N, CNN_FEATURES);
    y[4] = torch_linear(t, y[3], n->w2, n->b2, CNN_N, CNN_FEATURES, CNN_HIDDEN);
    y[5] = torch_relu(t, y[4]);
    logits = torch_linear(t, y[5], n->w3, n->b3, CNN_N, CNN_HIDDEN, CNN_CLASSES);
    for (size_t i = 0; i < COUNT_OF(y); i++)
        torch_drop(t, y[i]);
    return logits;
}

void torch_network_take(struct torch_network *n, AtenTensorHandle logits, float *to)
{
    static const int64_t sizes[2] = { CNN_N, CNN_CLASSES };

    torch_to_host(n->torch, logits, to, 2, sizes);
    torch_drop(n->torch, logits);
}

/* Which algorithm cuDNN convolves by is its choice. One that goes by fractions (Winograd, FFT) is not exact on integers, and
 * is right: its error is that of fp32. A single logit that is off by one is far outside that, for all of them are below 2^12. */
void torch_network_judge_integers(struct torch *t, const float *logits, const double *expected)
{
    static const int dims[] = { CNN_N, CNN_CLASSES, 0 };
    struct child *c = t->child;
    const double nmse = compare_closely(logits, expected, CNN_LOGITS).nmse;

    if (!t->on_cuda || !(nmse > 0 && nmse <= cnn_nmse_limit())) {
        compare_exact(c, "integers", logits, expected, dims);
        return;
    }
    compare_close(c, "integers", logits, expected, dims, cnn_nmse_limit());
    saw_num(c, "integers.wrong", "", 0);
    saw_text(c, "integers.fractions", "cuDNN convolves by fractions here (Winograd, FFT): integers are held to what fp32 may show");
}
