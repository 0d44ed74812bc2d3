/* nccl.h - NCCL (libnccl.so.2) as a table of function pointers. */
#ifndef LOAD_NCCL_H
#define LOAD_NCCL_H

#include "load/cuda.h"

typedef int               ncclResult_t;         /* enums there */
typedef int               ncclDataType_t;
typedef int               ncclRedOp_t;
typedef int               ncclScalarResidence_t;
typedef struct ncclComm  *ncclComm_t;
typedef struct { char internal[128]; } ncclUniqueId;

enum {
    ncclInProgress = 7, ncclSum = 0,
    ncclInt32 = 2, ncclInt64 = 4, ncclFloat32 = 7, ncclBfloat16 = 9,
    ncclScalarHostImmediate = 1,
};

#define NCCL_SYMS(SYM) \
    SYM(NEED, ncclResult_t, ncclGetVersion,             (int *)) \
    SYM(NEED, const char *, ncclGetErrorString,         (ncclResult_t)) \
    SYM(WANT, const char *, ncclGetLastError,           (ncclComm_t)) \
    SYM(NEED, ncclResult_t, ncclGetUniqueId,            (ncclUniqueId *)) \
    SYM(NEED, ncclResult_t, ncclCommInitRank,           (ncclComm_t *, int, ncclUniqueId, int)) \
    SYM(NEED, ncclResult_t, ncclCommInitAll,            (ncclComm_t *, int, const int *)) \
    SYM(NEED, ncclResult_t, ncclCommDestroy,            (ncclComm_t)) \
    SYM(NEED, ncclResult_t, ncclCommAbort,              (ncclComm_t)) \
    SYM(NEED, ncclResult_t, ncclCommGetAsyncError,      (ncclComm_t, ncclResult_t *)) \
    SYM(WANT, ncclResult_t, ncclRedOpCreatePreMulSum,   (ncclRedOp_t *, void *, ncclDataType_t, ncclScalarResidence_t, ncclComm_t)) \
    SYM(WANT, ncclResult_t, ncclRedOpDestroy,           (ncclRedOp_t, ncclComm_t)) \
    SYM(NEED, ncclResult_t, ncclGroupStart,             (void)) \
    SYM(NEED, ncclResult_t, ncclGroupEnd,               (void)) \
    SYM(NEED, ncclResult_t, ncclAllGather,              (const void *, void *, size_t, ncclDataType_t, ncclComm_t, CUstream)) \
    SYM(NEED, ncclResult_t, ncclReduceScatter,          (const void *, void *, size_t, ncclDataType_t, ncclRedOp_t, ncclComm_t, CUstream)) \
    SYM(NEED, ncclResult_t, ncclBroadcast,              (const void *, void *, size_t, ncclDataType_t, int, ncclComm_t, CUstream)) \
    SYM(NEED, ncclResult_t, ncclAllReduce,              (const void *, void *, size_t, ncclDataType_t, ncclRedOp_t, ncclComm_t, CUstream))

struct nccl { struct dl dl; NCCL_SYMS(DL_FIELD) };

bool nccl_bind(struct nccl *t, void *handle, struct err *e) MUST_USE;

#endif
