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
    for (size_t i = 0; i < c->n_gpus; i++) {
        struct gpu_state *g = &s->gpus[i];

        if (c->gpus[i].nvml_answers && nvml_open_softly(c) && c->nvml.nvmlDeviceGetFieldValues != NULL)
            g->has_counters = CALL(c, nvml, nvmlDeviceGetHandleByUUID(c->gpus[i].uuid, &g->counted)) == NVML_SUCCESS;
        g->has_links = g->has_counters && links_open(c, g);
    }
}

/* The bytes that a value does not use are not always 0. */
double counter_value(const nvmlFieldValue_t *v)
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
static void read_counters(struct child *c, nvmlDevice_t device, double now[COUNTERS_MAX])
{
    nvmlFieldValue_t values[COUNT_OF(counters)];
    long code;

    memset(values, 0, sizeof values);
    for (size_t i = 0; i < COUNT_OF(counters); i++)
        values[i].fieldId = counters[i].field;
    code = CALL(c, nvml, nvmlDeviceGetFieldValues(device, (int)COUNT_OF(counters), values));
    for (size_t i = 0; i < COUNT_OF(counters); i++)
        now[i] = code == NVML_SUCCESS && values[i].nvmlReturn == NVML_SUCCESS ? counter_value(&values[i]) : -1;
}

void counters_begin(struct child *c, const struct probe *p)
{
    for (size_t i = 0; i < c->n_gpus; i++) {
        struct gpu_state *g = &c->state->gpus[i];

        if (!g->has_counters)
            continue;
        read_counters(c, g->counted, g->counters);
        links_begin(c, g);
        c->state->counted_for = p;
    }
}

void counters_add(struct child *c, size_t gpu, const struct growth *g, struct grown *all)
{
    struct text *t = g->serious ? &all->serious : &all->minor;
    const int index = c->gpus[gpu].index;

    saw_num(c, c->n_gpus == 1 ? text_make(&c->arena, "grown.%s", g->key) : text_make(&c->arena, "grown.gpu%d.%s", index, g->key), "", g->by);
    if (g->by == 0)
        return;
    t->arena = &c->arena;
    if (c->n_gpus == 1)
        text_add(t, "%s%.0f %s", t->n > 0 ? ", " : "while this trial ran the GPU counted ", g->by, g->what);
    else
        text_add(t, "%sgpu%d counted %.0f %s", t->n > 0 ? ", " : "while this trial ran ", index, g->by, g->what);
}

static void settle_one(struct child *c, size_t gpu, const struct probe *p, struct grown *all)
{
    const struct gpu_state *g = &c->state->gpus[gpu];
    double now[COUNTERS_MAX];

    read_counters(c, g->counted, now);
    for (size_t i = 0; i < COUNT_OF(counters); i++) {
        const double grown = now[i] - g->counters[i];

        /* What each link tells by itself is not told again as their sum. */
        if (now[i] >= 0 && g->counters[i] >= 0 && (grown > 0 || (grown == 0 && p->tells_counters)) && !(g->has_links && text_starts(counters[i].key, "nvlink.")))
            counters_add(c, gpu, &(struct growth){ counters[i].key, counters[i].what, grown, counters[i].serious }, all);
    }
    links_settle(c, gpu, all);
}

bool counters_tell(struct child *c)
{
    const struct probe *p = c->state->counted_for;
    struct grown grown = { .serious = { .arena = NULL } };

    if (p == NULL)
        return false;
    for (size_t i = 0; i < c->n_gpus; i++)
        if (c->state->gpus[i].has_counters)
            settle_one(c, i, p, &grown);
    if (grown.serious.n > 0)
        saw_text(c, "errors", "%s", grown.serious.s);
    if (grown.minor.n > 0)
        saw_text(c, "warning", "%s", grown.minor.s);
    return grown.serious.n > 0;
}

void counters_settle(struct child *c)
{
    (void)counters_tell(c);
    c->state->counted_for = NULL;
}
