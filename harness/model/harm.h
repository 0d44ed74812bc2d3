/* harm.h - do no harm: how much of a GPU that others use may be taken. Pure.
 *
 * Never more than the free memory less a reserve; on a GPU where another
 * process computes, at most 256 MiB, and at --level full and soak nothing.
 */
#ifndef MODEL_HARM_H
#define MODEL_HARM_H

#include "base/arena.h"
#include "model/device.h"

#define HARM_BUSY_BYTES (UINT64_C(256) << 20)

/* What stays free for others: the larger of 1 GiB and 5 % of all memory. */
uint64_t harm_reserve(uint64_t total_bytes);

/* How much all buffers of one trial may hold: 0 if nothing. at_most: a further
 * bound, 0 for none. */
uint64_t harm_budget(uint64_t free_bytes, uint64_t total_bytes, uint64_t at_most);

/* Why no context is made on this GPU, as a sentence; NULL: it may be. */
const char *harm_forbids(const struct device *d, bool full, bool even_if_busy, struct arena *a);

#endif
