/* schedule.h - which batch may start now. Pure.
 *
 * Each GPU is a lane, and so is the machine without a GPU: one batch of a lane
 * at a time, all lanes at once. What is about several GPUs together has all their
 * lanes to itself. What measures something that others share runs when nothing
 * else does; what is last, when all else is over.
 */
#ifndef MODEL_SCHEDULE_H
#define MODEL_SCHEDULE_H

#include "model/device.h"

enum slot_state { SLOT_WAITS, SLOT_RUNS, SLOT_IS_OVER };

/* One batch, as the schedule sees it. */
struct slot {
    const struct device *device;        /* NULL: the lane without a GPU, unless it takes them all */
    bool                 all_gpus;      /* it is about several GPUs together: it takes all lanes that have one */
    bool                 alone;         /* nothing else may run with it */
    bool                 last;          /* it waits for all that are not */
    bool                 ready;         /* all that it rests on has an outcome */
    enum slot_state      state;
};

#define NO_SLOT SIZE_MAX

/* The first that may start; NO_SLOT if none may now. If nothing runs and
 * something waits, there is always one. */
size_t schedule_next(const struct slot *slots, size_t n);

#endif
