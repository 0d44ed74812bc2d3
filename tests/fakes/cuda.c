/* The fake libcuda.so.1: devices, contexts and errors. Its settings:
 * FAKE_GPUS (1), FAKE_CC (90), FAKE_DRIVER (13000), FAKE_MEMORY in MiB (4096),
 * FAKE_SMS (2), FAKE_L2 (262144): bytes of second level cache, FAKE_MPS (0): of which MPS gives this process so many, 0: there is no MPS, FAKE_P2P (1): the devices reach each other's memory, FAKE_USED of which in MiB (0), FAKE_MIG (0): each GPU shows as a MIG instance,
 * FAKE_SLOW_GPU (-1): that one has a quarter of the others' clock, FAKE_MAPS (1): it has virtual and managed memory. */
#include "tests/fakes/cuda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

CUDA_SYMS(FAKE_ENTRY)

const long fake_failure = 999;          /* CUDA_ERROR_UNKNOWN */

static bool initialised;
static int visible[GPUS_MAX], n_visible;
static struct fake_context contexts[GPUS_MAX];
static _Thread_local struct fake_context *current;
static long late_code;

struct CUevent_st { struct timespec at; };

static const struct { CUresult code; const char *name, *text; } errors[] = {
    { 0, "CUDA_SUCCESS", "no error" },
    { 1, "CUDA_ERROR_INVALID_VALUE", "invalid argument" },
    { 2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory" },
    { 3, "CUDA_ERROR_NOT_INITIALIZED", "initialization error" },
    { 46, "CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA-capable device(s) is/are busy or unavailable" },
    { 100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected" },
    { 101, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal" },
    { 200, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid" },
    { 201, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context" },
    { 209, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device" },
    { 218, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed" },
    { 222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain." },
    { 500, "CUDA_ERROR_NOT_FOUND", "named symbol not found" },
    { 700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered" },
    { 719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure" },
    { 720, "CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE", "too many blocks in cooperative launch" },
    { 802, "CUDA_ERROR_SYSTEM_NOT_READY", "system not yet initialized" },
    { 803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination" },
    { 999, "CUDA_ERROR_UNKNOWN", "unknown error" },
};

CUresult fake_cuGetErrorName(CUresult code, const char **name)
{
    *name = NULL;
    for (size_t i = 0; i < COUNT_OF(errors); i++)
        if (errors[i].code == code)
            *name = errors[i].name;
    return *name != NULL ? 0 : 1;
}

CUresult fake_cuGetErrorString(CUresult code, const char **text)
{
    *text = NULL;
    for (size_t i = 0; i < COUNT_OF(errors); i++)
        if (errors[i].code == code)
            *text = errors[i].text;
    return *text != NULL ? 0 : 1;
}

int fake_cc(void)
{
    return (int)fake_number("FAKE_CC", 90);
}

int fake_sms(void)
{
    return (int)fake_number("FAKE_SMS", 2);
}

static int all_devices(void)
{
    long n = fake_number("FAKE_GPUS", 1);

    return n < 0 ? 0 : n > GPUS_MAX ? GPUS_MAX : (int)n;
}

static void uuid_of(int gpu, char bytes[16])
{
    memset(bytes, 0, 16);
    bytes[15] = (char)gpu;
}

/* An index, or a UUID or the start of one; -1 if it names no device. */
static int device_named(const char *name, int n)
{
    char *end;
    long index = strtol(name, &end, 10);

    if (end != name && *end == '\0')
        return index >= 0 && index < n ? (int)index : -1;
    for (int i = 0; i < n; i++) {
        char uuid[64];

        snprintf(uuid, sizeof uuid, "%s-0000-0000-0000-%012x", fake_number("FAKE_MIG", 0) != 0 ? "MIG-01000000" : "GPU-00000000", (unsigned)i);
        if (strncmp(uuid, name, strlen(name)) == 0)
            return i;
    }
    return -1;
}

/* The first name that is no device ends the list, as in the real driver. */
static void find_visible(void)
{
    const char *at = getenv("CUDA_VISIBLE_DEVICES");
    int n = all_devices();

    if (at == NULL) {
        for (n_visible = 0; n_visible < n; n_visible++)
            visible[n_visible] = n_visible;
        return;
    }
    while (*at != '\0' && n_visible < GPUS_MAX) {
        size_t length = strcspn(at, ",");
        char name[80];
        int device;

        snprintf(name, sizeof name, "%.*s", (int)length, at);
        device = device_named(name, n);
        if (device < 0)
            return;
        visible[n_visible++] = device;
        at += length + (at[length] == ',');
    }
}

CUresult fake_cuInit(unsigned flags)
{
    if (flags != 0)
        return 1;
    if (!initialised)
        find_visible();
    initialised = n_visible > 0;
    return initialised ? 0 : CUDA_ERROR_NO_DEVICE;
}

CUresult fake_need_init(void)
{
    return initialised ? 0 : 3;
}

CUresult fake_need_context(void)
{
    return !initialised ? 3 : current == NULL ? 201 : 0;
}

int fake_visible_devices(void)
{
    return fake_cuInit(0) == 0 ? n_visible : 0;
}

CUresult fake_cuDriverGetVersion(int *version)
{
    *version = fake_driver_version();
    return 0;
}

CUresult fake_cuDeviceGetCount(int *n)
{
    *n = n_visible;
    return fake_need_init();
}

static CUresult check_device(CUdevice d)
{
    return !initialised ? 3 : d < 0 || d >= n_visible ? 101 : 0;
}

CUresult fake_cuDeviceGet(CUdevice *device, int i)
{
    *device = i;
    return check_device(i);
}

CUresult fake_cuDeviceGetName(char *name, int size, CUdevice d)
{
    snprintf(name, (size_t)size, "SIMULATED GPU (CPU twin)");
    return check_device(d);
}

CUresult fake_cuDeviceGetUuid(CUuuid *uuid, CUdevice d)
{
    if (check_device(d) == 0)
        uuid_of(visible[d], uuid->bytes);
    return check_device(d);
}

CUresult fake_cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice d)
{
    CUresult code = fake_cuDeviceGetUuid(uuid, d);

    if (fake_number("FAKE_MIG", 0) != 0)
        uuid->bytes[0] = 1;                             /* the instance's, not the GPU's */
    return code;
}

CUresult fake_cuDeviceGetPCIBusId(char *text, int size, CUdevice d)
{
    if (check_device(d) == 0)
        snprintf(text, (size_t)size, "0000:%02X:00.0", (unsigned)(1 + visible[d]));
    return check_device(d);
}

/* By their numbers in cuda.h. What is not here is an invalid value, so that a
 * probe that needs another shows it. */
CUresult fake_cuDeviceGetAttribute(int *value, CUdevice_attribute which, CUdevice d)
{
    static const struct { CUdevice_attribute which; int value; } known[] = {
        { 1, 1024 }, { 2, 1024 }, { 3, 1024 }, { 4, 64 }, { 5, INT32_MAX }, { 6, 65535 }, { 7, 65535 },
        { 8, 49152 }, { 10, 32 }, { 12, 65536 }, { 13, 1000000 }, { 16, 0 }, { 17, 0 }, { 18, 0 }, { 20, 0 },
        { 32, 0 }, { 33, 1 }, { 36, 4000 }, { 37, 32 }, { 39, 2048 }, { 41, 1 },   /* 32 MB/s: about what a twin does */
        { 50, 0 }, { 81, SHARED_OF_SM }, { 82, 65536 }, { 95, 1 }, { 97, SHARED_OPTIN },
    };

    *value = 0;
    if (check_device(d) != 0)
        return check_device(d);
    if (which == CU_DEVICE_ATTRIBUTE_CLOCK_RATE && visible[d] == fake_number("FAKE_SLOW_GPU", -1)) {
        *value = 250000;
        return 0;
    }
    if (which == CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE) {
        *value = (int)fake_number("FAKE_L2", 1 << 18);
        return 0;
    }
    if (which == CU_DEVICE_ATTRIBUTE_MPS_ENABLED && fake_driver_version() < 12000)
        return 1;
    if (which == CU_DEVICE_ATTRIBUTE_MPS_ENABLED) {
        *value = fake_number("FAKE_MPS", 0) > 0;
        return 0;
    }
    if (which == CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY || which == CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED) {
        *value = fake_number("FAKE_MAPS", 1) > 0;
        return 0;
    }
    if (which == 75 || which == 76) {
        *value = which == 75 ? fake_cc() / 10 : fake_cc() % 10;
        return 0;
    }
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (known[i].which == which) {
            *value = which == 33 ? 1 + visible[d] : which == 16 ? fake_sms() : known[i].value;
            return 0;
        }
    return 1;
}

CUresult fake_cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice d)
{
    if (check_device(d) != 0)
        return check_device(d);
    contexts[d].retained = true;
    contexts[d].device = d;
    *context = (CUcontext)(void *)&contexts[d];
    return 0;
}

CUresult fake_cuDevicePrimaryCtxRelease_v2(CUdevice d)
{
    if (check_device(d) != 0)
        return check_device(d);
    contexts[d].retained = false;
    return 0;
}

CUresult fake_cuDevicePrimaryCtxGetState(CUdevice d, unsigned *flags, int *active)
{
    if (check_device(d) != 0)
        return check_device(d);
    *flags = 0;
    *active = contexts[d].retained;
    return 0;
}

CUresult fake_cuCtxSetCurrent(CUcontext context)
{
    current = (struct fake_context *)(void *)context;
    return fake_need_init();
}

CUresult fake_cuCtxGetCurrent(CUcontext *context)
{
    *context = (CUcontext)(void *)current;
    return fake_need_init();
}

int fake_current(void)
{
    return current != NULL ? current->device : -1;
}

int fake_gpu(int device)
{
    return visible[device];
}

CUresult fake_cuCtxSynchronize(void)
{
    CUresult code = fake_need_context();

    return code != 0 ? code : (CUresult)late_code;      /* a fault of the device stays */
}

CUresult fake_cuStreamCreate(CUstream *s, unsigned flags)
{
    (void)flags;
    *s = malloc(1);
    return fake_need_context();
}

CUresult fake_cuStreamSynchronize(CUstream s)
{
    (void)s;
    return fake_cuCtxSynchronize();
}

CUresult fake_cuStreamQuery(CUstream s)
{
    (void)s;
    return fake_cuCtxSynchronize();
}

/* All that was queued is over. */
CUresult fake_cuStreamWaitEvent(CUstream s, CUevent e, unsigned flags)
{
    (void)s;
    return e == NULL || flags != 0 ? 1 : fake_need_context();
}

CUresult fake_cuStreamDestroy_v2(CUstream s)
{
    free(s);
    return fake_need_context();
}

CUresult fake_cuEventCreate(CUevent *e, unsigned flags)
{
    (void)flags;
    *e = calloc(1, sizeof **e);
    return fake_need_context();
}

CUresult fake_cuEventRecord(CUevent e, CUstream s)
{
    (void)s;
    clock_gettime(CLOCK_MONOTONIC, &e->at);
    return fake_need_context();
}

CUresult fake_cuEventSynchronize(CUevent e)
{
    (void)e;
    return fake_cuCtxSynchronize();
}

CUresult fake_cuEventElapsedTime(float *ms, CUevent from, CUevent to)
{
    *ms = (float)((double)(to->at.tv_sec - from->at.tv_sec) * 1e3 + (double)(to->at.tv_nsec - from->at.tv_nsec) / 1e6);
    return fake_need_context();
}

CUresult fake_cuEventDestroy_v2(CUevent e)
{
    free(e);
    return fake_need_context();
}

/* Not in the product's list: real vendor libraries above this driver ask for it
 * unseen (NVRTC 13.0 calls what dlsym gave without looking), and can do without. */
EXPORT CUresult cuGetExportTable(const void **table, const CUuuid *id);
CUresult cuGetExportTable(const void **table, const CUuuid *id)
{
    (void)id;
    *table = NULL;
    return 500;
}

static void set_late(long code)
{
    late_code = code;
}

int fake_driver_version(void)
{
    return (int)fake_number("FAKE_DRIVER", 13000);
}

EXPORT extern const struct fake_driver fake_driver_functions;
const struct fake_driver fake_driver_functions = {
    fake_owns, fake_alloc, fake_release, fake_cuCtxSynchronize, fake_visible_devices, fake_driver_version, set_late, fake_device_of,
    fake_captures_stream, fake_keep,
};
