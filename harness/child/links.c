/* The error counters of each NVLink, before and after a trial. NVML counts them in other fields from Blackwell on: those that
 * a GPU does not have are not asked again (nvml.h, NVML_FI_DEV_NVLINK_*: the link is the field's scope). */
#include "child/state.h"

#include <string.h>

#include "base/text.h"

/* A link that is declared down has failed; the rest is the work of what protects the data. */
static const struct { unsigned field; bool serious; const char *key, *what; } counters[] = {
    { NVML_FI_DEV_NVLINK_ERROR_DL_REPLAY,   false, "replays",    "replays" },
    { NVML_FI_DEV_NVLINK_ERROR_DL_RECOVERY, false, "recoveries", "recoveries" },
    { NVML_FI_DEV_NVLINK_ERROR_DL_CRC,      false, "crc",        "CRC errors" },
    { NVML_FI_DEV_NVLINK_COUNT_RCV_ERRORS,  false, "received_errors", "packets with errors" },
    { NVML_FI_DEV_NVLINK_COUNT_LOCAL_LINK_INTEGRITY_ERRORS, false, "integrity", "bursts of local errors" },
    { NVML_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_SUCCESSFUL_EVENTS, false, "recovered", "recoveries" },
    { NVML_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS,     true,  "lost",      "recoveries that failed" },
};

_Static_assert(COUNT_OF(counters) <= LINK_COUNTERS_MAX, "gpu_state has room for every counter");

unsigned child_nvlinks(struct child *c, nvmlDevice_t device, uint64_t *up)
{
    nvmlEnableState_t state;
    unsigned links = 0;

    *up = 0;
    if (c->nvml.nvmlDeviceGetNvLinkState == NULL)
        return 0;
    /* A card without NVLink says so at its first link; the number of links has no call of its own. */
    while (links < NVLINKS_MAX && CALL(c, nvml, nvmlDeviceGetNvLinkState(device, links, &state)) == NVML_SUCCESS) {
        *up |= (uint64_t)(state != 0) << links;
        links++;
    }
    return links;
}

/* One counter of every link; -1 where it cannot be read. */
static void read_one(struct child *c, const struct gpu_state *g, size_t counter, double now[NVLINKS_MAX])
{
    nvmlFieldValue_t values[NVLINKS_MAX];
    long code;

    memset(values, 0, sizeof values);
    for (unsigned link = 0; link < g->links; link++) {
        values[link].fieldId = counters[counter].field;
        values[link].scopeId = link;
    }
    code = CALL(c, nvml, nvmlDeviceGetFieldValues(g->counted, (int)g->links, values));
    for (unsigned link = 0; link < g->links; link++)
        now[link] = code == NVML_SUCCESS && values[link].nvmlReturn == NVML_SUCCESS ? counter_value(&values[link]) : -1;
}

bool links_open(struct child *c, struct gpu_state *g)
{
    bool any = false;
    uint64_t up;

    g->links = child_nvlinks(c, g->counted, &up);
    for (size_t i = 0; i < COUNT_OF(counters) && g->links > 0; i++) {
        double now[NVLINKS_MAX];

        read_one(c, g, i, now);
        for (unsigned link = 0; link < g->links; link++)
            g->counts_links[i] |= now[link] >= 0;
        any |= g->counts_links[i];
    }
    return any;
}

void links_begin(struct child *c, struct gpu_state *g)
{
    for (size_t i = 0; i < COUNT_OF(counters); i++)
        if (g->counts_links[i])
            read_one(c, g, i, g->on_links[i]);
}

void links_settle(struct child *c, size_t gpu, struct grown *all)
{
    const struct gpu_state *g = &c->state->gpus[gpu];

    for (size_t i = 0; i < COUNT_OF(counters); i++) {
        double now[NVLINKS_MAX];

        if (!g->counts_links[i])
            continue;
        read_one(c, g, i, now);
        for (unsigned link = 0; link < g->links; link++)
            if (now[link] > g->on_links[i][link] && g->on_links[i][link] >= 0)
                counters_add(c, gpu, &(struct growth){ .key = text_make(&c->arena, "nvlink.link%u.%s", link, counters[i].key),
                                                        .what = text_make(&c->arena, "NVLink %s on link %u", counters[i].what, link),
                                                        .by = now[link] - g->on_links[i][link], .serious = counters[i].serious }, all);
    }
}
