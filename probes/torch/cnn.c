/* torch.cnn - the SimpleCNN forward by the installed PyTorch's own operations:
 * on the CPU, and again on each GPU. */
#include "child/child.h"

#include "child/torch/torch.h"
#include "math/cnn.h"
#include "math/compare.h"

static AtenTensorHandle upload(struct torch *t, float *data, int64_t a, int64_t b, int64_t c, int64_t d)
{
    const int64_t sizes[4] = { a, b, c, d };

    return torch_from_host(t, data, b == 0 ? 1 : c == 0 ? 2 : 4, sizes);
}

static void forward(struct torch *t, const struct cnn_data *d, float *logits)
{
    static const int64_t sizes[2] = { CNN_N, CNN_CLASSES };
    AtenTensorHandle x = upload(t, d->x, CNN_N, CNN_C, CNN_HW, CNN_HW), w1 = upload(t, d->w1, CNN_K, CNN_C, CNN_R, CNN_R);
    AtenTensorHandle b1 = upload(t, d->b1, CNN_B1, 0, 0, 0), w2 = upload(t, d->w2, CNN_HIDDEN, CNN_FEATURES, 0, 0);
    AtenTensorHandle b2 = upload(t, d->b2, CNN_B2, 0, 0, 0), w3 = upload(t, d->w3, CNN_CLASSES, CNN_HIDDEN, 0, 0);
    AtenTensorHandle b3 = upload(t, d->b3, CNN_B3, 0, 0, 0);
    AtenTensorHandle y[7];

    y[0] = torch_conv2d(t, x, w1, b1);
    y[1] = torch_relu(t, y[0]);
    y[2] = torch_max_pool2d(t, y[1]);
    y[3] = torch_view(t, y[2], CNN_N, CNN_FEATURES);
    y[4] = torch_linear(t, y[3], w2, b2, CNN_N, CNN_FEATURES, CNN_HIDDEN);
    y[5] = torch_relu(t, y[4]);
    y[6] = torch_linear(t, y[5], w3, b3, CNN_N, CNN_HIDDEN, CNN_CLASSES);
    torch_to_host(t, y[6], logits, 2, sizes);
    for (size_t i = 0; i < COUNT_OF(y); i++)
        torch_drop(t, y[i]);
    for (size_t i = 0; i < 7; i++)
        torch_drop(t, (AtenTensorHandle[]){ x, w1, b1, w2, b2, w3, b3 }[i]);
}

static const int dims[] = { CNN_N, CNN_CLASSES, 0 };

/* Which algorithm cuDNN convolves by is its choice. One that goes by fractions (Winograd, FFT) is not exact on integers, and
 * is right: its error is that of fp32. A single logit that is off by one is far outside that, for all of them are below 2^12. */
static void judge_integers(struct torch *t, const float *logits, const double *expected)
{
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

static void run(struct child *c)
{
    float *logits = host_buffer(c, CNN_LOGITS * sizeof *logits);
    struct cnn_layers expected;
    struct cnn_data d;
    struct torch t;

    torch_begin(&t, c, c->device_uuid != NULL);
    if (!cnn_make_integers(&d, &expected, &c->arena, c->seed, &c->err))
        stop_ours(c, "%s", c->err.text);
    forward(&t, &d, logits);
    judge_integers(&t, logits, expected.logits);
    cnn_make_random(&d, &expected, &c->arena, c->seed);
    forward(&t, &d, logits);
    compare_close(c, "random", logits, expected.logits, dims, cnn_nmse_limit());
    torch_saw_route(&t);
    saw_num(c, "seed", "", (double)c->seed);
}

extern const struct probe probe_stack_loads, probe_cuda_context;

const struct probe probe_torch_cnn = {
    .name     = "torch.cnn",
    .claim    = "PyTorch's own operations compute a small convolutional network right.",
    .scope    = SCOPE_STACK_CPU_DEVICE,
    .needs    = NEEDS_STACK,
    .stacks   = ON_TORCH,
    .library  = "torch_cpu",
    .rests_on = { &probe_stack_loads, &probe_cuda_context },
    .may_skip = true,
    .way      = "through libtorch",
    .expects  = (const struct expect[]){
        { .key = "integers.wrong", .bound = EQUALS, .number = 0, .sentence = "%s of 640 logits differ on integer data, which is exact in any order",
          .detail = "integers.first" },
        { .key = "random.nmse_ratio", .bound = AT_MOST, .number = 1, .sentence = "the error on random data is %s times what fp32 may show",
          .detail = "random.first", .source = "math/cnn.h" },
        { .key = NULL },
    },
    .run      = run,
};
