/* sm_map.h - what every multiprocessor has to compute, and what wrong results tell. Pure. */
#ifndef MATH_SM_MAP_H
#define MATH_SM_MAP_H

#include "base/arena.h"
#include "kernels/sm_map.h"

enum { SM_EXPECTED = SM_ITEMS * SM_CHAINS * SM_STEPS * SM_THREADS };

/* Every step of every chain, as the host computes it; ordered by sm_place. */
uint64_t *sm_map_expect(struct arena *a);

/* What a whole run of the kernel shows. */
struct sm_map_seen {
    unsigned sms;               /* that the device says it has */
    unsigned blocks;            /* that were launched; as many rows */
    const struct sm_row *rows;  /* of blocks that never ran: all bits set */
    const struct sm_log *log;
};

/* On how many different multiprocessors a block met all others and did its work. */
unsigned sm_map_proved(const struct sm_map_seen *s);

/* Which were not reached, as a sentence; NULL if all were. */
const char *sm_map_missing(const struct sm_map_seen *s, struct arena *a);

/* Where the wrong results are: the multiprocessor, unit, warp, lane and bit, or the
 * item of work that is wrong on all of them; NULL if there are none. */
const char *sm_map_where(const struct sm_map_seen *s, struct arena *a);

#endif
