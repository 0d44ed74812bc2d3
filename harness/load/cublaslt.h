/* cublaslt.h - cuBLASLt (libcublasLt.so) as a table of function pointers. */
#ifndef LOAD_CUBLASLT_H
#define LOAD_CUBLASLT_H

#include "load/cublas.h"

typedef struct cublasLtContext          *cublasLtHandle_t;
typedef struct cublasLtMatmulDesc       *cublasLtMatmulDesc_t;
typedef struct cublasLtMatrixLayout     *cublasLtMatrixLayout_t;
typedef struct cublasLtMatmulPreference *cublasLtMatmulPreference_t;
typedef int                              cublasLtMatmulDescAttributes_t;         /* enums there */
typedef int                              cublasLtMatmulPreferenceAttributes_t;
typedef int                              cublasLtMatmulAlgoCapAttributes_t;
typedef int                              cublasLtMatmulAlgoConfigAttributes_t;

typedef struct { uint64_t data[8]; } cublasLtMatmulAlgo_t;
typedef struct {
    cublasLtMatmulAlgo_t algo;
    size_t               workspaceSize;
    cublasStatus_t       state;             /* 0: the fields beside it hold */
    float                wavesCount;
    int                  reserved[4];
} cublasLtMatmulHeuristicResult_t;

enum {
    CUBLASLT_MATMUL_DESC_TRANSA = 3, CUBLASLT_MATMUL_DESC_TRANSB = 4,          /* int32 */
    CUBLASLT_MATMUL_DESC_A_SCALE_POINTER = 17, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER = 18,      /* const float *, on the device; of fp8 only */
    CUBLASLT_MATMUL_DESC_FAST_ACCUM = 25,                                      /* int8, of fp8 only */
    CUBLASLT_MATMUL_DESC_A_SCALE_MODE = 31, CUBLASLT_MATMUL_DESC_B_SCALE_MODE = 32,            /* int32, since 12.8; without it, one float */
    CUBLASLT_MATMUL_MATRIX_SCALE_VEC16_UE4M3 = 1, CUBLASLT_MATMUL_MATRIX_SCALE_VEC32_UE8M0 = 2,
    CUBLASLT_MATMUL_MATRIX_SCALE_VEC128_32F = 4, CUBLASLT_MATMUL_MATRIX_SCALE_BLK128x128_32F = 5,     /* since 12.9 */
    CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES = 1,                              /* uint64; without it, none */
    CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK = 3,                            /* uint32 */
    CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES = 5, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES = 6,    /* uint32; without it, 256 */
    CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES = 7, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES = 8,
    CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE = 2,
    CUBLASLT_ALGO_CAP_NUMERICAL_IMPL_FLAGS = 15,                               /* uint64 */
    CUBLASLT_ALGO_CONFIG_ID = 0, CUBLASLT_ALGO_CONFIG_TILE_ID = 1,             /* int32, uint32 */
    CUBLASLT_ALGO_CONFIG_SPLITK_NUM = 2, CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME = 3,
    CUBLASLT_NUMERICAL_IMPL_FLAGS_FMA = 1, CUBLASLT_NUMERICAL_IMPL_FLAGS_HMMA = 2,
    CUBLASLT_NUMERICAL_IMPL_FLAGS_IMMA = 4, CUBLASLT_NUMERICAL_IMPL_FLAGS_DMMA = 8,
    CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_16F = 0x100, CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32F = 0x200,
    CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_64F = 0x400, CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32I = 0x800,
    CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16F = 0x10000, CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16BF = 0x20000,
    CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_TF32 = 0x40000, CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_32F = 0x80000,
    CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_64F = 0x100000, CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_8I = 0x200000,
    CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_8F_E4M3 = 0x400000, CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_8F_E5M2 = 0x800000,
};

#define CUBLASLT_SYMS(SYM) \
    SYM(NEED, size_t,         cublasLtGetVersion,       (void)) \
    SYM(NEED, size_t,         cublasLtGetCudartVersion, (void)) \
    SYM(NEED, cublasStatus_t, cublasLtCreate,           (cublasLtHandle_t *)) \
    SYM(NEED, cublasStatus_t, cublasLtDestroy,          (cublasLtHandle_t)) \
    SYM(WANT, const char *,   cublasLtGetStatusString,  (cublasStatus_t)) \
    SYM(NEED, cublasStatus_t, cublasLtMatmulDescCreate, (cublasLtMatmulDesc_t *, cublasComputeType_t, cudaDataType)) \
    SYM(NEED, cublasStatus_t, cublasLtMatmulDescDestroy, (cublasLtMatmulDesc_t)) \
    SYM(NEED, cublasStatus_t, cublasLtMatmulDescSetAttribute, (cublasLtMatmulDesc_t, cublasLtMatmulDescAttributes_t, const void *, size_t)) \
    SYM(NEED, cublasStatus_t, cublasLtMatrixLayoutCreate, (cublasLtMatrixLayout_t *, cudaDataType, uint64_t, uint64_t, int64_t)) \
    SYM(NEED, cublasStatus_t, cublasLtMatrixLayoutDestroy, (cublasLtMatrixLayout_t)) \
    SYM(NEED, cublasStatus_t, cublasLtMatmulPreferenceCreate, (cublasLtMatmulPreference_t *)) \
    SYM(NEED, cublasStatus_t, cublasLtMatmulPreferenceDestroy, (cublasLtMatmulPreference_t)) \
    SYM(NEED, cublasStatus_t, cublasLtMatmulPreferenceSetAttribute, (cublasLtMatmulPreference_t, cublasLtMatmulPreferenceAttributes_t, \
                                                         const void *, size_t)) \
    SYM(NEED, cublasStatus_t, cublasLtMatmulAlgoGetHeuristic, (cublasLtHandle_t, cublasLtMatmulDesc_t, cublasLtMatrixLayout_t, \
                                                         cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, \
                                                         cublasLtMatmulPreference_t, int, cublasLtMatmulHeuristicResult_t *, int *)) \
    SYM(WANT, cublasStatus_t, cublasLtMatmulAlgoCapGetAttribute, (const cublasLtMatmulAlgo_t *, cublasLtMatmulAlgoCapAttributes_t, \
                                                         void *, size_t, size_t *)) \
    SYM(WANT, cublasStatus_t, cublasLtMatmulAlgoConfigGetAttribute, (const cublasLtMatmulAlgo_t *, cublasLtMatmulAlgoConfigAttributes_t, \
                                                         void *, size_t, size_t *)) \
    SYM(NEED, cublasStatus_t, cublasLtMatmul,           (cublasLtHandle_t, cublasLtMatmulDesc_t, const void *, const void *, cublasLtMatrixLayout_t, \
                                                         const void *, cublasLtMatrixLayout_t, const void *, const void *, cublasLtMatrixLayout_t, \
                                                         void *, cublasLtMatrixLayout_t, const cublasLtMatmulAlgo_t *, void *, size_t, CUstream))

struct cublaslt { struct dl dl; CUBLASLT_SYMS(DL_FIELD) };

bool cublaslt_bind(struct cublaslt *t, void *handle, struct err *e) MUST_USE;

#endif
