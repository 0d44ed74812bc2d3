/* cusparse.h - cuSPARSE (libcusparse.so) as a table of function pointers: its generic
 * interface, which came with CUDA 10.1 and whose numbers have not changed since.
 */
#ifndef LOAD_CUSPARSE_H
#define LOAD_CUSPARSE_H

#include "load/cublas.h"

typedef int cusparseStatus_t;           /* enums there */
typedef int cusparseOperation_t;
typedef int cusparseIndexType_t;
typedef int cusparseIndexBase_t;
typedef int cusparseOrder_t;
typedef int cusparseSpMVAlg_t;
typedef int cusparseSpMMAlg_t;

typedef struct cusparseContext    *cusparseHandle_t;
typedef struct cusparseSpMatDescr *cusparseSpMatDescr_t;
typedef struct cusparseDnVecDescr *cusparseDnVecDescr_t;
typedef struct cusparseDnMatDescr *cusparseDnMatDescr_t;

/* Before CUDA 12, what is only read was not const: for a call that is the same. */
typedef const struct cusparseSpMatDescr *cusparseConstSpMatDescr_t;
typedef const struct cusparseDnVecDescr *cusparseConstDnVecDescr_t;
typedef const struct cusparseDnMatDescr *cusparseConstDnMatDescr_t;

enum {
    CUSPARSE_STATUS_INVALID_VALUE = 3, CUSPARSE_STATUS_ARCH_MISMATCH = 4, CUSPARSE_STATUS_MATRIX_TYPE_NOT_SUPPORTED = 8, CUSPARSE_STATUS_NOT_SUPPORTED = 10,
    CUSPARSE_OPERATION_NON_TRANSPOSE = 0, CUSPARSE_OPERATION_TRANSPOSE = 1,
    CUSPARSE_INDEX_32I = 2, CUSPARSE_INDEX_64I = 3,
    CUSPARSE_INDEX_BASE_ZERO = 0, CUSPARSE_INDEX_BASE_ONE = 1,
    CUSPARSE_ORDER_COL = 1, CUSPARSE_ORDER_ROW = 2,
    CUSPARSE_SPMV_ALG_DEFAULT = 0, CUSPARSE_SPMV_COO_ALG1 = 1, CUSPARSE_SPMV_CSR_ALG1 = 2, CUSPARSE_SPMV_CSR_ALG2 = 3,
    CUSPARSE_SPMV_COO_ALG2 = 4,
    CUSPARSE_SPMM_ALG_DEFAULT = 0, CUSPARSE_SPMM_COO_ALG1 = 1, CUSPARSE_SPMM_COO_ALG2 = 2, CUSPARSE_SPMM_COO_ALG3 = 3,
    CUSPARSE_SPMM_CSR_ALG1 = 4, CUSPARSE_SPMM_COO_ALG4 = 5, CUSPARSE_SPMM_CSR_ALG2 = 6, CUSPARSE_SPMM_CSR_ALG3 = 12,
};

#define CUSPARSE_SYMS(SYM) \
    SYM(NEED, cusparseStatus_t, cusparseCreate,          (cusparseHandle_t *)) \
    SYM(NEED, cusparseStatus_t, cusparseDestroy,         (cusparseHandle_t)) \
    SYM(NEED, cusparseStatus_t, cusparseGetProperty,     (libraryPropertyType, int *)) \
    SYM(WANT, const char *,     cusparseGetErrorString,  (cusparseStatus_t)) /* this and all below: since CUDA 10.1 */ \
    SYM(WANT, const char *,     cusparseGetErrorName,    (cusparseStatus_t)) \
    SYM(WANT, cusparseStatus_t, cusparseCreateCsr,       (cusparseSpMatDescr_t *, int64_t, int64_t, int64_t, void *, void *, void *, \
                                                          cusparseIndexType_t, cusparseIndexType_t, cusparseIndexBase_t, cudaDataType)) \
    SYM(WANT, cusparseStatus_t, cusparseCreateCoo,       (cusparseSpMatDescr_t *, int64_t, int64_t, int64_t, void *, void *, void *, \
                                                          cusparseIndexType_t, cusparseIndexBase_t, cudaDataType)) \
    SYM(WANT, cusparseStatus_t, cusparseDestroySpMat,    (cusparseConstSpMatDescr_t)) \
    SYM(WANT, cusparseStatus_t, cusparseCreateDnVec,     (cusparseDnVecDescr_t *, int64_t, void *, cudaDataType)) \
    SYM(WANT, cusparseStatus_t, cusparseDestroyDnVec,    (cusparseConstDnVecDescr_t)) \
    SYM(WANT, cusparseStatus_t, cusparseCreateDnMat,     (cusparseDnMatDescr_t *, int64_t, int64_t, int64_t, void *, cudaDataType, cusparseOrder_t)) \
    SYM(WANT, cusparseStatus_t, cusparseDestroyDnMat,    (cusparseConstDnMatDescr_t)) \
    SYM(WANT, cusparseStatus_t, cusparseSpMV_bufferSize, (cusparseHandle_t, cusparseOperation_t, const void *, cusparseConstSpMatDescr_t, \
                                                          cusparseConstDnVecDescr_t, const void *, cusparseDnVecDescr_t, cudaDataType, \
                                                          cusparseSpMVAlg_t, size_t *)) \
    SYM(WANT, cusparseStatus_t, cusparseSpMV,            (cusparseHandle_t, cusparseOperation_t, const void *, cusparseConstSpMatDescr_t, \
                                                          cusparseConstDnVecDescr_t, const void *, cusparseDnVecDescr_t, cudaDataType, \
                                                          cusparseSpMVAlg_t, void *)) \
    SYM(WANT, cusparseStatus_t, cusparseSpMM_bufferSize, (cusparseHandle_t, cusparseOperation_t, cusparseOperation_t, const void *, \
                                                          cusparseConstSpMatDescr_t, cusparseConstDnMatDescr_t, const void *, \
                                                          cusparseDnMatDescr_t, cudaDataType, cusparseSpMMAlg_t, size_t *)) \
    SYM(WANT, cusparseStatus_t, cusparseSpMM,            (cusparseHandle_t, cusparseOperation_t, cusparseOperation_t, const void *, \
                                                          cusparseConstSpMatDescr_t, cusparseConstDnMatDescr_t, const void *, \
                                                          cusparseDnMatDescr_t, cudaDataType, cusparseSpMMAlg_t, void *))

struct cusparse { struct dl dl; CUSPARSE_SYMS(DL_FIELD) };

bool cusparse_bind(struct cusparse *t, void *handle, struct err *e) MUST_USE;

/* The words for a status, shared with cuSPARSELt. */
const char *cusparse_status_name(long code);

/* What a type, an algorithm or a GPU lacks: no fault of the library's. */
bool cusparse_is_not_supported(long code);

#endif
