/* cusparselt.h - cuSPARSELt (libcusparseLt.so.0) from 0.4 on as a table of function pointers.
 *
 * Its handle and descriptions are the caller's memory, whose size is another in nearly
 * every version: 11024 bytes in 0.4, 13072 in 0.6, 1024 in 0.7, and from 0.8 on 512 that
 * lie at a multiple of 16. None writes behind what its own version has, so that the
 * largest does for all.
 */
#ifndef LOAD_CUSPARSELT_H
#define LOAD_CUSPARSELT_H

#include "load/cusparse.h"

#define CUSPARSELT_ROOM 16384

struct cusparselt_opaque { _Alignas(16) unsigned char data[CUSPARSELT_ROOM]; };

typedef struct cusparselt_opaque cusparseLtHandle_t;
typedef struct cusparselt_opaque cusparseLtMatDescriptor_t;
typedef struct cusparselt_opaque cusparseLtMatmulDescriptor_t;
typedef struct cusparselt_opaque cusparseLtMatmulAlgSelection_t;
typedef struct cusparselt_opaque cusparseLtMatmulPlan_t;

typedef int cusparseLtSparsity_t;       /* enums there */
typedef int cusparseLtMatmulAlg_t;
typedef int cusparseComputeType;

enum { CUSPARSELT_SPARSITY_50_PERCENT = 0, CUSPARSELT_MATMUL_ALG_DEFAULT = 0 };

/* Sums in fp32 and in int32: from 0.6 on, and as 0.4 counted them. */
enum { CUSPARSE_COMPUTE_32I = 0, CUSPARSE_COMPUTE_32F = 2 };
#define CUSPARSELT_0_4_SUMS_IN_FP32   0     /* CUSPARSE_COMPUTE_16F there: of 16-bit factors, in fp32 */
#define CUSPARSELT_0_4_SUMS_IN_INT32  1

#define CUSPARSELT_SYMS(SYM) \
    SYM(NEED, cusparseStatus_t, cusparseLtGetProperty, (libraryPropertyType, int *)) \
    SYM(NEED, cusparseStatus_t, cusparseLtInit, (cusparseLtHandle_t *)) \
    SYM(NEED, cusparseStatus_t, cusparseLtDestroy, (const cusparseLtHandle_t *)) \
    SYM(WANT, const char *, cusparseLtGetErrorName, (cusparseStatus_t)) /* since 0.8; 0.7 only declares it */ \
    SYM(NEED, cusparseStatus_t, cusparseLtDenseDescriptorInit, (const cusparseLtHandle_t *, cusparseLtMatDescriptor_t *, int64_t, int64_t, int64_t, \
                                                                uint32_t, cudaDataType, cusparseOrder_t)) \
    SYM(NEED, cusparseStatus_t, cusparseLtStructuredDescriptorInit, (const cusparseLtHandle_t *, cusparseLtMatDescriptor_t *, int64_t, int64_t, int64_t, \
                                                                     uint32_t, cudaDataType, cusparseOrder_t, cusparseLtSparsity_t)) \
    SYM(NEED, cusparseStatus_t, cusparseLtMatDescriptorDestroy, (const cusparseLtMatDescriptor_t *)) \
    SYM(NEED, cusparseStatus_t, cusparseLtMatmulDescriptorInit, (const cusparseLtHandle_t *, cusparseLtMatmulDescriptor_t *, cusparseOperation_t, cusparseOperation_t, \
                                                                 const cusparseLtMatDescriptor_t *, const cusparseLtMatDescriptor_t *, \
                                                                 const cusparseLtMatDescriptor_t *, const cusparseLtMatDescriptor_t *, cusparseComputeType)) \
    SYM(NEED, cusparseStatus_t, cusparseLtMatmulAlgSelectionInit, (const cusparseLtHandle_t *, cusparseLtMatmulAlgSelection_t *, \
                                                                   const cusparseLtMatmulDescriptor_t *, cusparseLtMatmulAlg_t)) \
    SYM(WANT, cusparseStatus_t, cusparseLtMatmulAlgSelectionDestroy, (const cusparseLtMatmulAlgSelection_t *)) /* since 0.8 */ \
    SYM(NEED, cusparseStatus_t, cusparseLtMatmulGetWorkspace, (const cusparseLtHandle_t *, const cusparseLtMatmulPlan_t *, size_t *)) \
    SYM(NEED, cusparseStatus_t, cusparseLtMatmulPlanInit, (const cusparseLtHandle_t *, cusparseLtMatmulPlan_t *, const cusparseLtMatmulDescriptor_t *, \
                                                           const cusparseLtMatmulAlgSelection_t *)) \
    SYM(NEED, cusparseStatus_t, cusparseLtMatmulPlanDestroy, (const cusparseLtMatmulPlan_t *)) \
    SYM(NEED, cusparseStatus_t, cusparseLtSpMMAPruneCheck, (const cusparseLtHandle_t *, const cusparseLtMatmulDescriptor_t *, const void *, int *, CUstream)) \
    SYM(NEED, cusparseStatus_t, cusparseLtSpMMACompressedSize, (const cusparseLtHandle_t *, const cusparseLtMatmulPlan_t *, size_t *, size_t *)) \
    SYM(NEED, cusparseStatus_t, cusparseLtSpMMACompress, (const cusparseLtHandle_t *, const cusparseLtMatmulPlan_t *, const void *, void *, void *, CUstream)) \
    SYM(NEED, cusparseStatus_t, cusparseLtMatmul, (const cusparseLtHandle_t *, const cusparseLtMatmulPlan_t *, const void *, const void *, const void *, \
                                                   const void *, const void *, void *, void *, CUstream *, int32_t))

struct cusparselt { struct dl dl; CUSPARSELT_SYMS(DL_FIELD) };

bool cusparselt_bind(struct cusparselt *t, void *handle, struct err *e) MUST_USE;

#endif
