/* A product by cuBLASLt, by the algorithm that is asked for of those that it offers. */
#include "lt.h"

enum { OFFERED_MAX = 32 };              /* algorithms asked for */

/* fp64 and fp32 are what every GPU has; and what was there once does not go away. Of fp8 and fp4 it does: on compute capability
 * 12.0, cuBLASLt 13 serves some shapes and not others (flashinfer 3255, FlashRT 96). */
static bool must_be_there(const struct multiplier *by)
{
    return lt_is_fp8(by->a_type) || by->a_type == NUMBER_E2M1 ? by->wrong : by->works || by->a_type == NUMBER_FP64 || by->a_type == NUMBER_FP32;
}

_Noreturn static void stop_without(struct child *c, const struct product *p)
{
    stop_unsupported(c, "cuBLASLt has no algorithm for %s%s matrices of %dx%d by %dx%d on compute capability %d.%d",
                     p->a_like != NULL ? "block-scaled " : "", number_name(p->a_type), p->m, p->k, p->k, p->n, c->cc / 10, c->cc % 10);
}

/* Those that can be used, in the library's order. */
static int offered(const struct multiplier *by, const struct product *p, const struct described *x, cublasLtMatmulHeuristicResult_t *results)
{
    const struct lt *lt = by->library;
    struct child *c = by->child;
    int n = 0, usable = 0;
    long code = CALL(c, cublaslt, cublasLtMatmulAlgoGetHeuristic(lt->handle, x->op, x->a, x->b, x->d, x->d, x->preference, OFFERED_MAX, results, &n));

    if (code != 0 && code != CUBLAS_STATUS_NOT_SUPPORTED && code != CUBLAS_STATUS_ARCH_MISMATCH)
        child_call_failed(c, "cublasLtMatmulAlgoGetHeuristic", &c->cublaslt.dl, code);
    for (int i = 0; i < n && code == 0; i++)
        if (results[i].state == 0 && results[i].workspaceSize <= lt->room)
            results[usable++] = results[i];
    if (usable == 0 && must_be_there(by))
        child_call_failed(c, "cublasLtMatmulAlgoGetHeuristic", &c->cublaslt.dl, code != 0 ? code : CUBLAS_STATUS_NOT_SUPPORTED);
    if (usable == 0)
        stop_without(c, p);
    return usable;
}

union scalar { double fp64; float fp32; int32_t int32; };

static union scalar scalar(enum number n, int v)
{
    return n == NUMBER_FP64 ? (union scalar){ .fp64 = v } : n == NUMBER_INT32 ? (union scalar){ .int32 = v } : (union scalar){ .fp32 = (float)v };
}

void lt_multiply(struct multiplier *by, const struct product *p)
{
    cublasLtMatmulHeuristicResult_t results[OFFERED_MAX], *r;
    struct child *c = by->child;
    struct lt *lt = by->library;
    struct described x = lt_describe(c, lt, p);
    const union scalar alpha = scalar(lt->scale, p->alpha), beta = scalar(lt->scale, p->beta);
    const void *a = (const void *)(uintptr_t)p->a, *b = (const void *)(uintptr_t)p->b;
    void *d = (void *)(uintptr_t)p->d, *workspace = (void *)(uintptr_t)lt->workspace;
    long code;

    by->choices = offered(by, p, &x, results);
    r = &results[by->choice < by->choices ? by->choice : 0];
    by->said = lt_tell(c, lt, p->a_type, &r->algo);
    code = CALL(c, cublaslt, cublasLtMatmul(lt->handle, x.op, &alpha, a, x.a, b, x.b, &beta, d, x.d, d, x.d, &r->algo, workspace, r->workspaceSize, NULL));
    if (code == CUBLAS_STATUS_NOT_SUPPORTED && !must_be_there(by))
        stop_without(c, p);
    if (code != 0)
        child_call_failed(c, "cublasLtMatmul", &c->cublaslt.dl, code);
    lt_forget(c, &x);
    by->works = true;
}

struct lt lt_begin(struct child *c, enum number in, enum number out, cublasComputeType_t compute)
{
    struct lt lt = { .compute = compute, .scale = out, .side = product_side(c) };
    const float one = 1;
    size_t version;

    if (in == NUMBER_TF32 && c->cc < 80)
        stop_unsupported(c, "TF32 needs compute capability 8.0; this GPU has %d.%d", c->cc / 10, c->cc % 10);
    child_bind_cublaslt(c);
    product_look_at_environment(c);
    version = VALUE(c, cublaslt, cublasLtGetVersion());
    if (version < CUBLAS_11_0)
        stop_unsupported(c, "cuBLASLt before 11 has another interface");
    if (lt_is_fp8(in) && version < CUBLAS_12_0)        /* 11.11 has it, but no beta other than 0 (NVIDIA/CUDALibrarySamples, LtFp8Matmul) */
        stop_unsupported(c, "cuBLASLt before 12 has no fp8 products that are added to D");
    MUST(c, cublaslt, cublasLtCreate(&lt.handle));
    lt.room = (size_t)lt.side << 21;            /* 34 MiB on 132 SMs */
    lt.workspace = device_buffer(c, lt.room);
    lt.one = device_buffer(c, sizeof one);
    device_upload(c, lt.one, &one, sizeof one);
    return lt;
}

void lt_end(struct child *c, const struct lt *lt)
{
    MUST(c, cublaslt, cublasLtDestroy(lt->handle));
    saw_num(c, "seed", "", (double)c->seed);
}
