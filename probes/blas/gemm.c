/* blas.gemm.* - cuBLAS on integers that are exact in each type: a small product of
 * odd sizes against a full reference, one that fills the GPU by the sums of its
 * tiles. fp32's are wrong in tf32. */
#include "child/product/product.h"

static cudaDataType type_of(enum number n)
{
    switch (n) {
    case NUMBER_FP64: return CUDA_R_64F;
    case NUMBER_FP16: return CUDA_R_16F;
    case NUMBER_BF16: return CUDA_R_16BF;
    default:          return CUDA_R_32F;
    }
}

struct way { cublasHandle_t handle; enum number in; cublasComputeType_t compute; bool is_older; };      /* than cuBLAS 11 */

static long multiply_as(struct child *c, const struct way *way, const struct product *p)
{
    const cublasOperation_t ta = p->ta ? CUBLAS_OP_T : CUBLAS_OP_N, tb = p->tb ? CUBLAS_OP_T : CUBLAS_OP_N;
    const void *a = (const void *)(uintptr_t)p->a, *b = (const void *)(uintptr_t)p->b;
    const float alpha = (float)p->alpha, beta = (float)p->beta;
    const cudaDataType in = type_of(p->a_type);
    void *d = (void *)(uintptr_t)p->d;

    return CALL(c, cublas, cublasGemmEx(way->handle, ta, tb, p->m, p->n, p->k, &alpha, a, in, p->lda, b, in, p->ldb, &beta,
                                        d, type_of(p->out), p->ldd, way->compute, CUBLAS_GEMM_DEFAULT));
}

static void multiply_by_type(struct multiplier *by, const struct product *p)
{
    const struct way *way = by->library;
    struct child *c = by->child;
    long code;

    if (!way->is_older && (way->in == NUMBER_FP16 || way->in == NUMBER_BF16))
        MUST(c, cublas, cublasSetMathMode(way->handle, p->any_reduction ? CUBLAS_DEFAULT_MATH : CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION));
    code = multiply_as(c, way, p);
    if (!by->works && (code == CUBLAS_STATUS_NOT_SUPPORTED || code == CUBLAS_STATUS_ARCH_MISMATCH))
        stop_unsupported(c, "cuBLAS does not multiply %s matrices on compute capability %d.%d", number_name(way->in), c->cc / 10, c->cc % 10);
    if (code != 0)
        child_call_failed(c, "cublasGemmEx", &c->cublas.dl, code);
    by->works = true;
}

/* By the calls that PyTorch makes for these types. */
static void multiply(struct multiplier *by, const struct product *p)
{
    const cublasOperation_t ta = p->ta ? CUBLAS_OP_T : CUBLAS_OP_N, tb = p->tb ? CUBLAS_OP_T : CUBLAS_OP_N;
    const void *a = (const void *)(uintptr_t)p->a, *b = (const void *)(uintptr_t)p->b;
    const double alpha64 = p->alpha, beta64 = p->beta;
    const float alpha = (float)p->alpha, beta = (float)p->beta;
    const struct way *way = by->library;
    struct child *c = by->child;
    void *d = (void *)(uintptr_t)p->d;

    if (p->a_type == NUMBER_FP64)
        MUST(c, cublas, cublasDgemm_v2(way->handle, ta, tb, p->m, p->n, p->k, &alpha64, a, p->lda, b, p->ldb, &beta64, d, p->ldd));
    else if (p->a_type == NUMBER_FP32)
        MUST(c, cublas, cublasSgemm_v2(way->handle, ta, tb, p->m, p->n, p->k, &alpha, a, p->lda, b, p->ldb, &beta, d, p->ldd));
    else
        multiply_by_type(by, p);
}

/* Before 11, sums in fp32 were asked for by the name of the type; neither bf16 nor tf32 was there, nor any mode that
 * forbids what is coarser: the default is without tensor cores. */
static void settle(struct child *c, struct way *way, cublasMath_t mode)
{
    int version;

    MUST(c, cublas, cublasGetVersion_v2(way->handle, &version));
    way->is_older = version < CUBLAS_11_0;
    if (!way->is_older) {
        MUST(c, cublas, cublasSetMathMode(way->handle, mode));
        return;
    }
    if (way->in == NUMBER_BF16 || way->in == NUMBER_TF32)
        stop_unsupported(c, "cuBLAS before 11 does not multiply %s matrices", number_name(way->in));
    way->compute = CUDA_R_32F;
}

/* What cuBLAS says of computing wider types by narrower ones. */
static void look_at_emulation(struct child *c, cublasHandle_t handle)
{
    cublasEmulationStrategy_t strategy;

    if (c->cublas.cublasGetEmulationStrategy == NULL || CALL(c, cublas, cublasGetEmulationStrategy(handle, &strategy)) != 0)
        return;
    saw_text(c, "emulation", "%s", strategy == CUBLAS_EMULATION_STRATEGY_DEFAULT ? "default" : strategy == CUBLAS_EMULATION_STRATEGY_EAGER ? "eager" : "performant");
    if (strategy != CUBLAS_EMULATION_STRATEGY_DEFAULT)
        saw_text(c, "warning", "cuBLAS may compute fp32 and fp64 by narrower products: its emulation strategy is not the default");
}

static void run(struct child *c, enum number in, cublasMath_t mode, cublasComputeType_t compute)
{
    enum number out = in == NUMBER_FP64 ? NUMBER_FP64 : NUMBER_FP32;
    struct way way = { .in = in, .compute = compute };
    struct multiplier by = { .child = c, .multiply = multiply, .library = &way, .a_type = in, .b_type = in, .out = out,
                             .side = product_side(c) };
    bool is_16_bit = number_bytes(in) == 2;

    if (in == NUMBER_TF32 && c->cc < 80)            /* the library would take fp32 instead, and be right */
        stop_unsupported(c, "TF32 needs compute capability 8.0; this GPU has %d.%d", c->cc / 10, c->cc % 10);
    child_bind_cublas(c);
    product_look_at_environment(c);
    MUST(c, cublas, cublasCreate_v2(&way.handle));
    settle(c, &way, mode);
    look_at_emulation(c, way.handle);
    product_whole(&by);
    product_tiles(&by, "tiles", out, exact_below(in, c->cc), false, 1);
    if (is_16_bit && !way.is_older)         /* which could not be told to keep its parts in fp32 */
        product_rounding(&by, in);
    if (is_16_bit)
        product_tiles(&by, "narrow", in, number_integers(in), true, 1);
    product_reals(&by, false, 3);
    MUST(c, cublas, cublasDestroy_v2(way.handle));
    saw_num(c, "seed", "", (double)c->seed);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

#define GEMM(id, label, sentence, skips, in, mode, compute) \
    static void run_##id(struct child *c) { run(c, in, mode, compute); } \
    const struct probe probe_blas_gemm_##id = { \
        .name = label, .claim = sentence, .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS, \
        .stacks = ON_ANY_STACK, .library = "cublas", .rests_on = { &probe_stack_loads, &probe_cuda_launch }, .may_skip = skips, \
        .expects = product_bounds, .diagnoses = (in) == NUMBER_FP32, .run = run_##id, \
    };

GEMM(fp32, "blas.gemm.fp32", "cuBLAS multiplies fp32 matrices exactly where the result is exact.", false,
     NUMBER_FP32, CUBLAS_PEDANTIC_MATH, CUBLAS_COMPUTE_32F_PEDANTIC)
GEMM(fp64, "blas.gemm.fp64", "cuBLAS multiplies fp64 matrices exactly where the result is exact.", false,
     NUMBER_FP64, CUBLAS_PEDANTIC_MATH, CUBLAS_COMPUTE_64F)
GEMM(tf32, "blas.gemm.tf32", "cuBLAS multiplies tf32 matrices exactly where the result is exact.", true,
     NUMBER_TF32, CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F_FAST_TF32)
GEMM(fp16, "blas.gemm.fp16", "cuBLAS multiplies fp16 matrices exactly where the result is exact.", true,
     NUMBER_FP16, CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F)
GEMM(bf16, "blas.gemm.bf16", "cuBLAS multiplies bf16 matrices exactly where the result is exact.", true,
     NUMBER_BF16, CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F)
