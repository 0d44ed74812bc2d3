/* cuda.h - the CUDA driver API (libcuda.so.1) as a table of function pointers.
 *
 * Types are written out here and proven against the vendor's cuda.h in
 * tests/abi. True names only: cuda.h renames cuMemAlloc to cuMemAlloc_v2
 * behind the reader's back.
 */
#ifndef LOAD_CUDA_H
#define LOAD_CUDA_H

#include "load/dl.h"

typedef int                     CUresult;               /* an enum there */
typedef int                     CUdevice;
typedef unsigned long long      CUdeviceptr;
typedef struct CUctx_st        *CUcontext;
typedef struct CUmod_st        *CUmodule;
typedef struct CUfunc_st       *CUfunction;
typedef struct CUstream_st     *CUstream;
typedef struct CUevent_st      *CUevent;
typedef struct CUgraph_st      *CUgraph;
typedef struct CUgraphExec_st  *CUgraphExec;
typedef int                     CUstreamCaptureMode;    /* an enum there */
typedef int                     CUdevice_attribute;     /* enums there */
typedef int                     CUjit_option;
typedef int                     CUfunction_attribute;
typedef int                     CUpointer_attribute;
typedef struct { char bytes[16]; } CUuuid;

enum {
    CUDA_ERROR_OUT_OF_MEMORY                 = 2,
    CUDA_ERROR_DEVICE_UNAVAILABLE            = 46,
    CUDA_ERROR_NO_DEVICE                     = 100,
    CUDA_ERROR_INVALID_DEVICE                = 101,
    CUDA_ERROR_NO_BINARY_FOR_GPU             = 209,
    CUDA_ERROR_NOT_READY                     = 600,
    CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE  = 720,
    CU_DEVICE_ATTRIBUTE_CLOCK_RATE           = 13,          /* kHz, the highest */
    CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT = 16,
    CU_DEVICE_ATTRIBUTE_INTEGRATED           = 18,
    CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE    = 36,          /* kHz */
    CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH = 37,       /* bits */
    CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE        = 38,
    CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75,
    CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76,
    CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH   = 95,
    CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97,
    CU_DEVICE_ATTRIBUTE_MPS_ENABLED          = 133,         /* drivers of CUDA 11 do not know it */
    CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY = 83,
    CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED = 102,
    CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES      = 1,
    CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES = 8,
    CU_JIT_INFO_LOG_BUFFER = 3, CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES = 4,
    CU_JIT_ERROR_LOG_BUFFER = 5, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6,
    CU_POINTER_ATTRIBUTE_MEMORY_TYPE = 2,
    CU_STREAM_NON_BLOCKING = 1,
    CU_STREAM_CAPTURE_MODE_THREAD_LOCAL = 1,
    CU_EVENT_BLOCKING_SYNC = 1, CU_EVENT_DISABLE_TIMING = 2,
};

#define CUDA_SYMS(SYM) \
    SYM(NEED, CUresult, cuInit,                         (unsigned)) \
    SYM(NEED, CUresult, cuDriverGetVersion,             (int *)) \
    SYM(NEED, CUresult, cuGetErrorName,                 (CUresult, const char **)) \
    SYM(NEED, CUresult, cuGetErrorString,               (CUresult, const char **)) \
    SYM(NEED, CUresult, cuDeviceGet,                    (CUdevice *, int)) \
    SYM(NEED, CUresult, cuDeviceGetCount,               (int *)) \
    SYM(NEED, CUresult, cuDeviceGetName,                (char *, int, CUdevice)) \
    SYM(NEED, CUresult, cuDeviceGetUuid,                (CUuuid *, CUdevice)) \
    SYM(WANT, CUresult, cuDeviceGetUuid_v2,             (CUuuid *, CUdevice)) \
    SYM(NEED, CUresult, cuDeviceGetAttribute,           (int *, CUdevice_attribute, CUdevice)) \
    SYM(NEED, CUresult, cuDeviceTotalMem_v2,            (size_t *, CUdevice)) \
    SYM(NEED, CUresult, cuDeviceGetPCIBusId,            (char *, int, CUdevice)) \
    SYM(NEED, CUresult, cuDevicePrimaryCtxRetain,       (CUcontext *, CUdevice)) \
    SYM(NEED, CUresult, cuDevicePrimaryCtxRelease_v2,   (CUdevice)) \
    SYM(NEED, CUresult, cuDevicePrimaryCtxGetState,     (CUdevice, unsigned *, int *)) \
    SYM(NEED, CUresult, cuCtxSetCurrent,                (CUcontext)) \
    SYM(NEED, CUresult, cuCtxGetCurrent,                (CUcontext *)) \
    SYM(NEED, CUresult, cuCtxSynchronize,               (void)) \
    SYM(NEED, CUresult, cuMemAlloc_v2,                  (CUdeviceptr *, size_t)) \
    SYM(NEED, CUresult, cuMemFree_v2,                   (CUdeviceptr)) \
    SYM(NEED, CUresult, cuMemGetInfo_v2,                (size_t *, size_t *)) \
    SYM(NEED, CUresult, cuMemAllocHost_v2,              (void **, size_t)) \
    SYM(NEED, CUresult, cuMemFreeHost,                  (void *)) \
    SYM(NEED, CUresult, cuMemcpyHtoD_v2,                (CUdeviceptr, const void *, size_t)) \
    SYM(NEED, CUresult, cuMemcpyDtoH_v2,                (void *, CUdeviceptr, size_t)) \
    SYM(NEED, CUresult, cuMemcpyDtoD_v2,                (CUdeviceptr, CUdeviceptr, size_t)) \
    SYM(NEED, CUresult, cuMemcpyHtoDAsync_v2,           (CUdeviceptr, const void *, size_t, CUstream)) \
    SYM(NEED, CUresult, cuMemcpyDtoHAsync_v2,           (void *, CUdeviceptr, size_t, CUstream)) \
    SYM(NEED, CUresult, cuMemsetD8_v2,                  (CUdeviceptr, unsigned char, size_t)) \
    SYM(NEED, CUresult, cuMemsetD32_v2,                 (CUdeviceptr, unsigned, size_t)) \
    SYM(NEED, CUresult, cuModuleLoadData,               (CUmodule *, const void *)) \
    SYM(NEED, CUresult, cuModuleLoadDataEx,             (CUmodule *, const void *, unsigned, CUjit_option *, void **)) \
    SYM(NEED, CUresult, cuModuleUnload,                 (CUmodule)) \
    SYM(NEED, CUresult, cuModuleGetFunction,            (CUfunction *, CUmodule, const char *)) \
    SYM(NEED, CUresult, cuFuncGetAttribute,             (int *, CUfunction_attribute, CUfunction)) \
    SYM(NEED, CUresult, cuLaunchKernel,                 (CUfunction, unsigned, unsigned, unsigned, \
                                                         unsigned, unsigned, unsigned, unsigned, \
                                                         CUstream, void **, void **)) \
    SYM(WANT, CUresult, cuFuncSetAttribute,             (CUfunction, CUfunction_attribute, int)) \
    SYM(NEED, CUresult, cuOccupancyMaxActiveBlocksPerMultiprocessor, (int *, CUfunction, int, size_t)) \
    SYM(WANT, CUresult, cuLaunchCooperativeKernel,      (CUfunction, unsigned, unsigned, unsigned, \
                                                         unsigned, unsigned, unsigned, unsigned, CUstream, void **)) \
    SYM(NEED, CUresult, cuStreamCreate,                 (CUstream *, unsigned)) \
    SYM(NEED, CUresult, cuStreamQuery,                  (CUstream)) \
    SYM(NEED, CUresult, cuStreamWaitEvent,              (CUstream, CUevent, unsigned)) \
    SYM(NEED, CUresult, cuStreamSynchronize,            (CUstream)) \
    SYM(NEED, CUresult, cuStreamDestroy_v2,             (CUstream)) \
    SYM(WANT, CUresult, cuStreamBeginCapture_v2,        (CUstream, CUstreamCaptureMode)) \
    SYM(WANT, CUresult, cuStreamEndCapture,             (CUstream, CUgraph *)) \
    SYM(WANT, CUresult, cuGraphInstantiateWithFlags,    (CUgraphExec *, CUgraph, unsigned long long)) \
    SYM(WANT, CUresult, cuGraphLaunch,                  (CUgraphExec, CUstream)) \
    SYM(WANT, CUresult, cuGraphExecDestroy,             (CUgraphExec)) \
    SYM(WANT, CUresult, cuGraphDestroy,                 (CUgraph)) \
    SYM(NEED, CUresult, cuEventCreate,                  (CUevent *, unsigned)) \
    SYM(NEED, CUresult, cuEventRecord,                  (CUevent, CUstream)) \
    SYM(NEED, CUresult, cuEventSynchronize,             (CUevent)) \
    SYM(NEED, CUresult, cuEventElapsedTime,             (float *, CUevent, CUevent)) /* ms */ \
    SYM(NEED, CUresult, cuEventDestroy_v2,              (CUevent)) \
    SYM(NEED, CUresult, cuDeviceCanAccessPeer,          (int *, CUdevice, CUdevice)) /* may the first use the second's memory */ \
    SYM(NEED, CUresult, cuCtxEnablePeerAccess,          (CUcontext, unsigned)) \
    SYM(NEED, CUresult, cuCtxDisablePeerAccess,         (CUcontext)) \
    SYM(NEED, CUresult, cuMemcpyPeer,                   (CUdeviceptr, CUcontext, CUdeviceptr, CUcontext, size_t)) /* to, from */ \
    SYM(NEED, CUresult, cuMemcpyPeerAsync,              (CUdeviceptr, CUcontext, CUdeviceptr, CUcontext, size_t, CUstream)) \
    SYM(NEED, CUresult, cuPointerGetAttribute,          (void *, CUpointer_attribute, CUdeviceptr))

struct cuda { struct dl dl; CUDA_SYMS(DL_FIELD) };

bool cuda_bind(struct cuda *t, void *handle, struct err *e) MUST_USE;

#endif
