/* torch.cnn - the SimpleCNN forward by the installed PyTorch's own operations:
 * on the CPU, and again on each GPU. */
#include "network.h"

static void forward(struct torch *t, const struct cnn_data *d, float *logits)
{
    struct torch_network n;

    torch_network_begin(&n, t, d);
    torch_network_take(&n, torch_network_forward(&n), logits);
    torch_network_end(&n);
}

static const int dims[] = { CNN_N, CNN_CLASSES, 0 };

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
    torch_network_judge_integers(&t, logits, expected.logits);
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
