/* The GPU's own error counters, before and after each trial. They are NVML's: only asked where NVML has answered about this
 * GPU before (--counters), and never a failure themselves; what grew belongs to the trial that ran. */
#include "child/state.h"

#include <string.h>

#include "base/text.h"

/* A serious one fails the trial. Replays, retries and what ECC corrected are the work of what protects the data. */
static const struct { unsigned field; bool serious; const char *key, *what; } counters[] = {
    { NVML_FI_DEV_ECC_DBE_VOL_TOTAL, true,  "ecc.uncorrected",   "uncorrected ECC errors" },
    { NVML_FI_DEV_REMAPPED_UNC,      true,  "rows.uncorrected",  "memory rows remapped after uncorrected errors" },
    { NVML_FI_DEV_REMAPPED_FAILURE,  true,  "rows.failed",       "failures to remap a memory row" },
    { NVML_FI_DEV_RETIRED_DBE,       true,  "pages.uncorrected", "memory pages retired after uncorrected errors" },
    { NVML_FI_DEV_ECC_SBE_VOL_TOTAL, false, "ecc.corrected",     "corrected ECC errors" },
    { NVML_FI_DEV_REMAPPED_COR,      false, "rows.corrected",    "memory rows remapped after corrected errors" },
    { NVML_FI_DEV_REMAPPED_PENDING,  false, "rows.pending",      "memory rows waiting to be remapped at the next reset" },
    { NVML_FI_DEV_RETIRED_SBE,       false, "pages.corrected",   "memory pages retired after corrected errors" },
    { NVML_FI_DEV_RETIRED_PENDING,   false, "pages.pending",     "memory pages waiting to be retired at the next reset" },
    { NVML_FI_DEV_PCIE_REPLAY_COUNTER, false, "pcie.replays",    "PCIe replays" },
    { NVML_FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL, false, "nvlink.crc_flit",   "NVLink CRC errors in flow control" },
    { NVML_FI_DEV_NVLINK_CRC_DATA_ERROR_COUNT_TOTAL, false, "nvlink.crc_data",   "NVLink CRC errors in data" },
    { NVML_FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL,   false, "nvlink.replays",    "NVLink replays" },
    { NVML_FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL, false, "nvlink.recoveries", "NVLink recoveries" },
};

_Static_assert(COUNT_OF(counters) <= COUNTERS_MAX, "child_state has room for every counter");

void counters_open(struct child *c)
{
    struct child_state *s = c->state;

    if (s->asked_for_counters)
        return;
    s->asked_for_counters = true;
    if (!c->nvml_answers || c->device_uuid == NULL || !nvml_open_softly(c) || c->nvml.nvmlDeviceGetFieldValues == NULL)
        return;
    s->has_counters = CALL(c, nvml, nvmlDeviceGetHandleByUUID(c->device_uuid, &s->counted)) == NVML_SUCCESS;
}

/* The bytes that a value does not use are not always 0. */
static double value_of(const nvmlFieldValue_t *v)
{
    double real;

    switch (v->valueType) {
    case NVML_VALUE_TYPE_UNSIGNED_INT:
    case NVML_VALUE_TYPE_SIGNED_INT:
        return (double)(uint32_t)v->value;
    case NVML_VALUE_TYPE_DOUBLE:
        memcpy(&real, &v->value, sizeof real);
        return real;
    }
    return (double)v->value;
}

/* What cannot be read, as NVLink on a card without it, is -1. */
static void read_counters(struct child *c, double now[COUNTERS_MAX])
{
    nvmlFieldValue_t values[COUNT_OF(counters)];
    long code;

    memset(values, 0, sizeof values);
    for (size_t i = 0; i < COUNT_OF(counters); i++)
        values[i].fieldId = counters[i].field;
    code = CALL(c, nvml, nvmlDeviceGetFieldValues(c->state->counted, (int)COUNT_OF(counters), values));
    for (size_t i = 0; i < COUNT_OF(counters); i++)
        now[i] = code == NVML_SUCCESS && values[i].nvmlReturn == NVML_SUCCESS ? value_of(&values[i]) : -1;
}

void counters_begin(struct child *c, const struct probe *p)
{
    if (!c->state->has_counters)
        return;
    read_counters(c, c->state->counters);
    c->state->counted_for = p;
}

static void add(struct child *c, struct text *t, double grown, const char *what)
{
    t->arena = &c->arena;
    text_add(t, "%s%.0f %s", t->n > 0 ? ", " : "while this trial ran the GPU counted ", grown, what);
}

bool counters_tell(struct child *c)
{
    const struct probe *p = c->state->counted_for;
    struct text serious = { .arena = NULL }, minor = { .arena = NULL };
    const double *before = c->state->counters;
    double now[COUNTERS_MAX];

    if (p == NULL)
        return false;
    read_counters(c, now);
    for (size_t i = 0; i < COUNT_OF(counters); i++) {
        const double grown = now[i] - before[i];

        if (now[i] < 0 || before[i] < 0 || grown < 0 || (grown == 0 && !p->tells_counters))
            continue;
        saw_num(c, text_make(&c->arena, "grown.%s", counters[i].key), "", grown);
        if (grown > 0)
            add(c, counters[i].serious ? &serious : &minor, grown, counters[i].what);
    }
    if (serious.n > 0)
        saw_text(c, "errors", "%s", serious.s);
    if (minor.n > 0)
        saw_text(c, "warning", "%s", minor.s);
    return serious.n > 0;
}

void counters_settle(struct child *c)
{
    (void)counters_tell(c);
    c->state->counted_for = NULL;
}
