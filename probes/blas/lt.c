/* blas.lt.* - cuBLASLt on integers that are exact in each type, by the algorithms
 * that it offers: as blas.gemm.*, and fp8 and int8. */
#include "lt.h"

enum { USED_MAX = 4 };                  /* algorithms that a large product is repeated with */

/* For burn-in: what an unsteady GPU gets wrong now and then. */
static void run_again(struct child *c, enum number in, enum number out, cublasComputeType_t compute)
{
    struct lt lt = lt_begin(c, in, out, compute);
    struct multiplier by = { .child = c, .multiply = lt_multiply, .library = &lt, .side = lt.side, .a_type = in, .b_type = in,
                             .out = out, .aligned = number_bytes(in) == 1 };

    product_reals(&by, false, 100);
    lt_end(c, &lt);
}

static void run(struct child *c, enum number in, enum number out, cublasComputeType_t compute)
{
    struct lt lt = lt_begin(c, in, out, compute);
    struct multiplier by = { .child = c, .multiply = lt_multiply, .library = &lt, .side = lt.side, .a_type = in, .out = out,
                             .b_type = in == NUMBER_E5M2 ? NUMBER_E4M3 : in,        /* two of e5m2 is what no GPU multiplies */
                             .aligned = number_bytes(in) == 1 };

    product_whole(&by);
    product_tiles(&by, "tiles", out, exact_below(in, c->cc), false, USED_MAX);
    lt.fast = lt_is_fp8(in);
    if (lt.fast)
        product_tiles(&by, "fast", out, exact_below(in, c->cc), false, USED_MAX);
    if (number_bytes(in) == 2) {
        product_rounding(&by, in);
        product_tiles(&by, "narrow", in, number_integers(in), true, USED_MAX);
    }
    if (in != NUMBER_INT8)
        product_reals(&by, lt.fast, 3);
    lt_end(c, &lt);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

#define LT(id, label, sentence, in, out, compute) \
    static void run_##id(struct child *c) { run(c, in, out, compute); } \
    const struct probe probe_blas_lt_##id = { \
        .name = label, .claim = sentence, .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS, \
        .stacks = ON_ANY_STACK, .library = "cublasLt", .rests_on = { &probe_stack_loads, &probe_cuda_launch }, .may_skip = true, \
        .expects = product_bounds, .run = run_##id, \
    };

#define REPEAT(id, label, sentence, in, compute) \
    static void run_##id##_again(struct child *c) { run_again(c, in, NUMBER_FP32, compute); } \
    const struct probe probe_blas_repeat_##id = { \
        .name = label, .claim = sentence, \
        .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS, .stacks = ON_ANY_STACK, \
        .library = "cublasLt", .rests_on = { &probe_stack_loads, &probe_cuda_launch, &probe_blas_lt_##id }, .may_skip = true, \
        .level = LEVEL_FULL, .expects = product_repeat_bounds, .run = run_##id##_again, \
    };

LT(fp64, "blas.lt.fp64", "cuBLASLt multiplies fp64 matrices exactly where the result is exact.",
   NUMBER_FP64, NUMBER_FP64, CUBLAS_COMPUTE_64F)
LT(fp32, "blas.lt.fp32", "cuBLASLt multiplies fp32 matrices exactly where the result is exact, and not in tf32.",
   NUMBER_FP32, NUMBER_FP32, CUBLAS_COMPUTE_32F_PEDANTIC)
LT(tf32, "blas.lt.tf32", "cuBLASLt multiplies tf32 matrices exactly where the result is exact.",
   NUMBER_TF32, NUMBER_FP32, CUBLAS_COMPUTE_32F_FAST_TF32)
LT(fp16, "blas.lt.fp16", "cuBLASLt multiplies fp16 matrices exactly where the result is exact.",
   NUMBER_FP16, NUMBER_FP32, CUBLAS_COMPUTE_32F)
LT(bf16, "blas.lt.bf16", "cuBLASLt multiplies bf16 matrices exactly where the result is exact.",
   NUMBER_BF16, NUMBER_FP32, CUBLAS_COMPUTE_32F)
LT(fp8_e4m3, "blas.lt.fp8_e4m3", "cuBLASLt multiplies fp8 matrices (e4m3) exactly where the result is exact.",
   NUMBER_E4M3, NUMBER_FP32, CUBLAS_COMPUTE_32F)
LT(fp8_e5m2, "blas.lt.fp8_e5m2", "cuBLASLt multiplies fp8 matrices (e5m2 by e4m3) exactly where the result is exact.",
   NUMBER_E5M2, NUMBER_FP32, CUBLAS_COMPUTE_32F)
LT(int8, "blas.lt.int8", "cuBLASLt multiplies int8 matrices exactly.",
   NUMBER_INT8, NUMBER_INT32, CUBLAS_COMPUTE_32I)

REPEAT(fp32, "blas.repeat.fp32", "cuBLASLt gives the same bits for the same fp32 matrices, 100 times.",
       NUMBER_FP32, CUBLAS_COMPUTE_32F_PEDANTIC)
REPEAT(tf32, "blas.repeat.tf32", "cuBLASLt gives the same bits for the same tf32 matrices, 100 times.",
       NUMBER_TF32, CUBLAS_COMPUTE_32F_FAST_TF32)
REPEAT(fp16, "blas.repeat.fp16", "cuBLASLt gives the same bits for the same fp16 matrices, 100 times.",
       NUMBER_FP16, CUBLAS_COMPUTE_32F)
REPEAT(bf16, "blas.repeat.bf16", "cuBLASLt gives the same bits for the same bf16 matrices, 100 times.",
       NUMBER_BF16, CUBLAS_COMPUTE_32F)
REPEAT(fp8_e4m3, "blas.repeat.fp8_e4m3", "cuBLASLt gives the same bits for the same fp8 matrices, 100 times.",
       NUMBER_E4M3, CUBLAS_COMPUTE_32F)
