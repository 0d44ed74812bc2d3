/* nvml.h - NVML (libnvidia-ml.so.1) as a table of function pointers. */
#ifndef LOAD_NVML_H
#define LOAD_NVML_H

#include "load/dl.h"

typedef int                       nvmlReturn_t;         /* enums there */
typedef int                       nvmlEnableState_t;
typedef int                       nvmlComputeMode_t;
typedef int                       nvmlTemperatureSensors_t;
typedef int                       nvmlClockType_t;
typedef int                       nvmlValueType_t;
typedef int                       nvmlGpuP2PCapsIndex_t;
typedef int                       nvmlGpuP2PStatus_t;
typedef int                       nvmlGpuVirtualizationMode_t;
typedef int                       nvmlGridLicenseFeatureCode_t;
typedef unsigned char             nvmlGpuFabricState_t;
typedef struct nvmlDevice_st     *nvmlDevice_t;
typedef struct { unsigned long long total, free, used; } nvmlMemory_t;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } nvmlMemory_v2_t;   /* version: nvmlMemory_v2 */
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

typedef struct {
    unsigned           fieldId, scopeId;
    long long          timestamp, latencyUsec;
    nvmlValueType_t    valueType;
    nvmlReturn_t       nvmlReturn;
    unsigned long long value;                           /* a union there */
} nvmlFieldValue_t;

typedef struct { unsigned environment, ccFeature, devToolsMode; } nvmlConfComputeSystemState_t;

typedef struct {
    unsigned char        clusterUuid[16];
    nvmlReturn_t         status;
    unsigned             cliqueId;
    nvmlGpuFabricState_t state;
} nvmlGpuFabricInfo_t;

typedef struct { unsigned year; unsigned short month, day, hour, min, sec; unsigned char status; } nvmlGridLicenseExpiry_t;
typedef struct {
    nvmlGridLicenseFeatureCode_t featureCode;
    unsigned                     featureState;          /* 0: not licensed */
    char                         licenseInfo[128];
    char                         productName[128];
    unsigned                     featureEnabled;
    nvmlGridLicenseExpiry_t      licenseExpiry;
} nvmlGridLicensableFeature_t;
typedef struct {
    int                         isGridLicenseSupported;
    unsigned                    licensableFeaturesCount;
    nvmlGridLicensableFeature_t gridLicensableFeatures[3];
} nvmlGridLicensableFeatures_t;

enum {
    NVML_SUCCESS                       = 0,
    NVML_ERROR_NOT_SUPPORTED           = 3,
    NVML_ERROR_NO_PERMISSION           = 4,
    NVML_ERROR_NOT_FOUND               = 6,
    NVML_ERROR_INSUFFICIENT_SIZE       = 7,
    NVML_ERROR_DRIVER_NOT_LOADED       = 9,
    NVML_ERROR_FUNCTION_NOT_FOUND      = 13,
    NVML_ERROR_LIB_RM_VERSION_MISMATCH = 18,
    NVML_P2P_CAPS_INDEX_NVLINK         = 2,
    NVML_P2P_STATUS_OK                 = 0,
    NVML_P2P_STATUS_UNKNOWN            = 6,
    NVML_TEMPERATURE_GPU               = 0,
    NVML_CLOCK_GRAPHICS                = 0,
    NVML_CLOCK_SM                      = 1,
    NVML_CLOCK_MEM                     = 2,
    nvmlClocksThrottleReasonSwPowerCap = 0x4,
    nvmlClocksThrottleReasonHwSlowdown = 0x8,
    nvmlClocksThrottleReasonSwThermalSlowdown = 0x20,
    nvmlClocksThrottleReasonHwThermalSlowdown = 0x40,
    nvmlClocksThrottleReasonHwPowerBrakeSlowdown = 0x80,
    NVML_VALUE_TYPE_DOUBLE             = 0,
    NVML_VALUE_TYPE_UNSIGNED_INT       = 1,
    NVML_VALUE_TYPE_UNSIGNED_LONG_LONG = 3,
    NVML_VALUE_TYPE_SIGNED_INT         = 5,
    NVML_FI_DEV_ECC_SBE_VOL_TOTAL      = 3,
    NVML_FI_DEV_ECC_DBE_VOL_TOTAL      = 4,
    NVML_FI_DEV_RETIRED_SBE            = 29,
    NVML_FI_DEV_RETIRED_DBE            = 30,
    NVML_FI_DEV_RETIRED_PENDING        = 31,
    NVML_FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL = 38,
    NVML_FI_DEV_NVLINK_CRC_DATA_ERROR_COUNT_TOTAL = 45,
    NVML_FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL   = 52,
    NVML_FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL = 59,
    NVML_FI_DEV_PCIE_REPLAY_COUNTER    = 94,
    NVML_FI_DEV_REMAPPED_COR           = 142,
    NVML_FI_DEV_REMAPPED_UNC           = 143,
    NVML_FI_DEV_REMAPPED_PENDING       = 144,
    NVML_FI_DEV_REMAPPED_FAILURE       = 145,
    /* Of one link, the field's scope; the first three up to Hopper, the rest from Blackwell on. */
    NVML_FI_DEV_NVLINK_ERROR_DL_REPLAY   = 161,
    NVML_FI_DEV_NVLINK_ERROR_DL_RECOVERY = 162,
    NVML_FI_DEV_NVLINK_ERROR_DL_CRC      = 163,
    NVML_FI_DEV_NVLINK_COUNT_RCV_ERRORS  = 208,
    NVML_FI_DEV_NVLINK_COUNT_LOCAL_LINK_INTEGRITY_ERRORS = 211,
    NVML_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_SUCCESSFUL_EVENTS = 213,
    NVML_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS = 214,
    NVML_GPU_VIRTUALIZATION_MODE_VGPU  = 2,
    NVML_GPU_FABRIC_STATE_NOT_SUPPORTED = 0,
    NVML_GPU_FABRIC_STATE_NOT_STARTED  = 1,
    NVML_GPU_FABRIC_STATE_IN_PROGRESS  = 2,
    NVML_GPU_FABRIC_STATE_COMPLETED    = 3,
    nvmlMemory_v2                      = 0x02000028,   /* size 40, version 2 */
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
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetHandleByPciBusId_v2,   (const char *, nvmlDevice_t *)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetName,                  (nvmlDevice_t, char *, unsigned)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetUUID,                  (nvmlDevice_t, char *, unsigned)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetSerial,                (nvmlDevice_t, char *, unsigned)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetBoardPartNumber,       (nvmlDevice_t, char *, unsigned)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetVbiosVersion,          (nvmlDevice_t, char *, unsigned)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetPciInfo_v3,            (nvmlDevice_t, nvmlPciInfo_t *)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetMemoryInfo,            (nvmlDevice_t, nvmlMemory_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetMemoryInfo_v2,         (nvmlDevice_t, nvmlMemory_v2_t *)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetEccMode,               (nvmlDevice_t, nvmlEnableState_t *, nvmlEnableState_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetMigMode,               (nvmlDevice_t, unsigned *, unsigned *)) \
    SYM(NEED, nvmlReturn_t, nvmlDeviceGetComputeMode,           (nvmlDevice_t, nvmlComputeMode_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetComputeRunningProcesses_v2, (nvmlDevice_t, unsigned *, nvmlProcessInfo_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetComputeRunningProcesses_v3, (nvmlDevice_t, unsigned *, nvmlProcessInfo_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetEnforcedPowerLimit,    (nvmlDevice_t, unsigned *)) /* mW */ \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetPowerManagementDefaultLimit, (nvmlDevice_t, unsigned *)) /* mW */ \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetPowerUsage,            (nvmlDevice_t, unsigned *)) /* mW */ \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetTotalEnergyConsumption, (nvmlDevice_t, unsigned long long *)) /* mJ since the driver was loaded; Volta and later */ \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetPersistenceMode,       (nvmlDevice_t, nvmlEnableState_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetTemperature,           (nvmlDevice_t, nvmlTemperatureSensors_t, unsigned *)) /* deg C */ \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetClockInfo,             (nvmlDevice_t, nvmlClockType_t, unsigned *)) /* MHz */ \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetMaxClockInfo,          (nvmlDevice_t, nvmlClockType_t, unsigned *)) /* MHz */ \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetCurrentClocksThrottleReasons, (nvmlDevice_t, unsigned long long *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetCpuAffinity,           (nvmlDevice_t, unsigned, unsigned long *)) /* longs, and a bit for each processor */ \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetNvLinkState,           (nvmlDevice_t, unsigned, nvmlEnableState_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetP2PStatus,             (nvmlDevice_t, nvmlDevice_t, nvmlGpuP2PCapsIndex_t, nvmlGpuP2PStatus_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetFieldValues,           (nvmlDevice_t, int, nvmlFieldValue_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetMaxPcieLinkGeneration, (nvmlDevice_t, unsigned *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetMaxPcieLinkWidth,      (nvmlDevice_t, unsigned *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetCurrPcieLinkGeneration, (nvmlDevice_t, unsigned *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetCurrPcieLinkWidth,     (nvmlDevice_t, unsigned *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetMaxMigDeviceCount,     (nvmlDevice_t, unsigned *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetMigDeviceHandleByIndex, (nvmlDevice_t, unsigned, nvmlDevice_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetVirtualizationMode,    (nvmlDevice_t, nvmlGpuVirtualizationMode_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetGridLicensableFeatures_v4, (nvmlDevice_t, nvmlGridLicensableFeatures_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetGpuFabricInfo,         (nvmlDevice_t, nvmlGpuFabricInfo_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetGpcClkVfOffset,        (nvmlDevice_t, int *)) /* MHz */ \
    SYM(WANT, nvmlReturn_t, nvmlDeviceGetMemClkVfOffset,        (nvmlDevice_t, int *)) /* MHz */ \
    SYM(WANT, nvmlReturn_t, nvmlSystemGetConfComputeState,      (nvmlConfComputeSystemState_t *)) \
    SYM(WANT, nvmlReturn_t, nvmlSystemGetConfComputeGpusReadyState, (unsigned *))

struct nvml { struct dl dl; NVML_SYMS(DL_FIELD) };

bool nvml_bind(struct nvml *t, void *handle, struct err *e) MUST_USE;

#endif
