/* torch.python - what a user does: `import torch` in the environment's own Python, and the same integers as through libtorch. */
#include "child/child.h"

#include "base/embed.h"
#include "base/text.h"
#include "child/torch/python.h"
#include "math/conv.h"
#include "math/exact.h"

EMBED(torch_python_script, "probes/torch/python.py")

enum { ROWS = 33, COLUMNS = 17, TERMS = 65 };       /* odd, and no tile's size */
_Static_assert(ROWS * COLUMNS == 561 && ROWS * TERMS == 2145, "as many as the sentences below say");

static double *elements(struct child *c, const struct operand *o)
{
    double *out = arena_alloc(&c->arena, (size_t)o->rows * (size_t)o->k * sizeof *out);

    for (int row = 0; row < o->rows; row++)
        for (int i = 0; i < o->k; i++)
            out[row * o->k + i] = operand_at(o, row, i);
    return out;
}

/* y = a w', and the gradient of the sum of all y for a. TF32, which PyTorch may use, is exact on them, too. */
static void add_product(struct python_words *w)
{
    struct child *c = w->child;
    struct operand a = { .seed = c->seed, .rows = ROWS, .k = TERMS }, b = { .seed = c->seed + 1, .rows = COLUMNS, .k = TERMS };
    double y[ROWS * COLUMNS], gradient[ROWS * TERMS] = { 0 };

    if (!operands_below(&a, &b, NUMBER_TF32, exact_below(NUMBER_TF32, c->cc), &c->err))
        stop_ours(c, "%s", c->err.text);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++) {
            y[i * COLUMNS + j] = operand_product(&a, &b, i, j);
            for (int k = 0; k < TERMS; k++)
                gradient[i * TERMS + k] += operand_at(&b, j, k);
        }
    python_word(w, "product.sizes", "%d %d %d", ROWS, COLUMNS, TERMS);
    python_numbers(w, "product.a", elements(c, &a), ROWS * TERMS);
    python_numbers(w, "product.w", elements(c, &b), COLUMNS * TERMS);
    python_numbers(w, "product.expected", y, ROWS * COLUMNS);
    python_numbers(w, "gradient.expected", gradient, ROWS * TERMS);
}

static double *widened(struct child *c, const float *x, size_t n)
{
    double *out = arena_alloc(&c->arena, n * sizeof *out);

    for (size_t i = 0; i < n; i++)
        out[i] = x[i];
    return out;
}

/* Neither Winograd's transforms nor FFT go by steps of two: every algorithm that cuDNN may choose is exact. */
static void add_convolution(struct python_words *w)
{
    struct child *c = w->child;
    struct conv_data d = { .shape = { .n = 2, .c = 3, .h = 13, .w = 11, .k = 5, .r = 3, .s = 3, .pad = 1, .stride = 2 }, .way = CONV_FORWARD };
    struct conv_shape *s = &d.shape;

    conv_fill_shape(s);
    if (!conv_make_integers(&d, NUMBER_TF32, &c->arena, c->seed, &c->err))
        stop_ours(c, "%s", c->err.text);
    python_word(w, "conv.x.sizes", "%d %d %d %d", s->n, s->c, s->h, s->w);
    python_word(w, "conv.w.sizes", "%d %d %d %d", s->k, s->c, s->r, s->s);
    python_word(w, "conv.y.sizes", "%d %d %d %d", s->n, s->k, s->p, s->q);
    python_numbers(w, "conv.x", widened(c, d.x, conv_count_x(s)), conv_count_x(s));
    python_numbers(w, "conv.w", widened(c, d.w, conv_count_w(s)), conv_count_w(s));
    python_numbers(w, "conv.expected", d.expected, conv_count_y(s));
}

static void run(struct child *c)
{
    struct python_words w = { .child = c };
    const char *version = stack_version(c->stack, "torch");

    saw_num(c, "seed", "", (double)c->seed);
    python_word(&w, "device", "%s", c->device_uuid != NULL ? "cuda:0" : "cpu");
    if (version != NULL)
        python_word(&w, "version", "%s", version);
    for (size_t i = 0; i < c->stack->n_members; i++)
        python_word(&w, "member", "%s=%s", c->stack->members[i].family, c->stack->members[i].path);
    add_product(&w);
    add_convolution(&w);
    child_become_python(&w, torch_python_script);
}

extern const struct probe probe_cuda_context, probe_torch_cnn;

const struct probe probe_torch_python = {
    .name     = "torch.python",
    .claim    = "The environment's own Python imports PyTorch and computes integers right with it.",
    .scope    = SCOPE_STACK_CPU_DEVICE,
    .stacks   = ON_PYTHON,
    .rests_on = { &probe_cuda_context },    /* not stack.loads: where that fails, what Python says of it is what is asked */
    .limit_s  = 120,                        /* `import torch` from a cold disk */
    .level    = LEVEL_FULL,                 /* it takes 2 to 10 s */
    .may_skip = true,
    .own_process = true,
    .until_exit  = true,
    .seconds  = &probe_torch_cnn,
    .way      = "in Python",
    .expects  = (const struct expect[]){
        { .key = "disagrees",      .bound = ABSENT, .sentence = "%s" },
        { .key = "cuda.available", .bound = EQUALS, .number = 1, .optional = true, .sentence = "torch.cuda.is_available() is False in Python, on a GPU that the driver shows to it",
          .detail = "cuda.why" },
        { .key = "product.wrong",  .bound = EQUALS, .number = 0, .sentence = "%s of 561 elements of an integer matrix product differ, which is exact in any order",
          .detail = "product.first" },
        { .key = "gradient.wrong", .bound = EQUALS, .number = 0, .sentence = "%s of 2145 elements of its gradient differ, which is exact in any order",
          .detail = "gradient.first" },
        { .key = "conv.wrong",     .bound = EQUALS, .number = 0, .sentence = "%s of 420 elements of an integer convolution differ, which is exact in any order",
          .detail = "conv.first" },
        { .key = NULL },
    },
    .run      = run,
};
