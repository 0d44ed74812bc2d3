/* soak.h - what the kernels of a soak and their caller share. */
#ifndef KERNELS_SOAK_H
#define KERNELS_SOAK_H

enum {
    SOAK_TILE  = 128,
    SOAK_BURST = 256,                           /* products that are looked at together, at most */
    SOAK_KEPT  = 4,                             /* wrong tiles of them that are kept, in the order in which they were met */
    SOAK_TILE_WORDS = SOAK_TILE * SOAK_TILE * 2,        /* of 32 bits, in the widest type */
};

struct soak_fault {
    unsigned long long found, expected, bad;    /* the tile's sums, and how many of its elements are no integers */
    unsigned           product, tile;
};

/* Set to 0 by the caller. */
struct soak_log {
    unsigned long long operands;                /* elements of A and B that are not what they were */
    unsigned           wrong[SOAK_BURST];       /* tiles, of each product */
    unsigned           kept;                    /* tiles that were to be kept: SOAK_KEPT of them are */
    unsigned           judged;                  /* tiles that were looked at: a kernel that never ran finds nothing wrong */
    struct soak_fault  fault[SOAK_KEPT];
};

#endif
