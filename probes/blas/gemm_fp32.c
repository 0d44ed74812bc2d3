/* blas.gemm.fp32 - cuBLAS on integers that are exact in fp32 and wrong in tf32,
 * every element compared; and our own kernel on the same data. */
#include "child/child.h"

#include "math/gemm.h"

static void compare(struct child *c, const char *key, const struct gemm *g, CUdeviceptr d)
{
    const int dims[] = { g->n, g->m, 0 };
    float *padded = host_buffer(c, (size_t)g->ldd * (size_t)g->n * sizeof *padded);
    float *packed = host_buffer(c, (size_t)g->m * (size_t)g->n * sizeof *packed);

    device_download(c, padded, d, (size_t)g->ldd * (size_t)g->n * sizeof *padded);
    for (int j = 0; j < g->n; j++)
        for (int i = 0; i < g->m; i++)
            packed[(size_t)j * (size_t)g->m + (size_t)i] = padded[(size_t)j * (size_t)g->ldd + (size_t)i];
    compare_exact(c, key, packed, g->expected, dims);
}

static void multiply(struct child *c, cublasHandle_t handle, const struct gemm *g, CUdeviceptr a, CUdeviceptr b, CUdeviceptr d)
{
    const float one = 1, zero = 0;
    const float *pa = (const float *)(uintptr_t)a, *pb = (const float *)(uintptr_t)b;
    float *pd = (float *)(uintptr_t)d;

    MUST(c, cublas, cublasSgemm_v2(handle, CUBLAS_OP_N, CUBLAS_OP_N, g->m, g->n, g->k, &one, pa, g->lda, pb, g->ldb, &zero, pd, g->ldd));
    device_wait(c);
}

static void multiply_ourselves(struct child *c, const struct gemm *g, CUdeviceptr a, CUdeviceptr b, CUdeviceptr d)
{
    unsigned m = (unsigned)g->m, n = (unsigned)g->n, k = (unsigned)g->k;
    unsigned lda = (unsigned)g->lda, ldb = (unsigned)g->ldb, ldd = (unsigned)g->ldd;

    launch(c, "gemm_f32", ((struct grid){ (m + 15) / 16, (n + 15) / 16, 1 }), ((struct grid){ 16, 16, 1 }),
           &a, &b, &d, &m, &n, &k, &lda, &ldb, &ldd);
    device_wait(c);
}

static void run(struct child *c)
{
    /* Odd sizes and leading dimensions of their own: what lies outside is NaN. */
    struct gemm g = { .m = 257, .n = 131, .k = 515, .lda = 260, .ldb = 519, .ldd = 259 };
    size_t bytes_d = (size_t)g.ldd * (size_t)g.n * sizeof(float);
    CUdeviceptr a, b, d, own;
    cublasHandle_t handle;

    child_bind_cublas(c);
    if (!gemm_make_fp32(&g, &c->arena, c->seed, &c->err))
        stop_ours(c, "%s", c->err.text);
    a = device_buffer(c, (size_t)g.lda * (size_t)g.k * sizeof(float));
    b = device_buffer(c, (size_t)g.ldb * (size_t)g.n * sizeof(float));
    d = device_buffer(c, bytes_d);
    own = device_buffer(c, bytes_d);
    device_upload(c, a, g.a, (size_t)g.lda * (size_t)g.k * sizeof(float));
    device_upload(c, b, g.b, (size_t)g.ldb * (size_t)g.n * sizeof(float));
    MUST(c, cublas, cublasCreate_v2(&handle));
    MUST(c, cublas, cublasSetMathMode(handle, CUBLAS_PEDANTIC_MATH));
    multiply(c, handle, &g, a, b, d);
    MUST(c, cublas, cublasDestroy_v2(handle));
    multiply_ourselves(c, &g, a, b, own);
    compare(c, "cublas", &g, d);
    compare(c, "own", &g, own);
    saw_num(c, "seed", "", (double)c->seed);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_blas_gemm_fp32 = {
    .name     = "blas.gemm.fp32",
    .claim    = "cuBLAS multiplies fp32 matrices exactly where the result is exact.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT | NEEDS_KERNELS,
    .stacks   = ON_ANY_STACK,
    .library  = "cublas",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .expects  = (const struct expect[]){
        { .key = "own.wrong",    .bound = EQUALS, .number = 0, .sentence = "the GPU itself is wrong: %s elements of our own product differ", .detail = "own.first" },
        { .key = "cublas.wrong", .bound = EQUALS, .number = 0, .sentence = "%s elements of the product differ from the exact result", .detail = "cublas.first" },
        { .key = NULL },
    },
    .run      = run,
};
