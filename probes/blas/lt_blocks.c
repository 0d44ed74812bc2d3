/* blas.lt.mxfp8, blas.lt.nvfp4, blas.lt.fp8_block128 - cuBLASLt on fp8 and fp4 of which
 * so many neighbours share a scale factor, which differs from block to block: exact in
 * fp32. The first two are Blackwell's, the last one Hopper's (NVIDIA/CUDALibrarySamples 310). */
#include "lt.h"

enum { USED_MAX = 4 };                  /* algorithms that a large product is repeated with */

/* Its GPUs are the probe's: a trial that stops takes its child with it. */
static void look_for_it(struct child *c, bool is_of_128)
{
    size_t version;

    child_bind_cublaslt(c);
    version = VALUE(c, cublaslt, cublasLtGetVersion());
    if (version < (is_of_128 ? CUBLAS_12_9 : CUBLAS_12_8))
        stop_unsupported(c, "cuBLASLt before %s has no such block-scaled products", is_of_128 ? "12.9" : "12.8");
}

static void run(struct child *c, const struct scaled *a, const struct scaled *b)
{
    struct multiplier by = { .child = c, .multiply = lt_multiply, .a_type = a->element, .b_type = b->element, .out = NUMBER_FP32, .aligned = true };
    struct lt lt;

    look_for_it(c, a->block == 128);
    lt = lt_begin(c, a->element, NUMBER_FP32, CUBLAS_COMPUTE_32F);
    by.library = &lt;
    by.side = lt.side;
    product_blocks(&by, a, b, USED_MAX);
    lt_end(c, &lt);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

#define BLOCKS(id, label, sentence, element_, scale_, block_, b_across, from, to) \
    static void run_##id(struct child *c) \
    { \
        static const struct scaled a = { .element = element_, .scale = scale_, .block = block_, .across = 1 }; \
        static const struct scaled b = { .element = element_, .scale = scale_, .block = block_, .across = b_across }; \
        run(c, &a, &b); \
    } \
    const struct probe probe_blas_lt_##id = { \
        .name = label, .claim = sentence, .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS, \
        .stacks = ON_ANY_STACK, .library = "cublasLt", .rests_on = { &probe_stack_loads, &probe_cuda_launch }, .may_skip = true, \
        .cc_from = from, .cc_to = to, \
        .expects = product_bounds, .run = run_##id, \
    };

BLOCKS(mxfp8, "blas.lt.mxfp8", "cuBLASLt multiplies fp8 matrices (e4m3) with a scale factor for each 32 elements exactly where the result is exact.",
       NUMBER_E4M3, NUMBER_UE8M0, 32, 1, 100, 0)
BLOCKS(nvfp4, "blas.lt.nvfp4", "cuBLASLt multiplies fp4 matrices (e2m1) with a scale factor for each 16 elements exactly where the result is exact.",
       NUMBER_E2M1, NUMBER_UE4M3, 16, 1, 100, 0)
BLOCKS(fp8_block128, "blas.lt.fp8_block128",
       "cuBLASLt multiplies fp8 matrices (e4m3) with a scale factor for each 128 elements of A and each 128 x 128 of B exactly where the result is exact.",
       NUMBER_E4M3, NUMBER_FP32, 128, 128, 90, 90)
