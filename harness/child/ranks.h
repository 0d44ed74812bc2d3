/* ranks.h - NCCL over all GPUs of a trial, from one process: GPU i is rank i (child only). */
#ifndef CHILD_RANKS_H
#define CHILD_RANKS_H

#include "child/child.h"

struct ranks {
    size_t     n;
    ncclComm_t comms[GPU_SET_MAX];
    CUstream   streams[GPU_SET_MAX];        /* none of them waits for the default one */
};

/* One call of a collective, on every rank. count: NCCL's. */
struct collected { const CUdeviceptr *from, *to; size_t count; ncclDataType_t type; int root; };

struct collective {
    const char *call;
    bool        sends_all, receives_all;    /* count elements for each rank, and not count alone */
    long        (*post)(struct child *c, const struct ranks *r, size_t rank, const struct collected *what);
};

/* Sums where it adds. */
extern const struct collective collective_all_reduce, collective_all_gather, collective_reduce_scatter, collective_broadcast;

/* Binds NCCL first (child_bind_nccl). */
void ranks_open(struct child *c, struct ranks *r);
void ranks_close(struct child *c, const struct ranks *r);

/* Calls it on every rank's stream, and does not wait; stops the trial where a call fails. */
void ranks_call(struct child *c, const struct ranks *r, const struct collective *k, const struct collected *what);

/* Stops the trial where that rank has failed since. */
void ranks_look_for_late_error(struct child *c, const struct ranks *r, const struct collective *k, size_t rank);

/* "ncclAllReduce on gpu2()" */
const char *ranks_call_on(struct child *c, const char *call, size_t rank);

#endif
