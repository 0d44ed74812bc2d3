/* soak.burn - a GPU at full load by cuBLASLt, in all types that both have, each product checked. */
#include "child/soak/soak.h"

#include "probes/blas/lt.h"

/* The hottest first: bf16 and fp16 are what most work is done in. */
static const enum number types[] = { NUMBER_BF16, NUMBER_E4M3, NUMBER_FP16, NUMBER_INT8, NUMBER_TF32, NUMBER_FP32, NUMBER_FP64 };

enum { USED_MAX = 4 };          /* algorithms that are taken in turn, in every other lap: else the first, which the library thinks fastest */

struct burn { struct lt lt; struct lt_call call; bool prepared, works[NUMBER_INT32 + 1]; };

static bool prepare(struct soak_way *by, const struct product *p, unsigned lap, const char **why)
{
    struct child *c = by->child;
    struct burn *b = by->own;

    if (b->prepared)
        lt_forget(c, &b->call.x);
    b->prepared = false;
    b->lt.compute = lt_compute(p->a_type);
    b->lt.scale = p->out;
    if (!lt_may_have(c, &b->lt, p->a_type, why))
        return false;
    *why = "cuBLASLt has no algorithm for it on this GPU";
    if (!lt_prepare(c, &b->lt, p, lap % 2 == 0 ? 0 : (int)(lap / 2 % USED_MAX), &b->call))
        return false;
    *why = NULL;
    b->prepared = true;
    by->said = lt_words(c, &b->call.algo);
    return true;
}

/* As elsewhere, fp8 may be refused when it runs (lt_multiply.c); what was there once does not go away. */
static void queue(struct soak_way *by, const struct product *p, CUstream stream)
{
    struct child *c = by->child;
    struct burn *b = by->own;
    long code = lt_queue(c, &b->lt, p, &b->call, stream);

    if (code == CUBLAS_STATUS_NOT_SUPPORTED && lt_is_fp8(p->a_type) && !b->works[p->a_type]) {
        by->refused = "cuBLASLt offers an algorithm for it, and refuses to run that on this GPU";
        return;
    }
    if (code != 0)
        child_call_failed(c, "cublasLtMatmul", &c->cublaslt.dl, code);
    b->works[p->a_type] = true;
}

static void run(struct child *c)
{
    struct burn b = { .prepared = false };
    struct soak_way by = { .child = c, .types = types, .n_types = COUNT_OF(types), .prepare = prepare, .queue = queue, .own = &b };
    int sms;

    MUST(c, cuda, cuDeviceGetAttribute(&sms, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, c->device));
    lt_open(c, &b.lt, (size_t)sms << 19);       /* 66 MiB on 132 */
    by.call = "cublasLtMatmul(queued before, waited for)";
    by.library = c->cublaslt.dl.path;
    soak_run(&by);
    MUST(c, cublaslt, cublasLtDestroy(b.lt.handle));
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_soak_burn = {
    .name     = "soak.burn",
    .claim    = "Under full load, steady and in steps, every product of cuBLASLt and every word of memory is right.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS,
    .stacks   = ON_ANY_STACK,
    .library  = "cublasLt",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .level    = LEVEL_SOAK,
    .may_skip = true,
    .tells_counters = true,
    .last     = true,
    .beats    = true,
    .once     = true,
    .expects  = soak_bounds,
    .run      = run,
};
