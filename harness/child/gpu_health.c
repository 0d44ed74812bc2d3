/* What NVML says of a GPU's mode and health, also of one that CUDA does not show. Nothing of it is needed: what it does not know is not told. */
#include "child/state.h"

#include "base/text.h"

static void tell_text(struct child *c, const char *as, const char *what, const char *text)
{
    char key[48];

    text_format(key, sizeof key, "%s.%s", as, what);
    saw_text(c, key, "%s", text);
}

static void tell_number(struct child *c, const char *as, const char *what, const char *unit, double value)
{
    char key[48];

    text_format(key, sizeof key, "%s.%s", as, what);
    saw_num(c, key, unit, value);
}

/* Counters of boards without ECC are answered, too, and mean nothing (https://github.com/leptonai/gpud/pull/351). */
static void tell_memory_health(struct child *c, nvmlDevice_t device, const char *as)
{
    static const struct { unsigned field; const char *key; } fields[] = {
        { NVML_FI_DEV_ECC_DBE_VOL_TOTAL, "ecc.uncorrected" }, { NVML_FI_DEV_RETIRED_PENDING, "pages.pending" },
        { NVML_FI_DEV_REMAPPED_PENDING, "rows.pending" }, { NVML_FI_DEV_REMAPPED_FAILURE, "rows.failed" },
    };
    nvmlFieldValue_t values[COUNT_OF(fields)] = { { .fieldId = 0 } };
    nvmlEnableState_t now, pending;

    if (CALL(c, nvml, nvmlDeviceGetEccMode(device, &now, &pending)) != NVML_SUCCESS)
        return;
    tell_text(c, as, "ecc", now ? "on" : "off");
    if (!now || c->nvml.nvmlDeviceGetFieldValues == NULL)
        return;
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        values[i].fieldId = fields[i].field;
    if (CALL(c, nvml, nvmlDeviceGetFieldValues(device, COUNT_OF(values), values)) != NVML_SUCCESS)
        return;
    for (size_t i = 0; i < COUNT_OF(values); i++)
        if (values[i].nvmlReturn == NVML_SUCCESS)
            tell_number(c, as, fields[i].key, "", counter_value(&values[i]));
}

/* Instances that are not this process's to see are not known not to be. */
static void tell_instances(struct child *c, nvmlDevice_t device, const char *as)
{
    unsigned now, pending, most, n = 0;

    if (c->nvml.nvmlDeviceGetMigMode == NULL || CALL(c, nvml, nvmlDeviceGetMigMode(device, &now, &pending)) != NVML_SUCCESS)
        return;
    tell_text(c, as, "mig", now ? "on" : "off");
    if (!now || c->nvml.nvmlDeviceGetMaxMigDeviceCount == NULL || c->nvml.nvmlDeviceGetMigDeviceHandleByIndex == NULL
        || CALL(c, nvml, nvmlDeviceGetMaxMigDeviceCount(device, &most)) != NVML_SUCCESS)
        return;
    for (unsigned i = 0; i < most; i++) {
        nvmlDevice_t instance;
        const long code = CALL(c, nvml, nvmlDeviceGetMigDeviceHandleByIndex(device, i, &instance));

        if (code != NVML_SUCCESS && code != NVML_ERROR_NOT_FOUND)
            return;
        n += code == NVML_SUCCESS;
    }
    tell_number(c, as, "mig.instances", "", n);
}

static void tell_guest(struct child *c, nvmlDevice_t device, const char *as)
{
    nvmlGridLicensableFeatures_t features = { .isGridLicenseSupported = 0 };
    nvmlGpuVirtualizationMode_t mode;
    bool enabled = false, licensed = false;

    if (c->nvml.nvmlDeviceGetVirtualizationMode == NULL || CALL(c, nvml, nvmlDeviceGetVirtualizationMode(device, &mode)) != NVML_SUCCESS
        || mode != NVML_GPU_VIRTUALIZATION_MODE_VGPU)
        return;
    tell_text(c, as, "vgpu", "guest");
    if (c->nvml.nvmlDeviceGetGridLicensableFeatures_v4 == NULL || CALL(c, nvml, nvmlDeviceGetGridLicensableFeatures_v4(device, &features)) != NVML_SUCCESS
        || !features.isGridLicenseSupported)
        return;
    for (unsigned i = 0; i < features.licensableFeaturesCount && i < COUNT_OF(features.gridLicensableFeatures); i++) {
        enabled |= features.gridLicensableFeatures[i].featureEnabled != 0;
        licensed |= features.gridLicensableFeatures[i].featureState != 0;
    }
    if (enabled || licensed)
        tell_text(c, as, "vgpu.licence", licensed ? "licensed" : "none");
}

static void tell_fabric(struct child *c, nvmlDevice_t device, const char *as)
{
    static const char *const states[] = { [NVML_GPU_FABRIC_STATE_NOT_STARTED] = "not started", [NVML_GPU_FABRIC_STATE_IN_PROGRESS] = "in progress",
                                          [NVML_GPU_FABRIC_STATE_COMPLETED] = "completed" };
    nvmlGpuFabricInfo_t info;

    if (c->nvml.nvmlDeviceGetGpuFabricInfo != NULL && CALL(c, nvml, nvmlDeviceGetGpuFabricInfo(device, &info)) == NVML_SUCCESS
        && info.state < COUNT_OF(states) && states[info.state] != NULL)
        tell_text(c, as, "fabric", states[info.state]);
}

static void tell_clocks(struct child *c, nvmlDevice_t device, const char *as)
{
    unsigned long long reasons;
    nvmlComputeMode_t mode;
    int mhz;

    if (c->nvml.nvmlDeviceGetGpcClkVfOffset != NULL && CALL(c, nvml, nvmlDeviceGetGpcClkVfOffset(device, &mhz)) == NVML_SUCCESS)
        tell_number(c, as, "offset.core", "MHz", mhz);
    if (c->nvml.nvmlDeviceGetMemClkVfOffset != NULL && CALL(c, nvml, nvmlDeviceGetMemClkVfOffset(device, &mhz)) == NVML_SUCCESS)
        tell_number(c, as, "offset.memory", "MHz", mhz);
    if (c->nvml.nvmlDeviceGetCurrentClocksThrottleReasons != NULL && CALL(c, nvml, nvmlDeviceGetCurrentClocksThrottleReasons(device, &reasons)) == NVML_SUCCESS)
        tell_number(c, as, "throttle", "", (double)reasons);
    if (CALL(c, nvml, nvmlDeviceGetComputeMode(device, &mode)) == NVML_SUCCESS)
        tell_number(c, as, "compute_mode", "", mode);
}

void child_tell_health(struct child *c, nvmlDevice_t device, const char *as)
{
    tell_memory_health(c, device, as);
    tell_instances(c, device, as);
    tell_guest(c, device, as);
    tell_fabric(c, device, as);
    tell_clocks(c, device, as);
}

void child_tell_confidential(struct child *c)
{
    nvmlConfComputeSystemState_t state;
    unsigned is_ready;

    if (c->nvml.nvmlSystemGetConfComputeState == NULL || CALL(c, nvml, nvmlSystemGetConfComputeState(&state)) != NVML_SUCCESS)
        return;
    saw_text(c, "confidential", "%s", state.ccFeature ? "on" : "off");
    if (state.ccFeature && c->nvml.nvmlSystemGetConfComputeGpusReadyState != NULL && CALL(c, nvml, nvmlSystemGetConfComputeGpusReadyState(&is_ready)) == NVML_SUCCESS)
        saw_text(c, "confidential.ready", "%s", is_ready ? "yes" : "no");
}
