/* torch.optimizer - three steps of SGD with momentum and of AdamW by PyTorch's
 * own operations, and by its fused kernels where it has them: on the CPU, and
 * again on each GPU. */
#include "child/child.h"

#include <math.h>

#include "base/text.h"
#include "child/torch/ops.h"
#include "math/random.h"
#include "math/transformer.h"

enum { N = 4096, STEPS = 3 };

static const int64_t sizes[1] = { N };
static const int dims[] = { N, 0 };

/* Powers of two: three steps need 9 bits below the point and 8 above it, of fp32's 24. */
static const struct sgd sgd = { .lr = 0.25, .momentum = 0.5, .decay = 0.5 };
/* 1 - 1/8 and 1 - 1/32 are exact, and so are their powers. Steps as large as parameters, so that an error in one shows. */
static const struct adamw adamw = { .lr = 0.125, .beta1 = 0.875, .beta2 = 0.96875, .decay = 0.0625, .epsilon = 0x1p-20 };

static float *buffer(struct child *c)
{
    return host_buffer(c, N * sizeof(float));
}

static double *doubles(struct child *c, const float *of)
{
    double *v = host_buffer(c, N * sizeof *v);

    for (size_t i = 0; of != NULL && i < N; i++)
        v[i] = (double)of[i];
    return v;
}

/* ---- SGD: integers, exact ---- */

static void sgd_by_parts(struct torch *t, AtenTensorHandle x, AtenTensorHandle dx, AtenTensorHandle momentum)
{
    torch_add_(t, dx, x, sgd.decay);
    torch_mul_(t, momentum, sgd.momentum);
    torch_add_(t, momentum, dx, 1);
    torch_add_(t, x, momentum, -sgd.lr);
}

static void try_sgd(struct torch *t, bool fused)
{
    struct child *c = t->child;
    struct random r = { c->seed };
    float *x = buffer(c), *momentum = buffer(c), *dx = buffer(c), *got = buffer(c);
    double *expected, *sums;
    AtenTensorHandle t_x, t_momentum;

    for (size_t i = 0; i < N; i++) {
        x[i] = (float)random_integer(&r, -60, 60);
        momentum[i] = (float)random_integer(&r, -60, 60);
    }
    expected = doubles(c, x);
    sums = doubles(c, momentum);
    t_x = torch_from_host(t, x, 1, sizes);
    t_momentum = torch_from_host(t, momentum, 1, sizes);
    for (int step = 1; step <= STEPS; step++) {
        AtenTensorHandle t_dx;

        for (size_t i = 0; i < N; i++)
            dx[i] = (float)random_integer(&r, -60, 60);
        sgd_step(&sgd, N, dx, expected, sums);
        t_dx = torch_from_host(t, dx, 1, sizes);
        if (fused)
            torch_fused_sgd_(t, &(struct torch_sgd){ t_x, t_dx, t_momentum, sgd.lr, sgd.momentum, sgd.decay, false });
        else
            sgd_by_parts(t, t_x, t_dx, t_momentum);
        torch_drop(t, t_dx);
    }
    torch_to_host(t, t_x, got, 1, sizes);
    compare_exact(c, fused ? "sgd_fused" : "sgd", got, expected, dims);
    torch_to_host(t, t_momentum, got, 1, sizes);
    compare_exact(c, fused ? "sgd_fused.momentum" : "sgd.momentum", got, sums, dims);
    torch_drop(t, t_x);
    torch_drop(t, t_momentum);
}

/* ---- AdamW ---- */

static void adamw_by_parts(struct torch *t, const struct torch_adamw *a, int step)
{
    AtenTensorHandle root;

    torch_mul_(t, a->x, 1 - a->lr * a->decay);
    torch_mul_(t, a->mean, a->beta1);
    torch_add_(t, a->mean, a->dx, 1 - a->beta1);
    torch_mul_(t, a->square, a->beta2);
    torch_addcmul_(t, a->square, a->dx, a->dx, 1 - a->beta2);
    root = torch_sqrt(t, a->square);
    torch_mul_(t, root, 1 / sqrt(1 - pow(a->beta2, step)));
    torch_add_number_(t, root, a->epsilon);
    torch_addcdiv_(t, a->x, a->mean, root, -a->lr / (1 - pow(a->beta1, step)));
    torch_drop(t, root);
}

static void one_step(struct torch *t, struct torch_adamw *a, float *dx, int step, bool fused)
{
    static const int64_t scalar[1] = { 1 };
    float count = (float)step;

    a->dx = torch_from_host(t, dx, 1, sizes);
    if (fused) {
        a->step = torch_from_host(t, &count, 1, scalar);
        torch_fused_adamw_(t, a);
        torch_drop(t, a->step);
    } else {
        adamw_by_parts(t, a, step);
    }
    torch_drop(t, a->dx);
}

static void compare(struct torch *t, bool fused, const char *what, AtenTensorHandle x, const double *expected)
{
    float *got = buffer(t->child);

    torch_to_host(t, x, got, 1, sizes);
    compare_close(t->child, text_make(&t->child->arena, "adamw%s%s", fused ? "_fused" : "", what), got, expected, dims, adamw_nmse_limit());
    torch_drop(t, x);
}

static void try_adamw(struct torch *t, bool fused)
{
    struct child *c = t->child;
    struct random r = { c->seed };
    float *x = buffer(c), *none = buffer(c), *dx = buffer(c);
    double *expected, *mean = doubles(c, NULL), *square = doubles(c, NULL);
    struct torch_adamw a = { .lr = adamw.lr, .beta1 = adamw.beta1, .beta2 = adamw.beta2, .decay = adamw.decay, .epsilon = adamw.epsilon };

    for (size_t i = 0; i < N; i++)
        x[i] = random_unit(&r);
    expected = doubles(c, x);
    a.x = torch_from_host(t, x, 1, sizes);
    a.mean = torch_from_host(t, none, 1, sizes);
    a.square = torch_from_host(t, none, 1, sizes);
    for (int step = 1; step <= STEPS; step++) {
        for (size_t i = 0; i < N; i++)
            dx[i] = random_unit(&r);
        adamw_step(&adamw, step, N, dx, expected, mean, square);
        one_step(t, &a, dx, step, fused);
    }
    compare(t, fused, "", a.x, expected);
    compare(t, fused, ".mean", a.mean, mean);
    compare(t, fused, ".square", a.square, square);
}

static void run(struct child *c)
{
    struct torch t;

    torch_begin(&t, c, c->device_uuid != NULL);
    try_sgd(&t, false);
    if (torch_has_fused_sgd(&t))
        try_sgd(&t, true);
    try_adamw(&t, false);
    if (torch_has_fused_adamw(&t))
        try_adamw(&t, true);
    torch_saw_route(&t);
    saw_num(c, "seed", "", (double)c->seed);
}

extern const struct probe probe_stack_loads, probe_cuda_context;

#define EXACT(name, words, optional_) \
    { .key = name ".wrong", .bound = EQUALS, .number = 0, .optional = optional_, .detail = name ".first", \
      .sentence = "%s of 4096 " words " differ after three steps that are exact in fp32" }
#define CLOSE(name, words, optional_) \
    { .key = name ".nmse_ratio", .bound = AT_MOST, .number = 1, .optional = optional_, .detail = name ".first", .source = "math/transformer.h", \
      .sentence = "the error of " words " is %s times what fp32 may show" }

const struct probe probe_torch_optimizer = {
    .name     = "torch.optimizer",
    .claim    = "PyTorch's optimiser steps, SGD with momentum and AdamW, move parameters where they should.",
    .scope    = SCOPE_STACK_CPU_DEVICE,
    .needs    = NEEDS_STACK,
    .stacks   = ON_TORCH,
    .library  = "torch_cpu",
    .rests_on = { &probe_stack_loads, &probe_cuda_context },
    .may_skip = true,
    .expects  = (const struct expect[]){
        EXACT("sgd", "parameters of SGD", false),
        EXACT("sgd.momentum", "momenta of SGD", false),
        EXACT("sgd_fused", "parameters of fused SGD", true),
        EXACT("sgd_fused.momentum", "momenta of fused SGD", true),
        CLOSE("adamw", "AdamW's parameters", false),
        CLOSE("adamw.mean", "AdamW's means", false),
        CLOSE("adamw.square", "AdamW's squares", false),
        CLOSE("adamw_fused", "fused AdamW's parameters", true),
        CLOSE("adamw_fused.mean", "fused AdamW's means", true),
        CLOSE("adamw_fused.square", "fused AdamW's squares", true),
        { .key = NULL },
    },
    .run      = run,
};
