/* nvml.h - NVML (libnvidia-ml.so.1) as a table of function pointers. */
#ifndef LOAD_NVML_H
#define LOAD_NVML_H

#include "load/dl.h"

typedef int                       nvmlReturn_t;         /* enums there */
typedef int                       nvmlEnableState_t;
typedef int                       nvmlComputeMode_t;
typedef struct nvmlDevice_st     *nvmlDevice_t;
typedef struct { unsigned long long total, free, used; } nvmlMemory_t;
typedef struct {
    char     busIdLegacy[16];
    unsigned domain, bus, device, pciDeviceId, pciSubSystemId;
    char     busId[32];
} nvmlPciInfo_t;
typedef struct {
    unsigned           pid;
    unsigned long long usedGpuMemory;
    unsigned           gpuInstanceId, computeInstanceId;
} nvmlProcessInfo_t;

enum {
    NVML_SUCCESS                       = 0,
    NVML_ERROR_NOT_SUPPORTED           = 3,
    NVML_ERROR_NO_PERMISSION           = 4,
    NVML_ERROR_INSUFFICIENT_SIZE       = 7,
    NVML_ERROR_DRIVER_NOT_LOADED       = 9,
    NVML_ERROR_LIB_RM_VERSION_MISMATCH = 18,
};

#define NVML_SYMS(SYM) \
    SYM(NEED, nvmlReturn_t, nvmlInit_v2,                        (void)) \
    SYM(NEED, nvmlReturn_t, nvmlShutdown,                       (void)) \
    SYM(NEED, const char *, nvmlErrorString,                    (nvmlReturn_t)) \
    SYM(NEED, nvmlReturn_t, nvmlSystemGetDriverVersion,         (char *, unsigned)) \
    SYM(NEED, nvmlReturn_t, nvmlSystemGetNVMLVersion,           (char *, unsigned)) \
    SYM(WANT, nvmlReturn_t, nvmlSystemGetCudaDriverVersion_v2,  (int *)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetCount_v2,              (unsigned *)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetHandleByIndex_v2,      (unsigned, nvmlDevice_t *)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetHandleByUUID,          (const char *, nvmlDevice_t *)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetName,                  (nvmlDevice_t, char *, unsigned)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetUUID,                  (nvmlDevice_t, char *, unsigned)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetSerial,                (nvmlDevice_t, char *, unsigned)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetBoardPartNumber,       (nvmlDevice_t, char *, unsigned)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetVbiosVersion,          (nvmlDevice_t, char *, unsigned)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetPciInfo_v3,            (nvmlDevice_t, nvmlPciInfo_t *)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetMemoryInfo,            (nvmlDevice_t, nvmlMemory_t *)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetEccMode,               (nvmlDevice_t, nvmlEnableState_t *, nvmlEnableState_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetMigMode,               (nvmlDevice_t, unsigned *, unsigned *)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetComputeMode,           (nvmlDevice_t, nvmlComputeMode_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetComputeRunningProcesses_v3, (nvmlDevice_t, unsigned *, nvmlProcessInfo_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetEnforcedPowerLimit,    (nvmlDevice_t, unsigned *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetMaxPcieLinkGeneration, (nvmlDevice_t, unsigned *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetMaxPcieLinkWidth,      (nvmlDevice_t, unsigned *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetCurrPcieLinkWidth,     (nvmlDevice_t, unsigned *))

struct nvml { struct dl dl; NVML_SYMS(DL_FIELD) };

bool nvml_bind(struct nvml *t, void *handle, struct err *e) MUST_USE;

#endif
