/* evict.h - a second-level cache that holds nothing of the work that follows (child only; NEEDS_KERNELS). */
#ifndef CHILD_EVICT_H
#define CHILD_EVICT_H

#include "child/child.h"

/* Twice what the cache holds, which is read and never written: what is in the cache then needs no writing back, which would
 * be measured in the work that follows. */
struct evict { CUdeviceptr from, sums; uint64_t tiles; };

struct evict evict_begin(struct child *c);

/* On the default stream; does not wait. */
void evict_all(struct child *c, const struct evict *e);

#endif
