/* sm.map - every multiprocessor computes the same work, and every result is
 * compared with what the host computed: a wrong one is found at its SM, lane and
 * bit. That all were asked is shown by their own numbers, from blocks that were
 * all running at the same time. */
#include "child/sm_map.h"

static void run(struct child *c)
{
    struct sm_map_seen s = sm_map_look(c, "sm_map");

    sm_map_tell(c, &s);
}

extern const struct probe probe_cuda_launch;

const struct probe probe_sm_map = {
    .name     = "sm.map",
    .claim    = "Every multiprocessor computes integers, fp32, fp64 and shuffles right, and its shared memory holds what is written to it.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS,
    .tells_counters = true,
    .rests_on = { &probe_cuda_launch },
    .may_skip = true,
    .expects  = sm_map_bounds,
    .run      = run,
};
