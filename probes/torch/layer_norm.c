/* torch.layer_norm - PyTorch's layer norm: on the CPU, and again on each GPU. */
#include "child/child.h"

#include "child/torch/ops.h"
#include "math/random.h"
#include "math/transformer.h"

enum { ROWS = 64, COLUMNS = 768 };

static const double epsilon = 1e-5;

static float *make(struct child *c, struct random *r, size_t n, double mean)
{
    float *v = host_buffer(c, n * sizeof *v);

    for (size_t i = 0; i < n; i++)
        v[i] = random_unit(r) + (float)mean;
    return v;
}

static void run(struct child *c)
{
    static const int64_t sizes[2] = { ROWS, COLUMNS }, row[1] = { COLUMNS };
    static const int dims[] = { ROWS, COLUMNS, 0 };
    struct random r = { c->seed };
    float *x = make(c, &r, ROWS * COLUMNS, 0), *scale = make(c, &r, COLUMNS, 1), *bias = make(c, &r, COLUMNS, 0);
    float *got = host_buffer(c, ROWS * COLUMNS * sizeof *got);
    double *expected = host_buffer(c, ROWS * COLUMNS * sizeof *expected);
    AtenTensorHandle t_x, t_scale, t_bias, y;
    struct torch t;

    torch_begin(&t, c, c->device_uuid != NULL);
    t_x = torch_from_host(&t, x, 2, sizes);
    t_scale = torch_from_host(&t, scale, 1, row);
    t_bias = torch_from_host(&t, bias, 1, row);
    y = torch_layer_norm(&t, t_x, t_scale, t_bias, COLUMNS, epsilon);
    torch_to_host(&t, y, got, 2, sizes);
    layer_norm_forward(ROWS, COLUMNS, x, scale, bias, epsilon, expected);
    compare_close(c, "random", got, expected, dims, layer_norm_nmse_limit());
    torch_saw_route(&t);
    saw_num(c, "seed", "", (double)c->seed);
    for (size_t i = 0; i < 4; i++)
        torch_drop(&t, (AtenTensorHandle[]){ t_x, t_scale, t_bias, y }[i]);
}

extern const struct probe probe_stack_loads, probe_cuda_context;

const struct probe probe_torch_layer_norm = {
    .name     = "torch.layer_norm",
    .claim    = "PyTorch's layer norm is as close to the reference as fp32 can be.",
    .scope    = SCOPE_STACK_CPU_DEVICE,
    .needs    = NEEDS_STACK,
    .stacks   = ON_TORCH,
    .library  = "torch_cpu",
    .rests_on = { &probe_stack_loads, &probe_cuda_context },
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "random.nmse_ratio", .bound = AT_MOST, .number = 1, .sentence = "the error is %s times what fp32 may show",
          .detail = "random.first", .source = "math/transformer.h" },
        { .key = NULL },
    },
    .run      = run,
};
