/* road.h - memory of the host and of the current GPU, and copies between them whose every word is known (child only). */
#ifndef CHILD_ROAD_H
#define CHILD_ROAD_H

#include "child/transfer/row.h"

enum { TO_DEVICE = 1 << 0, TO_HOST = 1 << 1, BOTH_WAYS = TO_DEVICE | TO_HOST };

struct lane { void *host; CUdeviceptr device; CUstream stream; struct row row; };

struct road {
    unsigned    ways;           /* what goes on it */
    bool        pinned;         /* the host's memory */
    size_t      bytes;          /* each way */
    struct lane to_device, to_host;
    CUdeviceptr found;
};

/* What a share of the memory on both sides has room for with `roads` of them, and what a slow GPU can fill in time. Stops
 * the trial where that is nothing. (How much of the host's is free says little: files fill the rest, and make room.) */
size_t road_bytes(struct child *c, size_t roads);

/* The GPU's side, then the host's: where this thread runs. Stops the trial, which skips it, where memory cannot be pinned. */
void road_build(struct child *c, struct road *r);
void road_take_host(struct child *c, struct road *r);
void road_give_back_host(struct child *c, struct road *r);

/* One copy each way that there is (pace_work: of a struct road). Of two, each has a stream that waits for the default one, and it
 * for them: an event there is before or after both. */
void road_pass(struct child *c, void *arg);

/* Of one more pass, over what no copy left there: how many words are wrong. */
uint64_t road_wrong(struct child *c, struct road *r);

/* Bytes of one pass. */
double road_work(const struct road *r);

#endif
