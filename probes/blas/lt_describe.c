/* What cuBLASLt is told of a product. */
#include "lt.h"

static cudaDataType type_of(enum number n)
{
    switch (n) {
    case NUMBER_FP64:  return CUDA_R_64F;
    case NUMBER_FP16:  return CUDA_R_16F;
    case NUMBER_BF16:  return CUDA_R_16BF;
    case NUMBER_E4M3:  return CUDA_R_8F_E4M3;
    case NUMBER_E5M2:  return CUDA_R_8F_E5M2;
    case NUMBER_E2M1:  return CUDA_R_4F_E2M1;
    case NUMBER_INT8:  return CUDA_R_8I;
    case NUMBER_INT32: return CUDA_R_32I;
    default:           return CUDA_R_32F;
    }
}

cublasComputeType_t lt_compute(enum number in)
{
    switch (in) {
    case NUMBER_FP64: return CUBLAS_COMPUTE_64F;
    case NUMBER_FP32: return CUBLAS_COMPUTE_32F_PEDANTIC;
    case NUMBER_TF32: return CUBLAS_COMPUTE_32F_FAST_TF32;
    case NUMBER_INT8: return CUBLAS_COMPUTE_32I;
    default:          return CUBLAS_COMPUTE_32F;
    }
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
    uint32_t bytes = (uint32_t)number_room(n, (size_t)ld), most = 256;

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

static int32_t mode_of(const struct scaled *like)
{
    switch (like->scale) {
    case NUMBER_UE4M3: return CUBLASLT_MATMUL_MATRIX_SCALE_VEC16_UE4M3;
    case NUMBER_UE8M0: return CUBLASLT_MATMUL_MATRIX_SCALE_VEC32_UE8M0;
    default:           return like->across == 1 ? CUBLASLT_MATMUL_MATRIX_SCALE_VEC128_32F : CUBLASLT_MATMUL_MATRIX_SCALE_BLK128x128_32F;
    }
}

/* Scale factors of blocks; or of fp8 as a whole: 1. There are kernels that want them, and everybody sets them (openxla/xla 40747). */
static void describe_scales(struct child *c, const struct lt *lt, const struct product *p, cublasLtMatmulDesc_t op)
{
    const bool blocks = p->a_like != NULL;
    const int32_t a_mode = blocks ? mode_of(p->a_like) : 0, b_mode = blocks ? mode_of(p->b_like) : 0;
    const void *a = (const void *)(uintptr_t)(blocks ? p->a_scales : lt->one), *b = (const void *)(uintptr_t)(blocks ? p->b_scales : lt->one);
    const int8_t fast = lt->fast;

    if (blocks) {
        set(c, op, CUBLASLT_MATMUL_DESC_A_SCALE_MODE, &a_mode, sizeof a_mode);
        set(c, op, CUBLASLT_MATMUL_DESC_B_SCALE_MODE, &b_mode, sizeof b_mode);
    } else
        set(c, op, CUBLASLT_MATMUL_DESC_FAST_ACCUM, &fast, sizeof fast);
    set(c, op, CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, &a, sizeof a);
    set(c, op, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, &b, sizeof b);
}

/* Rows and columns are those that lie in memory, before a transpose. */
struct described lt_describe(struct child *c, const struct lt *lt, const struct product *p)
{
    const int32_t ta = p->ta ? CUBLAS_OP_T : CUBLAS_OP_N, tb = p->tb ? CUBLAS_OP_T : CUBLAS_OP_N;
    const uint64_t m = (uint64_t)p->m, n = (uint64_t)p->n, k = (uint64_t)p->k;
    struct described x;

    MUST(c, cublaslt, cublasLtMatmulDescCreate(&x.op, lt->compute, type_of(lt->scale)));
    set(c, x.op, CUBLASLT_MATMUL_DESC_TRANSA, &ta, sizeof ta);
    set(c, x.op, CUBLASLT_MATMUL_DESC_TRANSB, &tb, sizeof tb);
    if (lt_is_fp8(p->a_type) || p->a_like != NULL)
        describe_scales(c, lt, p, x.op);
    MUST(c, cublaslt, cublasLtMatrixLayoutCreate(&x.a, type_of(p->a_type), p->ta ? k : m, p->ta ? m : k, p->lda));
    MUST(c, cublaslt, cublasLtMatrixLayoutCreate(&x.b, type_of(p->b_type), p->tb ? n : k, p->tb ? k : n, p->ldb));
    MUST(c, cublaslt, cublasLtMatrixLayoutCreate(&x.d, type_of(p->out), m, n, p->ldd));
    MUST(c, cublaslt, cublasLtMatmulPreferenceCreate(&x.preference));
    describe_preference(c, lt, p, x.preference);
    return x;
}

void lt_forget(struct child *c, const struct described *x)
{
    MUST(c, cublaslt, cublasLtMatmulPreferenceDestroy(x->preference));
    MUST(c, cublaslt, cublasLtMatrixLayoutDestroy(x->d));
    MUST(c, cublaslt, cublasLtMatrixLayoutDestroy(x->b));
    MUST(c, cublaslt, cublasLtMatrixLayoutDestroy(x->a));
    MUST(c, cublaslt, cublasLtMatmulDescDestroy(x->op));
}
