/* The fake libnvidia-ml.so.1: FAKE_GPUS devices, whatever CUDA_VISIBLE_DEVICES
 * says; FAKE_NVML is the driver's version in words; FAKE_FOREIGN are the MiB
 * that a foreign process holds (on the GPU FAKE_FOREIGN_GPU alone, if that is
 * set), FAKE_USED those that are in use, FAKE_COMPUTE_MODE is the compute mode,
 * FAKE_NVLINKS how many links there are; FAKE_LINKS_COUNT=161 or 208: each counts its errors, as on a Hopper or a Blackwell GPU.
 * FAKE_THROTTLE are the reasons to throttle. FAKE_BESIDE is the mask of the processors beside every GPU; without it, all are.
 * FAKE_PERSISTENCE=0: no persistence mode. FAKE_INTRUDER: in processes for FAKE_FAULT_PROBE another one computes beside it.
 * FAKE_GROWS=FIELD:BY:CALL[:LINK]: from the CALLth
 * reading in a process on, the error counter FIELD (of that link) is higher by BY, where
 * FAKE_FAULT_GPU and FAKE_FAULT_PROBE (gate.c) say. The GPU FAKE_ODD_GPU differs
 * from the rest in what FAKE_ODD names: vbios, memory, ecc, power, width, nvlink (one link is down), bridge (six are).
 * Only where they are set: FAKE_ECC=1 and then FAKE_ROWS_PENDING, FAKE_ROWS_FAILED, FAKE_PAGES_PENDING, FAKE_UNCORRECTED;
 * FAKE_MIG_INSTANCES, how many a GPU in that mode has; FAKE_LICENSED, 0 or 1, of a vGPU; FAKE_CONFIDENTIAL, 0 or 1: ready or not;
 * FAKE_FABRIC, NVML_GPU_FABRIC_STATE_*; FAKE_OFFSET of the core clock, and FAKE_MEMORY_OFFSET. */
#include "load/nvml.h"
#include "tests/fakes/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

FAKE_LIBRARY(NVML_SYMS)

enum { GPUS_MAX = 16 };

const long fake_failure = 999;          /* NVML_ERROR_UNKNOWN */

struct nvmlDevice_st { unsigned index; };

static struct nvmlDevice_st devices[GPUS_MAX];
static int sessions;

static unsigned count(void)
{
    long n = fake_number("FAKE_GPUS", 1);

    return n < 0 ? 0 : n > GPUS_MAX ? GPUS_MAX : (unsigned)n;
}

static nvmlReturn_t ready(void)
{
    return sessions > 0 ? NVML_SUCCESS : 1;     /* NVML_ERROR_UNINITIALIZED */
}

static nvmlReturn_t put(char *out, unsigned size, const char *text)
{
    if (ready() != 0)
        return ready();
    if (strlen(text) >= size)
        return NVML_ERROR_INSUFFICIENT_SIZE;
    strcpy(out, text);
    return NVML_SUCCESS;
}

static nvmlReturn_t number(unsigned *out, unsigned value)
{
    *out = value;
    return ready();
}

/* Whether this GPU is the odd one in that respect. */
static bool is_odd(nvmlDevice_t d, const char *what)
{
    const char *odd = getenv("FAKE_ODD");

    return odd != NULL && strcmp(odd, what) == 0 && fake_number("FAKE_ODD_GPU", 0) == (long)d->index;
}

const char *fake_nvmlErrorString(nvmlReturn_t code)
{
    static const struct { nvmlReturn_t code; const char *text; } errors[] = {
        { 0, "Success" }, { 1, "Uninitialized" }, { 2, "Invalid Argument" }, { 3, "Not Supported" },
        { 4, "Insufficient Permissions" }, { 6, "Not Found" }, { 7, "Insufficient Size" }, { 9, "Driver Not Loaded" },
        { 15, "GPU is lost" }, { 18, "Driver/library version mismatch" },
    };

    for (size_t i = 0; i < COUNT_OF(errors); i++)
        if (errors[i].code == code)
            return errors[i].text;
    return "Unknown Error";
}

nvmlReturn_t fake_nvmlInit_v2(void)
{
    for (unsigned i = 0; i < GPUS_MAX; i++)
        devices[i].index = i;
    sessions++;
    return NVML_SUCCESS;
}

nvmlReturn_t fake_nvmlShutdown(void)
{
    nvmlReturn_t code = ready();

    sessions -= sessions > 0;
    return code;
}

nvmlReturn_t fake_nvmlSystemGetDriverVersion(char *out, unsigned size)
{
    const char *version = getenv("FAKE_NVML");

    return put(out, size, version != NULL ? version : "580.0-SIMULATED");
}

nvmlReturn_t fake_nvmlSystemGetNVMLVersion(char *out, unsigned size)
{
    return put(out, size, "13.580.0-SIMULATED");
}

nvmlReturn_t fake_nvmlSystemGetCudaDriverVersion_v2(int *version)
{
    *version = (int)fake_number("FAKE_DRIVER", 13000);
    return NVML_SUCCESS;
}

nvmlReturn_t fake_nvmlDeviceGetCount_v2(unsigned *n)
{
    return number(n, count());
}

nvmlReturn_t fake_nvmlDeviceGetHandleByIndex_v2(unsigned i, nvmlDevice_t *d)
{
    if (ready() != 0)
        return ready();
    if (i >= count())
        return 2;
    *d = &devices[i];
    return NVML_SUCCESS;
}

nvmlReturn_t fake_nvmlDeviceGetUUID(nvmlDevice_t d, char *out, unsigned size)
{
    char text[64];

    snprintf(text, sizeof text, "GPU-00000000-0000-0000-0000-%012x", d->index);
    return put(out, size, text);
}

nvmlReturn_t fake_nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *d)
{
    char text[64];

    if (fake_number("FAKE_MIG", 0) != 0 && strncmp(uuid, "MIG-01", 6) != 0)
        return 6;
    /* An instance's name differs from its GPU's in its first part alone (cuda.c). */
    for (unsigned i = 0; i < count(); i++)
        if (fake_nvmlDeviceGetUUID(&devices[i], text, sizeof text) == 0 && strcmp(text + 12, strlen(uuid) > 12 ? uuid + 12 : "") == 0) {
            *d = &devices[i];
            return NVML_SUCCESS;
        }
    return ready() != 0 ? ready() : 6;
}

nvmlReturn_t fake_nvmlDeviceGetPciInfo_v3(nvmlDevice_t d, nvmlPciInfo_t *pci)
{
    memset(pci, 0, sizeof *pci);
    pci->bus = 1 + d->index;
    pci->pciDeviceId = 0x000010de;
    snprintf(pci->busId, sizeof pci->busId, "00000000:%02X:00.0", pci->bus);
    snprintf(pci->busIdLegacy, sizeof pci->busIdLegacy, "0000:%02X:00.0", pci->bus);
    return ready();
}

nvmlReturn_t fake_nvmlDeviceGetHandleByPciBusId_v2(const char *bus, nvmlDevice_t *d)
{
    for (unsigned i = 0; i < count(); i++) {
        nvmlPciInfo_t pci;

        if (fake_nvmlDeviceGetPciInfo_v3(&devices[i], &pci) == 0
            && (strcasecmp(bus, pci.busId) == 0 || strcasecmp(bus, pci.busIdLegacy) == 0)) {
            *d = &devices[i];
            return NVML_SUCCESS;
        }
    }
    return ready() != 0 ? ready() : 6;
}

nvmlReturn_t fake_nvmlDeviceGetName(nvmlDevice_t d, char *out, unsigned size)
{
    (void)d;
    return put(out, size, "SIMULATED GPU (CPU twin)");
}

nvmlReturn_t fake_nvmlDeviceGetSerial(nvmlDevice_t d, char *out, unsigned size)
{
    char text[32];

    snprintf(text, sizeof text, "SIMULATED-%u", d->index);
    return put(out, size, text);
}

nvmlReturn_t fake_nvmlDeviceGetBoardPartNumber(nvmlDevice_t d, char *out, unsigned size)
{
    (void)d;
    return put(out, size, "SIMULATED");
}

nvmlReturn_t fake_nvmlDeviceGetVbiosVersion(nvmlDevice_t d, char *out, unsigned size)
{
    return put(out, size, is_odd(d, "vbios") ? "00.01.SIMULATED" : "00.00.SIMULATED");
}

nvmlReturn_t fake_nvmlDeviceGetMemoryInfo(nvmlDevice_t d, nvmlMemory_t *m)
{
    *m = (nvmlMemory_t){ .total = (unsigned long long)(fake_number("FAKE_MEMORY", 4096) - is_odd(d, "memory")) << 20 };
    m->used = (unsigned long long)fake_number("FAKE_USED", 0) << 20;
    m->free = m->total - m->used;
    return ready();
}

nvmlReturn_t fake_nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t d, nvmlMemory_v2_t *m)
{
    nvmlMemory_t old;
    nvmlReturn_t code = fake_nvmlDeviceGetMemoryInfo(d, &old);

    if (m->version != nvmlMemory_v2)
        return 25;                      /* NVML_ERROR_ARGUMENT_VERSION_MISMATCH */
    *m = (nvmlMemory_v2_t){ .version = nvmlMemory_v2, .total = old.total, .free = old.free };
    return code;
}

nvmlReturn_t fake_nvmlDeviceGetEccMode(nvmlDevice_t d, nvmlEnableState_t *now, nvmlEnableState_t *pending)
{
    *now = *pending = is_odd(d, "ecc") || fake_number("FAKE_ECC", 0) != 0;
    return ready();
}

nvmlReturn_t fake_nvmlDeviceGetMigMode(nvmlDevice_t d, unsigned *now, unsigned *pending)
{
    (void)d;
    *now = *pending = getenv("FAKE_MIG_INSTANCES") != NULL;
    return *now ? ready() : NVML_ERROR_NOT_SUPPORTED;
}

nvmlReturn_t fake_nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t d, unsigned *n)
{
    (void)d;
    return number(n, getenv("FAKE_MIG_INSTANCES") != NULL ? 7 : 0);
}

nvmlReturn_t fake_nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t d, unsigned i, nvmlDevice_t *instance)
{
    *instance = d;
    return (long)i < fake_number("FAKE_MIG_INSTANCES", 0) ? ready() : NVML_ERROR_NOT_FOUND;
}

nvmlReturn_t fake_nvmlDeviceGetVirtualizationMode(nvmlDevice_t d, nvmlGpuVirtualizationMode_t *mode)
{
    (void)d;
    *mode = getenv("FAKE_LICENSED") != NULL ? NVML_GPU_VIRTUALIZATION_MODE_VGPU : 0;
    return ready();
}

nvmlReturn_t fake_nvmlDeviceGetGridLicensableFeatures_v4(nvmlDevice_t d, nvmlGridLicensableFeatures_t *features)
{
    (void)d;
    if (getenv("FAKE_LICENSED") == NULL)
        return NVML_ERROR_NOT_SUPPORTED;
    memset(features, 0, sizeof *features);
    features->isGridLicenseSupported = 1;
    features->licensableFeaturesCount = 1;
    features->gridLicensableFeatures[0] = (nvmlGridLicensableFeature_t){ .featureCode = 4, .featureState = fake_number("FAKE_LICENSED", 0) != 0, .featureEnabled = 1,
                                                                         .productName = "SIMULATED vGPU" };
    return ready();
}

nvmlReturn_t fake_nvmlDeviceGetGpuFabricInfo(nvmlDevice_t d, nvmlGpuFabricInfo_t *info)
{
    (void)d;
    *info = (nvmlGpuFabricInfo_t){ .state = (unsigned char)fake_number("FAKE_FABRIC", 0) };
    return getenv("FAKE_FABRIC") != NULL ? ready() : NVML_ERROR_NOT_SUPPORTED;
}

nvmlReturn_t fake_nvmlSystemGetConfComputeState(nvmlConfComputeSystemState_t *state)
{
    *state = (nvmlConfComputeSystemState_t){ .environment = 2, .ccFeature = 1 };
    return getenv("FAKE_CONFIDENTIAL") != NULL ? ready() : NVML_ERROR_NOT_SUPPORTED;
}

nvmlReturn_t fake_nvmlSystemGetConfComputeGpusReadyState(unsigned *is_ready)
{
    *is_ready = (unsigned)fake_number("FAKE_CONFIDENTIAL", 0);
    return getenv("FAKE_CONFIDENTIAL") != NULL ? ready() : NVML_ERROR_NOT_SUPPORTED;
}

nvmlReturn_t fake_nvmlDeviceGetGpcClkVfOffset(nvmlDevice_t d, int *mhz)
{
    (void)d;
    *mhz = (int)fake_number("FAKE_OFFSET", 0);
    return ready();
}

nvmlReturn_t fake_nvmlDeviceGetMemClkVfOffset(nvmlDevice_t d, int *mhz)
{
    (void)d;
    *mhz = (int)fake_number("FAKE_MEMORY_OFFSET", 0);
    return ready();
}

nvmlReturn_t fake_nvmlDeviceGetComputeMode(nvmlDevice_t d, nvmlComputeMode_t *mode)
{
    (void)d;
    *mode = (int)fake_number("FAKE_COMPUTE_MODE", 0);
    return ready();
}

nvmlReturn_t fake_nvmlDeviceGetPersistenceMode(nvmlDevice_t d, nvmlEnableState_t *mode)
{
    (void)d;
    *mode = fake_number("FAKE_PERSISTENCE", 1) != 0;
    return ready();
}

nvmlReturn_t fake_nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t d, unsigned *n, nvmlProcessInfo_t *list)
{
    const long foreign_mib = fake_number("FAKE_FOREIGN", 0);

    if (fake_number("FAKE_INTRUDER", 0) != 0 && *n >= 2) {
        list[0] = (nvmlProcessInfo_t){ .pid = (unsigned)getpid() };
        list[1] = (nvmlProcessInfo_t){ .pid = 1 };
        return number(n, fake_is_ordered_here() ? 2 : 0);
    }
    if (foreign_mib == 0 || ready() != 0 || fake_number("FAKE_FOREIGN_GPU", d->index) != (long)d->index)
        return number(n, 0);
    if (*n < 1)
        return NVML_ERROR_INSUFFICIENT_SIZE;
    list[0] = (nvmlProcessInfo_t){ .pid = 1, .usedGpuMemory = (unsigned long long)foreign_mib << 20 };
    return number(n, 1);
}

nvmlReturn_t fake_nvmlDeviceGetComputeRunningProcesses_v2(nvmlDevice_t d, unsigned *n, nvmlProcessInfo_t *list)
{
    return fake_nvmlDeviceGetComputeRunningProcesses_v3(d, n, list);
}

nvmlReturn_t fake_nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t d, unsigned long long *reasons)
{
    (void)d;
    *reasons = (unsigned long long)fake_number("FAKE_THROTTLE", 0);
    return ready();
}

nvmlReturn_t fake_nvmlDeviceGetCpuAffinity(nvmlDevice_t d, unsigned longs, unsigned long *mask)
{
    const long beside = fake_number("FAKE_BESIDE", 0);

    (void)d;
    for (unsigned i = 0; i < longs; i++)
        mask[i] = beside == 0 ? ~0ul : i == 0 ? (unsigned long)beside : 0;
    return ready();
}

nvmlReturn_t fake_nvmlDeviceGetNvLinkState(nvmlDevice_t d, unsigned link, nvmlEnableState_t *state)
{
    const long up = fake_number("FAKE_NVLINKS", 0);

    *state = (long)link < up - is_odd(d, "nvlink") - 6 * is_odd(d, "bridge");
    return up == 0 ? NVML_ERROR_NOT_SUPPORTED : (long)link < up ? ready() : 2;      /* NVML_ERROR_INVALID_ARGUMENT */
}

/* Links make it NVLink between all of them. */
nvmlReturn_t fake_nvmlDeviceGetP2PStatus(nvmlDevice_t one, nvmlDevice_t other, nvmlGpuP2PCapsIndex_t index, nvmlGpuP2PStatus_t *status)
{
    (void)one;
    (void)other;
    *status = index == NVML_P2P_CAPS_INDEX_NVLINK && fake_number("FAKE_NVLINKS", 0) > 0 ? NVML_P2P_STATUS_OK : 5;
    return ready();
}

/* With FAKE_ECC: what was ordered; NVML_ERROR_NOT_FOUND where it is no such field. */
static nvmlReturn_t read_memory_field(nvmlFieldValue_t *v)
{
    static const struct { unsigned field; const char *order; } orders[] = {
        { NVML_FI_DEV_ECC_DBE_VOL_TOTAL, "FAKE_UNCORRECTED" }, { NVML_FI_DEV_RETIRED_PENDING, "FAKE_PAGES_PENDING" },
        { NVML_FI_DEV_REMAPPED_PENDING, "FAKE_ROWS_PENDING" }, { NVML_FI_DEV_REMAPPED_FAILURE, "FAKE_ROWS_FAILED" },
    };

    for (size_t i = 0; i < COUNT_OF(orders) && fake_number("FAKE_ECC", 0) != 0; i++)
        if (orders[i].field == v->fieldId) {
            v->value = (unsigned long long)fake_number(orders[i].order, 0);
            return NVML_SUCCESS;
        }
    return NVML_ERROR_NOT_FOUND;
}

/* Error counters; those of NVLink only where there are links. */
static nvmlReturn_t read_field(nvmlFieldValue_t *v, int reading)
{
    static const unsigned counters[] = { 3, 4, 94, 142, 143, 144, 145 }, of_links[] = { 38, 45, 52, 59 };
    static const unsigned hopper[] = { 161, 162, 163 }, blackwell[] = { 208, 211, 213, 214 };
    const long counted = fake_number("FAKE_LINKS_COUNT", 0);
    const char *grows = getenv("FAKE_GROWS");
    unsigned field, by, link = 0;
    int call;

    v->value = 7;
    v->valueType = NVML_VALUE_TYPE_UNSIGNED_LONG_LONG;
    if (read_memory_field(v) == NVML_SUCCESS)
        return NVML_SUCCESS;
    if (grows != NULL && fake_is_ordered_here() && sscanf(grows, "%u:%u:%d:%u", &field, &by, &call, &link) >= 3 && field == v->fieldId && link == v->scopeId && reading >= call)
        v->value += by;
    for (size_t i = 0; i < COUNT_OF(counters); i++)
        if (counters[i] == v->fieldId)
            return NVML_SUCCESS;
    for (size_t i = 0; i < COUNT_OF(of_links); i++)
        if (of_links[i] == v->fieldId && fake_number("FAKE_NVLINKS", 0) > 0)
            return NVML_SUCCESS;
    for (size_t i = 0; i < sizeof hopper / sizeof *hopper && counted == 161; i++)
        if (hopper[i] == v->fieldId)
            return NVML_SUCCESS;
    for (size_t i = 0; i < sizeof blackwell / sizeof *blackwell && counted == 208; i++)
        if (blackwell[i] == v->fieldId)
            return NVML_SUCCESS;
    return NVML_ERROR_NOT_SUPPORTED;
}

nvmlReturn_t fake_nvmlDeviceGetFieldValues(nvmlDevice_t d, int n, nvmlFieldValue_t *values)
{
    static int readings[256];           /* by the first field that is asked for */
    const unsigned first = n > 0 && values[0].fieldId < 256 ? values[0].fieldId : 0;

    (void)d;
    readings[first]++;
    for (int i = 0; i < n; i++)
        values[i].nvmlReturn = read_field(&values[i], readings[first]);
    return ready();
}

nvmlReturn_t fake_nvmlDeviceGetTemperature(nvmlDevice_t d, nvmlTemperatureSensors_t sensor, unsigned *degrees)
{
    (void)d;
    (void)sensor;
    return number(degrees, 40);
}

nvmlReturn_t fake_nvmlDeviceGetClockInfo(nvmlDevice_t d, nvmlClockType_t clock, unsigned *mhz)
{
    (void)d;
    (void)clock;
    return number(mhz, 1000);
}

nvmlReturn_t fake_nvmlDeviceGetMaxClockInfo(nvmlDevice_t d, nvmlClockType_t clock, unsigned *mhz)
{
    (void)d;
    (void)clock;
    return number(mhz, 1000);
}

/* 65 W, in steps of a tenth of a second. */
nvmlReturn_t fake_nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t d, unsigned long long *mj)
{
    struct timespec now;

    (void)d;
    if (ready() != 0)
        return ready();
    clock_gettime(CLOCK_MONOTONIC, &now);
    *mj = 6500 * ((unsigned long long)now.tv_sec * 10 + (unsigned long long)now.tv_nsec / 100000000);
    return NVML_SUCCESS;
}

#define ONE_NUMBER(name, value) \
    nvmlReturn_t fake_##name(nvmlDevice_t d, unsigned *n) \
    { \
        (void)d; \
        return number(n, (value)); \
    }

ONE_NUMBER(nvmlDeviceGetEnforcedPowerLimit, is_odd(d, "power") ? 90000 : 100000)
ONE_NUMBER(nvmlDeviceGetPowerManagementDefaultLimit, 100000)
ONE_NUMBER(nvmlDeviceGetPowerUsage, 65000)
ONE_NUMBER(nvmlDeviceGetMaxPcieLinkGeneration, 4)
ONE_NUMBER(nvmlDeviceGetCurrPcieLinkGeneration, 4)
ONE_NUMBER(nvmlDeviceGetMaxPcieLinkWidth, 16)
ONE_NUMBER(nvmlDeviceGetCurrPcieLinkWidth, is_odd(d, "width") ? 8 : 16)
