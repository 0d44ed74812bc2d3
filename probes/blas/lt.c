/* blas.lt.* - cuBLASLt on integers that are exact in each type, by the algorithms
 * that it offers: as blas.gemm.*, and fp8 and int8. */
#include "probes/blas/lt.h"

#include "base/text.h"

enum { OFFERED_MAX = 32, USED_MAX = 4 };        /* algorithms asked for; those that a large product is repeated with */

static cudaDataType type_of(enum number n)
{
    switch (n) {
    case NUMBER_FP64:  return CUDA_R_64F;
    case NUMBER_FP16:  return CUDA_R_16F;
    case NUMBER_BF16:  return CUDA_R_16BF;
    case NUMBER_E4M3:  return CUDA_R_8F_E4M3;
    case NUMBER_E5M2:  return CUDA_R_8F_E5M2;
    case NUMBER_INT8:  return CUDA_R_8I;
    case NUMBER_INT32: return CUDA_R_32I;
    default:           return CUDA_R_32F;
    }
}

static bool is_fp8(enum number n)
{
    return n == NUMBER_E4M3 || n == NUMBER_E5M2;
}

static void set(struct child *c, cublasLtMatmulDesc_t op, cublasLtMatmulDescAttributes_t which, const void *value, size_t bytes)
{
    MUST(c, cublaslt, cublasLtMatmulDescSetAttribute(op, which, value, bytes));
}

static void prefer(struct child *c, cublasLtMatmulPreference_t p, cublasLtMatmulPreferenceAttributes_t which, const void *value, size_t bytes)
{
    MUST(c, cublaslt, cublasLtMatmulPreferenceSetAttribute(p, which, value, bytes));
}

/* What every column's address is a multiple of, at most what our buffers are. */
static uint32_t alignment(int ld, enum number n)
{
    uint32_t bytes = (uint32_t)ld * (uint32_t)number_bytes(n), most = 256;

    while (bytes % most != 0)
        most /= 2;
    return most;
}

/* Without its own words, the library would take every matrix to be aligned to 256 bytes, and have no workspace. */
static void describe_preference(struct child *c, const struct lt *lt, const struct product *p, cublasLtMatmulPreference_t preference)
{
    const uint32_t a = alignment(p->lda, p->a_type), b = alignment(p->ldb, p->b_type), d = alignment(p->ldd, p->out);
    const uint32_t reductions = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
    const uint64_t room = lt->room;

    prefer(c, preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &room, sizeof room);
    if (!p->any_reduction)
        prefer(c, preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &reductions, sizeof reductions);
    prefer(c, preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, &a, sizeof a);
    prefer(c, preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, &b, sizeof b);
    prefer(c, preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, &d, sizeof d);
    prefer(c, preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, &d, sizeof d);
}

/* Rows and columns are those that lie in memory, before a transpose. */
static struct lt_call describe(struct child *c, const struct lt *lt, const struct product *p)
{
    const int32_t ta = p->ta ? CUBLAS_OP_T : CUBLAS_OP_N, tb = p->tb ? CUBLAS_OP_T : CUBLAS_OP_N;
    const uint64_t m = (uint64_t)p->m, n = (uint64_t)p->n, k = (uint64_t)p->k;
    const int8_t fast = lt->fast;
    const void *one = (const void *)(uintptr_t)lt->one;
    struct lt_call x = { .choices = 0 };

    MUST(c, cublaslt, cublasLtMatmulDescCreate(&x.op, lt->compute, type_of(lt->scale)));
    set(c, x.op, CUBLASLT_MATMUL_DESC_TRANSA, &ta, sizeof ta);
    set(c, x.op, CUBLASLT_MATMUL_DESC_TRANSB, &tb, sizeof tb);
    if (is_fp8(p->a_type)) {
        set(c, x.op, CUBLASLT_MATMUL_DESC_FAST_ACCUM, &fast, sizeof fast);
        set(c, x.op, CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, &one, sizeof one);
        set(c, x.op, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, &one, sizeof one);
    }
    MUST(c, cublaslt, cublasLtMatrixLayoutCreate(&x.a, type_of(p->a_type), p->ta ? k : m, p->ta ? m : k, p->lda));
    MUST(c, cublaslt, cublasLtMatrixLayoutCreate(&x.b, type_of(p->b_type), p->tb ? n : k, p->tb ? k : n, p->ldb));
    MUST(c, cublaslt, cublasLtMatrixLayoutCreate(&x.d, type_of(p->out), m, n, p->ldd));
    MUST(c, cublaslt, cublasLtMatmulPreferenceCreate(&x.preference));
    describe_preference(c, lt, p, x.preference);
    return x;
}

void lt_forget(struct child *c, const struct lt_call *x)
{
    MUST(c, cublaslt, cublasLtMatmulPreferenceDestroy(x->preference));
    MUST(c, cublaslt, cublasLtMatrixLayoutDestroy(x->d));
    MUST(c, cublaslt, cublasLtMatrixLayoutDestroy(x->b));
    MUST(c, cublaslt, cublasLtMatrixLayoutDestroy(x->a));
    MUST(c, cublaslt, cublasLtMatmulDescDestroy(x->op));
}

/* ---- What the library says of an algorithm ---- */

static const struct { uint64_t flag; const char *words; } numerics[] = {
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_FMA,  "FMA" },   { CUBLASLT_NUMERICAL_IMPL_FLAGS_HMMA, "HMMA" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_IMMA, "IMMA" },  { CUBLASLT_NUMERICAL_IMPL_FLAGS_DMMA, "DMMA" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16F, "of fp16" },      { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16BF, "of bf16" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_TF32, "of tf32" },     { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_32F, "of fp32" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_64F, "of fp64" },      { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_8I, "of int8" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_8F_E4M3, "of e4m3" },  { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_8F_E5M2, "of e5m2" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_16F, "summed in fp16" },   { CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32F, "summed in fp32" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_64F, "summed in fp64" },   { CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32I, "summed in int32" },
};

static uint64_t flags_of(struct child *c, const cublasLtMatmulAlgo_t *algo)
{
    uint64_t flags = 0;
    size_t written;

    if (c->cublaslt.cublasLtMatmulAlgoCapGetAttribute == NULL
        || CALL(c, cublaslt, cublasLtMatmulAlgoCapGetAttribute(algo, CUBLASLT_ALGO_CAP_NUMERICAL_IMPL_FLAGS, &flags, sizeof flags, &written)) != 0)
        return 0;
    return flags;
}

static uint32_t config(struct child *c, const cublasLtMatmulAlgo_t *algo, cublasLtMatmulAlgoConfigAttributes_t which)
{
    uint32_t value = 0;
    size_t written;

    if (c->cublaslt.cublasLtMatmulAlgoConfigGetAttribute == NULL
        || CALL(c, cublaslt, cublasLtMatmulAlgoConfigGetAttribute(algo, which, &value, sizeof value, &written)) != 0)
        return 0;
    return value;
}

const char *lt_words(struct child *c, const struct lt_call *call)
{
    const cublasLtMatmulAlgo_t *algo = &call->algo;
    struct text t = { .arena = &c->arena };
    uint64_t flags = flags_of(c, algo);

    text_add(&t, "algorithm %d, tile %u, split K %d, reduction scheme %u,", (int)config(c, algo, CUBLASLT_ALGO_CONFIG_ID),
             config(c, algo, CUBLASLT_ALGO_CONFIG_TILE_ID), (int)config(c, algo, CUBLASLT_ALGO_CONFIG_SPLITK_NUM),
             config(c, algo, CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME));
    for (size_t i = 0; i < COUNT_OF(numerics); i++)
        if (flags & numerics[i].flag)
            text_add(&t, " %s", numerics[i].words);
    return t.s;
}

/* fp32 was asked for: what the library says that it does instead. The data decide whether the result is one. */
static void look_at_narrowing(struct child *c, enum number type, uint64_t flags)
{
    const uint64_t narrower = CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16F | CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16BF | CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_TF32;

    if (type == NUMBER_FP32 && (flags & narrower) != 0)
        saw_text(c, "warning", "cuBLASLt offers an algorithm on narrower numbers for fp32");
}

/* ---- Multiplying ---- */

/* fp64 and fp32 are what every GPU has; and what was there once does not go away. Of fp8 it does: on compute capability
 * 12.0, cuBLASLt 13 serves some shapes and not others (flashinfer 3255, FlashRT 96). */
static bool must_be_there(const struct multiplier *by)
{
    return is_fp8(by->a_type) ? by->wrong : by->works || by->a_type == NUMBER_FP64 || by->a_type == NUMBER_FP32;
}

_Noreturn static void stop_without(struct child *c, const struct product *p)
{
    stop_unsupported(c, "cuBLASLt has no algorithm for %s matrices of %dx%d by %dx%d on compute capability %d.%d", number_name(p->a_type),
                     p->m, p->k, p->k, p->n, c->cc / 10, c->cc % 10);
}

/* Those that can be used stand first then, in the library's order. */
static int usable(const struct lt *lt, cublasLtMatmulHeuristicResult_t *results, int n)
{
    int kept = 0;

    for (int i = 0; i < n; i++)
        if (results[i].state == 0 && results[i].workspaceSize <= lt->room)
            results[kept++] = results[i];
    return kept;
}

bool lt_prepare(struct child *c, const struct lt *lt, const struct product *p, int choice, struct lt_call *call)
{
    cublasLtMatmulHeuristicResult_t results[OFFERED_MAX];
    struct lt_call x = describe(c, lt, p);
    int n = 0;

    x.code = CALL(c, cublaslt, cublasLtMatmulAlgoGetHeuristic(lt->handle, x.op, x.a, x.b, x.d, x.d, x.preference, OFFERED_MAX, results, &n));
    if (x.code != 0 && x.code != CUBLAS_STATUS_NOT_SUPPORTED && x.code != CUBLAS_STATUS_ARCH_MISMATCH)
        child_call_failed(c, "cublasLtMatmulAlgoGetHeuristic", &c->cublaslt.dl, x.code);
    x.choices = x.code == 0 ? usable(lt, results, n) : 0;
    if (x.choices == 0) {
        lt_forget(c, &x);
    } else {
        x.algo = results[choice % x.choices].algo;
        x.workspace = results[choice % x.choices].workspaceSize;
    }
    *call = x;
    return x.choices > 0;
}

union scalar { double fp64; float fp32; int32_t int32; };

static union scalar scalar(enum number n, int v)
{
    return n == NUMBER_FP64 ? (union scalar){ .fp64 = v } : n == NUMBER_INT32 ? (union scalar){ .int32 = v } : (union scalar){ .fp32 = (float)v };
}

long lt_queue(struct child *c, const struct lt *lt, const struct product *p, const struct lt_call *x, CUstream stream)
{
    const union scalar alpha = scalar(lt->scale, p->alpha), beta = scalar(lt->scale, p->beta);
    const void *a = (const void *)(uintptr_t)p->a, *b = (const void *)(uintptr_t)p->b;
    void *d = (void *)(uintptr_t)p->d, *workspace = (void *)(uintptr_t)lt->workspace;

    return CALL(c, cublaslt, cublasLtMatmul(lt->handle, x->op, &alpha, a, x->a, b, x->b, &beta, d, x->d, d, x->d, &x->algo, workspace, x->workspace, stream));
}

static void multiply(struct multiplier *by, const struct product *p)
{
    struct child *c = by->child;
    struct lt *lt = by->library;
    struct lt_call x;
    long code;

    if (!lt_prepare(c, lt, p, by->choice, &x)) {
        if (must_be_there(by))
            child_call_failed(c, "cublasLtMatmulAlgoGetHeuristic", &c->cublaslt.dl, x.code != 0 ? x.code : CUBLAS_STATUS_NOT_SUPPORTED);
        stop_without(c, p);
    }
    by->choices = x.choices;
    by->said = lt_words(c, &x);
    if (lt->told == NULL || !text_is(lt->told, by->said)) {
        saw_text(c, "algorithm", "%s", by->said);
        look_at_narrowing(c, p->a_type, flags_of(c, &x.algo));
    }
    lt->told = by->said;
    code = lt_queue(c, lt, p, &x, NULL);
    if (code == CUBLAS_STATUS_NOT_SUPPORTED && !must_be_there(by))
        stop_without(c, p);
    if (code != 0)
        child_call_failed(c, "cublasLtMatmul", &c->cublaslt.dl, code);
    lt_forget(c, &x);
    by->works = true;
}

bool lt_may_have(struct child *c, const struct lt *lt, enum number in, const char **why)
{
    if (in == NUMBER_TF32 && c->cc < 80) {
        *why = text_make(&c->arena, "TF32 needs compute capability 8.0; this GPU has %d.%d", c->cc / 10, c->cc % 10);
        return false;
    }
    if (is_fp8(in) && lt->version < CUBLAS_12_0) {      /* 11.11 has it, but no beta other than 0 (NVIDIA/CUDALibrarySamples, LtFp8Matmul) */
        *why = "cuBLASLt before 12 has no fp8 products that are added to D";
        return false;
    }
    return true;
}

void lt_open(struct child *c, struct lt *lt, size_t room)
{
    const float one = 1;

    child_bind_cublaslt(c);
    product_look_at_environment(c);
    lt->version = VALUE(c, cublaslt, cublasLtGetVersion());
    if (lt->version < CUBLAS_11_0)
        stop_unsupported(c, "cuBLASLt before 11 has another interface");
    MUST(c, cublaslt, cublasLtCreate(&lt->handle));
    lt->room = room;
    lt->workspace = device_buffer(c, room);
    lt->one = device_buffer(c, sizeof one);
    device_upload(c, lt->one, &one, sizeof one);
}

static struct lt begin(struct child *c, enum number in, enum number out, cublasComputeType_t compute)
{
    struct lt lt = { .compute = compute, .scale = out, .side = product_side(c) };
    const char *why;

    lt_open(c, &lt, (size_t)lt.side << 21);     /* 34 MiB on 132 SMs */
    if (!lt_may_have(c, &lt, in, &why))
        stop_unsupported(c, "%s", why);
    return lt;
}

static void end(struct child *c, const struct lt *lt)
{
    MUST(c, cublaslt, cublasLtDestroy(lt->handle));
    saw_num(c, "seed", "", (double)c->seed);
}

/* For burn-in: what an unsteady GPU gets wrong now and then. */
static void run_again(struct child *c, enum number in, enum number out, cublasComputeType_t compute)
{
    struct lt lt = begin(c, in, out, compute);
    struct multiplier by = { .child = c, .multiply = multiply, .library = &lt, .side = lt.side, .a_type = in, .b_type = in,
                             .out = out, .aligned = number_bytes(in) == 1 };

    product_reals(&by, false, 100);
    end(c, &lt);
}

static void run(struct child *c, enum number in, enum number out, cublasComputeType_t compute)
{
    struct lt lt = begin(c, in, out, compute);
    struct multiplier by = { .child = c, .multiply = multiply, .library = &lt, .side = lt.side, .a_type = in, .out = out,
                             .b_type = in == NUMBER_E5M2 ? NUMBER_E4M3 : in,        /* two of e5m2 is what no GPU multiplies */
                             .aligned = number_bytes(in) == 1 };

    product_whole(&by);
    product_tiles(&by, "tiles", out, exact_below(in, c->cc), false, USED_MAX);
    lt.fast = is_fp8(in);
    if (lt.fast)
        product_tiles(&by, "fast", out, exact_below(in, c->cc), false, USED_MAX);
    if (number_bytes(in) == 2) {
        product_rounding(&by, in);
        product_tiles(&by, "narrow", in, number_integers(in), true, USED_MAX);
    }
    if (in != NUMBER_INT8)
        product_reals(&by, lt.fast, 3);
    end(c, &lt);
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
