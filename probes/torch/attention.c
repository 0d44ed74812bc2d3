/* torch.attention - PyTorch's attention: on the CPU, and again on each GPU.
 *
 * Twice: as two products and a softmax, which every release has, and by its own
 * scaled_dot_product_attention (2.0 and later), which chooses a kernel: of a GPU's,
 * memory-efficient ones for fp32, flash attention for 16 bits. */
#include "child/child.h"

#include <math.h>

#include "base/text.h"
#include "child/torch/ops.h"
#include "math/random.h"
#include "math/transformer.h"

static const struct attention_shape shape = { 8, 80, 80, 64 };

enum { BATCH = 2, HEADS = 4, LENGTH = 80, WIDTH = 64, ALL = BATCH * HEADS * LENGTH * WIDTH };

struct data { float *q, *k, *v; };

static float *make(struct child *c, struct random *r, enum number type)
{
    float *v = host_buffer(c, ALL * sizeof *v);

    for (size_t i = 0; i < ALL; i++)
        v[i] = (float)number_value(type, number_bits(type, (double)random_unit(r)));
    return v;
}

static const int dims[] = { BATCH, HEADS, LENGTH, WIDTH, 0 };

static void judge(struct child *c, const char *key, const struct data *d, enum number type, bool causal, const float *got)
{
    double *expected = host_buffer(c, ALL * sizeof *expected);

    attention_forward(shape, d->q, d->k, d->v, causal, expected);
    compare_close(c, key, got, expected, dims, attention_nmse_limit(type));
}

/* softmax(q k^T / 8) v: q is divided by 8, which is exact, and k transposed before. */
static void by_parts(struct torch *t, const struct data *d)
{
    static const int64_t rows[3] = { BATCH * HEADS, LENGTH, WIDTH }, columns[3] = { BATCH * HEADS, WIDTH, LENGTH };
    struct child *c = t->child;
    float *q = host_buffer(c, ALL * sizeof *q), *kt = host_buffer(c, ALL * sizeof *kt), *got = host_buffer(c, ALL * sizeof *got);
    AtenTensorHandle x[6];

    for (size_t i = 0; i < ALL; i++) {
        size_t head = i / (LENGTH * WIDTH), row = i / WIDTH % LENGTH, column = i % WIDTH;

        q[i] = d->q[i] / 8;
        kt[(head * WIDTH + column) * LENGTH + row] = d->k[i];
    }
    x[0] = torch_from_host(t, q, 3, rows);
    x[1] = torch_from_host(t, kt, 3, columns);
    x[2] = torch_from_host(t, d->v, 3, rows);
    x[3] = torch_bmm(t, x[0], x[1]);
    x[4] = torch_softmax(t, x[3], 2);
    x[5] = torch_bmm(t, x[4], x[2]);
    torch_to_host(t, x[5], got, 3, rows);
    judge(c, "by_parts", d, NUMBER_FP32, false, got);
    for (size_t i = 0; i < COUNT_OF(x); i++)
        torch_drop(t, x[i]);
}

static void at_once(struct torch *t, const char *key, const struct data *d, enum number number, enum torch_type type, bool causal)
{
    static const int64_t sizes[4] = { BATCH, HEADS, LENGTH, WIDTH };
    float *got = host_buffer(t->child, ALL * sizeof *got);
    AtenTensorHandle x[4];

    x[0] = torch_from_host_as(t, type, d->q, 4, sizes);
    x[1] = torch_from_host_as(t, type, d->k, 4, sizes);
    x[2] = torch_from_host_as(t, type, d->v, 4, sizes);
    x[3] = torch_attention(t, x[0], x[1], x[2], causal);
    torch_to_host(t, x[3], got, 4, sizes);
    judge(t->child, key, d, number, causal, got);
    for (size_t i = 0; i < COUNT_OF(x); i++)
        torch_drop(t, x[i]);
}

static void run(struct child *c)
{
    bool on_cuda = c->device_uuid != NULL;
    enum number half = on_cuda ? NUMBER_FP16 : NUMBER_BF16;         /* what each surely has */
    struct random r = { c->seed };
    struct data d = { make(c, &r, NUMBER_FP32), make(c, &r, NUMBER_FP32), make(c, &r, NUMBER_FP32) };
    struct data small = { make(c, &r, half), make(c, &r, half), make(c, &r, half) };
    struct torch t;

    torch_begin(&t, c, on_cuda);
    by_parts(&t, &d);
    if (torch_has_attention(&t)) {
        at_once(&t, "fp32", &d, NUMBER_FP32, TORCH_FLOAT32, false);
        at_once(&t, "fp32_causal", &d, NUMBER_FP32, TORCH_FLOAT32, true);
        at_once(&t, on_cuda ? "fp16" : "bf16", &small, half, on_cuda ? TORCH_FLOAT16 : TORCH_BFLOAT16, false);
    } else {
        saw_text(c, "at_once", "this release has no scaled_dot_product_attention (2.0 and later have)");
    }
    torch_saw_route(&t);
    saw_num(c, "seed", "", (double)c->seed);
}

extern const struct probe probe_stack_loads, probe_cuda_context;

#define CLOSE(name, types, optional_) \
    { .key = name ".nmse_ratio", .bound = AT_MOST, .number = 1, .optional = optional_, .detail = name ".first", .source = "math/transformer.h", \
      .sentence = "the error is %s times what " types " may show" }

const struct probe probe_torch_attention = {
    .name     = "torch.attention",
    .claim    = "PyTorch's attention is as close to the reference as each type can be.",
    .scope    = SCOPE_STACK_CPU_DEVICE,
    .needs    = NEEDS_STACK,
    .stacks   = ON_TORCH,
    .library  = "torch_cpu",
    .rests_on = { &probe_stack_loads, &probe_cuda_context },
    .may_skip = true,
    .expects  = (const struct expect[]){
        CLOSE("by_parts", "attention by products and a softmax in fp32", false),
        CLOSE("fp32", "scaled_dot_product_attention in fp32", true),
        CLOSE("fp32_causal", "causal scaled_dot_product_attention in fp32", true),
        CLOSE("fp16", "scaled_dot_product_attention in fp16", true),
        CLOSE("bf16", "scaled_dot_product_attention in bf16", true),
        { .key = NULL },
    },
    .run      = run,
};
