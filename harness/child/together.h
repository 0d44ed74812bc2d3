/* together.h - what probes about several GPUs share. */
#ifndef CHILD_TOGETHER_H
#define CHILD_TOGETHER_H

#include "child/child.h"

/* Begins a vendor call that is about two GPUs, and says which: "cuMemcpyPeer from gpu2 to gpu5". */
const char *together_enter(struct child *c, const char *call, const struct dl *lib, size_t from, size_t to);

/* Ends it: stops the trial if the call failed. */
void together_leave(struct child *c, const char *call, const struct dl *lib, long code);

/* How many bytes each of `passes` passes over memory may take, so that all of them cost a quarter of a second
 * at the peak rate of the current GPU's memory, by its own words. */
uint64_t together_bytes(struct child *c, uint64_t passes);

/* Whether NVML says that these two are linked by NVLink; false too where it says nothing. */
bool together_by_nvlink(struct child *c, size_t one, size_t other);

/* Whether the driver lets the first use the second's memory; and lets it, or no longer. The first is current then. */
bool together_can_reach(struct child *c, size_t who, size_t whose);
void together_grant(struct child *c, size_t who, size_t whose);
void together_revoke(struct child *c, size_t who, size_t whose);

/* "gpu5" */
const char *together_name(struct child *c, size_t gpu);

#endif
