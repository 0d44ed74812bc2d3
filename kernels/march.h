/* march.h - what the march kernels and their caller share. */
#ifndef KERNELS_MARCH_H
#define KERNELS_MARCH_H

enum {
    MARCH_THREADS = 256,
    MARCH_PAIRS   = 4,                                      /* 16 bytes each, of one thread */
    MARCH_TILE    = MARCH_THREADS * MARCH_PAIRS * 2,        /* words of 64 bits that one block takes */
    MARCH_LOGGED  = 64,
    MARCH_SLOTS   = 64,                                     /* blocks that run at the same time count apart */
};

/* Words are counted over all pieces of memory that are marched over together. */
struct march_fault {
    unsigned long long word, want, got;
    unsigned long long again;               /* a second read, right after the first: of the second-level cache */
    unsigned           element, sm;
};

/* Set to 0 by the caller. */
struct march_log {
    unsigned long long wrong;               /* words */
    unsigned long long ones, zeros;         /* bits that were 1 where 0 was written, and the other way round */
    struct march_fault fault[MARCH_LOGGED];         /* in the order in which they were met */
    unsigned long long tiles[MARCH_SLOTS];  /* that were gone over: a kernel that never ran finds nothing wrong */
};

#endif
