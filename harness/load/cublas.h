/* cublas.h - cuBLAS (libcublas.so) as a table of function pointers. */
#ifndef LOAD_CUBLAS_H
#define LOAD_CUBLAS_H

#include "load/cuda.h"

typedef int                     cublasStatus_t;         /* enums there */
typedef int                     cublasOperation_t;
typedef int                     cublasMath_t;
typedef int                     libraryPropertyType;
typedef int                     cudaDataType;
typedef int                     cublasComputeType_t;
typedef int                     cublasGemmAlgo_t;
typedef int                     cublasEmulationStrategy_t;
typedef struct cublasContext   *cublasHandle_t;

enum {
    CUBLAS_OP_N = 0, CUBLAS_OP_T = 1,
    CUBLAS_STATUS_ARCH_MISMATCH = 8, CUBLAS_STATUS_NOT_SUPPORTED = 15,
    CUBLAS_DEFAULT_MATH = 0,
    CUBLAS_PEDANTIC_MATH = 2,           /* no TF32, no emulation: fp32 means fp32 */
    CUBLAS_TF32_TENSOR_OP_MATH = 3,
    CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION = 16,      /* parts are not added in the output's type */
    CUBLAS_COMPUTE_32F = 68, CUBLAS_COMPUTE_32F_PEDANTIC = 69, CUBLAS_COMPUTE_64F = 70, CUBLAS_COMPUTE_32I = 72,
    CUBLAS_COMPUTE_32F_FAST_TF32 = 77,
    CUBLAS_EMULATION_STRATEGY_DEFAULT = 0, CUBLAS_EMULATION_STRATEGY_PERFORMANT = 1, CUBLAS_EMULATION_STRATEGY_EAGER = 2,
    CUBLAS_GEMM_DEFAULT = -1,
    CUDA_R_32F = 0, CUDA_R_64F = 1, CUDA_R_16F = 2, CUDA_R_8I = 3, CUDA_R_32I = 10, CUDA_R_16BF = 14,
    CUDA_R_8F_E4M3 = 28, CUDA_R_8F_E5M2 = 29, CUDA_R_4F_E2M1 = 33,
    MAJOR_VERSION = 0, MINOR_VERSION = 1, PATCH_LEVEL = 2,
};

/* Versions as the libraries tell them: major * 1000 up to 11.7 (cublas_api.h of 11.6.5), so that 11.6.5 is 11605
 * and 10.2.2 is 10202; major * 10000 later (11.9.2: 110902). */
#define CUBLAS_11_0 11000
#define CUBLAS_12_0 120000
#define CUBLAS_12_8 120800
#define CUBLAS_12_9 120900

#define CUBLAS_SYMS(SYM) \
    SYM(NEED, cublasStatus_t, cublasCreate_v2,          (cublasHandle_t *)) \
    SYM(NEED, cublasStatus_t, cublasDestroy_v2,         (cublasHandle_t)) \
    SYM(NEED, cublasStatus_t, cublasGetProperty,        (libraryPropertyType, int *)) \
    SYM(NEED, cublasStatus_t, cublasGetVersion_v2,      (cublasHandle_t, int *)) \
    SYM(NEED, cublasStatus_t, cublasSetStream_v2,       (cublasHandle_t, CUstream)) \
    SYM(WANT, cublasStatus_t, cublasSetWorkspace_v2,    (cublasHandle_t, void *, size_t)) /* since 11.2 */ \
    SYM(NEED, cublasStatus_t, cublasSetMathMode,        (cublasHandle_t, cublasMath_t)) \
    SYM(NEED, cublasStatus_t, cublasGetMathMode,        (cublasHandle_t, cublasMath_t *)) \
    SYM(WANT, const char *,   cublasGetStatusString,    (cublasStatus_t)) \
    SYM(NEED, cublasStatus_t, cublasSgemm_v2,           (cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int, int, \
                                                         const float *, const float *, int, const float *, int, \
                                                         const float *, float *, int)) \
    SYM(NEED, cublasStatus_t, cublasDgemm_v2,           (cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int, int, \
                                                         const double *, const double *, int, const double *, int, \
                                                         const double *, double *, int)) \
    SYM(WANT, cublasStatus_t, cublasGetEmulationStrategy, (cublasHandle_t, cublasEmulationStrategy_t *)) \
    SYM(NEED, cublasStatus_t, cublasGemmEx,             (cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int, int, \
                                                         const void *, const void *, cudaDataType, int, \
                                                         const void *, cudaDataType, int, \
                                                         const void *, void *, cudaDataType, int, \
                                                         cublasComputeType_t, cublasGemmAlgo_t))

struct cublas { struct dl dl; CUBLAS_SYMS(DL_FIELD) };

bool cublas_bind(struct cublas *t, void *handle, struct err *e) MUST_USE;

/* The words for a status, shared with cuBLASLt. */
const char *cublas_status_name(long code);

#endif
