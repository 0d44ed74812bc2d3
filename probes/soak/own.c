/* soak.own - the same where there is no cuBLASLt: fp32 products by a kernel of our own. It draws less power: tensor cores are idle. */
#include "child/soak/soak.h"

static const enum number types[] = { NUMBER_FP32 };

static bool prepare(struct soak_way *by, const struct product *p, unsigned lap, const char **why)
{
    (void)by;
    (void)p;
    (void)lap;
    (void)why;
    return true;
}

static void queue(struct soak_way *by, const struct product *p, CUstream stream)
{
    CUdeviceptr a = p->a, b = p->b, d = p->d;
    uint64_t lda = (uint64_t)p->lda, ldb = (uint64_t)p->ldb, ldd = (uint64_t)p->ldd;
    uint32_t k = (uint32_t)p->k;

    launch_on(by->child, stream, "soak_multiply", ((struct grid){ (unsigned)p->m / 64, (unsigned)p->n / 64, 1 }), ((struct grid){ 256, 1, 1 }),
              &a, &b, &d, &lda, &ldb, &ldd, &k);
}

static void run(struct child *c)
{
    struct soak_way by = { .child = c, .types = types, .n_types = COUNT_OF(types), .prepare = prepare, .queue = queue,
                           .call = "cuLaunchKernel(soak_multiply)", .library = c->cuda.dl.path };

    soak_run(&by);
}

extern const struct probe probe_cuda_launch, probe_soak_burn;

const struct probe probe_soak_own = {
    .name     = "soak.own",
    .claim    = "Under load by our own kernels, steady and in steps, every product and every word of memory is right.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS,
    .rests_on = { &probe_cuda_launch },
    .level    = LEVEL_SOAK,
    .tells_counters = true,
    .last     = true,
    .beats    = true,
    .unless   = &probe_soak_burn,
    .expects  = soak_bounds,
    .run      = run,
};
