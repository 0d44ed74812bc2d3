/* torch.embedding - PyTorch's embedding and its gradient: on the CPU, and again on each GPU. Both are exact. */
#include "child/child.h"

#include "child/torch/ops.h"
#include "math/random.h"
#include "math/transformer.h"

/* Half of the look-ups go to a few words, as in language: their gradients add up. */
enum { WORDS = 1000, COLUMNS = 96, SENTENCES = 16, LENGTH = 24, LOOKUPS = SENTENCES * LENGTH, FREQUENT = 5, PADDING = 3 };

static void fill(float *v, size_t n, struct random *r)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (float)random_integer(r, -100, 100);
}

static void run(struct child *c)
{
    static const int64_t w_sizes[2] = { WORDS, COLUMNS }, at_sizes[2] = { SENTENCES, LENGTH }, y_sizes[3] = { SENTENCES, LENGTH, COLUMNS };
    static const int y_dims[] = { SENTENCES, LENGTH, COLUMNS, 0 }, w_dims[] = { WORDS, COLUMNS, 0 };
    struct random r = { c->seed };
    float *w = host_buffer(c, WORDS * COLUMNS * sizeof *w), *at = host_buffer(c, LOOKUPS * sizeof *at), *dy = host_buffer(c, LOOKUPS * COLUMNS * sizeof *dy);
    float *y = host_buffer(c, LOOKUPS * COLUMNS * sizeof *y), *dw = host_buffer(c, WORDS * COLUMNS * sizeof *dw);
    double *expected = host_buffer(c, WORDS * COLUMNS * sizeof *expected);
    AtenTensorHandle t_w, t_at, t_dy, t_y, t_dw;
    struct torch t;

    fill(w, WORDS * COLUMNS, &r);
    fill(dy, LOOKUPS * COLUMNS, &r);
    for (size_t i = 0; i < LOOKUPS; i++)
        at[i] = (float)random_integer(&r, 0, i % 2 == 0 ? FREQUENT - 1 : WORDS - 1);
    torch_begin(&t, c, c->device_uuid != NULL);
    t_w = torch_from_host(&t, w, 2, w_sizes);
    t_at = torch_from_host_as(&t, TORCH_INT64, at, 2, at_sizes);
    t_dy = torch_from_host(&t, dy, 3, y_sizes);
    t_y = torch_embedding(&t, t_w, t_at);
    torch_to_host(&t, t_y, y, 3, y_sizes);
    embedding_forward(LOOKUPS, COLUMNS, w, at, expected);
    compare_exact(c, "rows", y, expected, y_dims);
    t_dw = torch_embedding_gradient(&t, t_dy, t_at, WORDS, PADDING);
    torch_to_host(&t, t_dw, dw, 2, w_sizes);
    embedding_gradient(LOOKUPS, WORDS, COLUMNS, dy, at, PADDING, expected);
    compare_exact(c, "gradient", dw, expected, w_dims);
    torch_saw_route(&t);
    saw_num(c, "seed", "", (double)c->seed);
    for (size_t i = 0; i < 5; i++)
        torch_drop(&t, (AtenTensorHandle[]){ t_w, t_at, t_dy, t_y, t_dw }[i]);
}

extern const struct probe probe_stack_loads, probe_cuda_context;

const struct probe probe_torch_embedding = {
    .name     = "torch.embedding",
    .claim    = "PyTorch's embedding finds the rows it is asked for, and its gradient adds up exactly.",
    .scope    = SCOPE_STACK_CPU_DEVICE,
    .needs    = NEEDS_STACK,
    .stacks   = ON_TORCH,
    .library  = "torch_cpu",
    .rests_on = { &probe_stack_loads, &probe_cuda_context },
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "rows.wrong", .bound = EQUALS, .number = 0, .sentence = "%s of 36864 elements are not those of the rows that were asked for",
          .detail = "rows.first" },
        { .key = "gradient.wrong", .bound = EQUALS, .number = 0, .sentence = "%s of 96000 sums of gradients differ on integer data, which is exact in any order",
          .detail = "gradient.first" },
        { .key = NULL },
    },
    .run      = run,
};
