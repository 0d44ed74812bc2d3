/* blas.lt.mxfp8, blas.lt.nvfp4 - cuBLASLt on fp8 and fp4 of which so many neighbours
 * share a scale factor, which differs from block to block: exact in fp32. */
#include "lt.h"

enum { USED_MAX = 4 };                  /* algorithms that a large product is repeated with */

static void run(struct child *c, const struct scaled *like)
{
    struct multiplier by = { .child = c, .multiply = lt_multiply, .a_type = like->element, .b_type = like->element, .out = NUMBER_FP32, .aligned = true };
    struct lt lt;

    if (c->cc < 100)
        stop_unsupported(c, "block-scaled products need compute capability 10.0; this GPU has %d.%d", c->cc / 10, c->cc % 10);
    lt = lt_begin(c, like->element, NUMBER_FP32, CUBLAS_COMPUTE_32F);
    if (VALUE(c, cublaslt, cublasLtGetVersion()) < CUBLAS_12_8)
        stop_unsupported(c, "cuBLASLt before 12.8 has no block-scaled products");
    by.library = &lt;
    by.side = lt.side;
    product_blocks(&by, like, USED_MAX);
    lt_end(c, &lt);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

#define BLOCKS(id, label, sentence, element, scale, block) \
    static void run_##id(struct child *c) { run(c, &(struct scaled){ element, scale, block, 0, 0, 0 }); } \
    const struct probe probe_blas_lt_##id = { \
        .name = label, .claim = sentence, .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS, \
        .stacks = ON_ANY_STACK, .library = "cublasLt", .rests_on = { &probe_stack_loads, &probe_cuda_launch }, .may_skip = true, \
        .expects = product_bounds, .run = run_##id, \
    };

BLOCKS(mxfp8, "blas.lt.mxfp8", "cuBLASLt multiplies fp8 matrices (e4m3) with a scale factor for each 32 elements exactly where the result is exact.",
       NUMBER_E4M3, NUMBER_UE8M0, 32)
BLOCKS(nvfp4, "blas.lt.nvfp4", "cuBLASLt multiplies fp4 matrices (e2m1) with a scale factor for each 16 elements exactly where the result is exact.",
       NUMBER_E2M1, NUMBER_UE4M3, 16)
