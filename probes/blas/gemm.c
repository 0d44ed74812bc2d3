/* blas.gemm.* - cuBLAS on integers that are exact in each type: a small product of
 * odd sizes against a full reference, one that fills the GPU by the sums of its
 * tiles. fp32's are wrong in tf32. */
#include "child/product.h"

static cudaDataType type_of(enum number n)
{
    switch (n) {
    case NUMBER_FP64: return CUDA_R_64F;
    case NUMBER_FP16: return CUDA_R_16F;
    case NUMBER_BF16: return CUDA_R_16BF;
    default:          return CUDA_R_32F;
    }
}

struct way { cublasHandle_t handle; cublasComputeType_t compute; };

static long multiply_as(struct child *c, const struct way *way, const struct product *p)
{
    const cublasOperation_t ta = p->ta ? CUBLAS_OP_T : CUBLAS_OP_N, tb = p->tb ? CUBLAS_OP_T : CUBLAS_OP_N;
    const void *a = (const void *)(uintptr_t)p->a, *b = (const void *)(uintptr_t)p->b;
    const float alpha = (float)p->alpha, beta = (float)p->beta;
    void *d = (void *)(uintptr_t)p->d;

    return CALL(c, cublas, cublasGemmEx(way->handle, ta, tb, p->m, p->n, p->k, &alpha, a, type_of(p->in), p->lda, b, type_of(p->in), p->ldb,
                                        &beta, d, type_of(p->out), p->ldd, way->compute, CUBLAS_GEMM_DEFAULT));
}

/* By the calls that PyTorch makes for these types. */
static void multiply_by_cublas(struct child *c, void *library, const struct product *p)
{
    const cublasOperation_t ta = p->ta ? CUBLAS_OP_T : CUBLAS_OP_N, tb = p->tb ? CUBLAS_OP_T : CUBLAS_OP_N;
    const void *a = (const void *)(uintptr_t)p->a, *b = (const void *)(uintptr_t)p->b;
    const double alpha64 = p->alpha, beta64 = p->beta;
    const float alpha = (float)p->alpha, beta = (float)p->beta;
    const struct way *way = library;
    void *d = (void *)(uintptr_t)p->d;
    long code;

    if (p->in == NUMBER_FP64) {
        MUST(c, cublas, cublasDgemm_v2(way->handle, ta, tb, p->m, p->n, p->k, &alpha64, a, p->lda, b, p->ldb, &beta64, d, p->ldd));
    } else if (p->in == NUMBER_FP32) {
        MUST(c, cublas, cublasSgemm_v2(way->handle, ta, tb, p->m, p->n, p->k, &alpha, a, p->lda, b, p->ldb, &beta, d, p->ldd));
    } else {
        code = multiply_as(c, way, p);
        if (code == CUBLAS_STATUS_NOT_SUPPORTED || code == CUBLAS_STATUS_ARCH_MISMATCH)
            stop_unsupported(c, "cuBLAS does not multiply %s matrices on compute capability %d.%d", number_name(p->in), c->cc / 10, c->cc % 10);
        if (code != 0)
            child_call_failed(c, "cublasGemmEx", &c->cublas.dl, code);
    }
}

static void run(struct child *c, enum number in, cublasMath_t mode, cublasComputeType_t compute)
{
    struct way way = { .compute = compute };
    struct multiplier m = { .child = c, .multiply = multiply_by_cublas, .library = &way, .in = in, .out = in == NUMBER_FP64 ? NUMBER_FP64 : NUMBER_FP32 };

    child_bind_cublas(c);
    MUST(c, cublas, cublasCreate_v2(&way.handle));
    MUST(c, cublas, cublasSetMathMode(way.handle, mode));
    product_whole(&m);
    product_tiles(&m, "tiles", exact_below(in, c->cc), false);
    MUST(c, cublas, cublasDestroy_v2(way.handle));
    saw_num(c, "seed", "", (double)c->seed);
}

static const struct expect bounds[] = {
    { .key = "tiles.operands", .bound = EQUALS, .number = 0, .sentence = "%s elements of the factors changed in memory" },
    { .key = "nn.wrong",    .bound = EQUALS, .number = 0, .sentence = "%s elements of the product differ from the exact result", .detail = "nn.first" },
    { .key = "nt.wrong",    .bound = EQUALS, .number = 0, .sentence = "%s elements of A B^T differ from the exact result", .detail = "nt.first" },
    { .key = "tn.wrong",    .bound = EQUALS, .number = 0, .sentence = "%s elements of A^T B differ from the exact result", .detail = "tn.first" },
    { .key = "beta.wrong",  .bound = EQUALS, .number = 0, .sentence = "%s elements of D - 2 A^T B differ from the exact result", .detail = "beta.first" },
    { .key = "tiles.wrong", .bound = EQUALS, .number = 0, .sentence = "%s tiles of a product that fills the GPU differ from the exact result", .detail = "tiles.first" },
    { .key = NULL },
};

extern const struct probe probe_stack_loads, probe_cuda_launch;

#define GEMM(id, label, sentence, skips, in, mode, compute) \
    static void run_##id(struct child *c) { run(c, in, mode, compute); } \
    const struct probe probe_blas_gemm_##id = { \
        .name = label, .claim = sentence, .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS, \
        .stacks = ON_ANY_STACK, .library = "cublas", .rests_on = { &probe_stack_loads, &probe_cuda_launch }, .may_skip = skips, \
        .expects = bounds, .run = run_##id, \
    };

GEMM(fp32, "blas.gemm.fp32", "cuBLAS multiplies fp32 matrices exactly where the result is exact.", false,
     NUMBER_FP32, CUBLAS_PEDANTIC_MATH, CUBLAS_COMPUTE_32F_PEDANTIC)
GEMM(fp64, "blas.gemm.fp64", "cuBLAS multiplies fp64 matrices exactly where the result is exact.", false,
     NUMBER_FP64, CUBLAS_PEDANTIC_MATH, CUBLAS_COMPUTE_64F_PEDANTIC)
GEMM(tf32, "blas.gemm.tf32", "cuBLAS multiplies tf32 matrices exactly where the result is exact.", true,
     NUMBER_TF32, CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F_FAST_TF32)
GEMM(fp16, "blas.gemm.fp16", "cuBLAS multiplies fp16 matrices exactly where the result is exact.", true,
     NUMBER_FP16, CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F)
GEMM(bf16, "blas.gemm.bf16", "cuBLAS multiplies bf16 matrices exactly where the result is exact.", true,
     NUMBER_BF16, CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F)
