/* burst.h - products of a soak: a number of them queued at once, each checked on the GPU (child only). */
#ifndef CHILD_BURST_H
#define CHILD_BURST_H

#include "child/march.h"
#include "child/soak/soak.h"
#include "kernels/soak.h"
#include "math/exact.h"

enum { BURSTS = 2, TOLD_MAX = 8, TOLD_BYTES = 512 };

/* One of two that are under way in turn. The logs are copied into the host's memory behind the work. */
struct burst {
    bool              pending;
    unsigned          n;
    double            first;            /* the number of its first product, from 1 on */
    unsigned          turn;             /* which A that is of; then they alternate */
    double            words;            /* of memory, that are read and compared */
    CUevent           multiplied, marched;
    CUdeviceptr       log_at, kept;
    struct soak_log  *log;
    struct march_log *memory;
};

/* Operands of one shape for every type, and what is known of the products. There are two A, so that no result is like the one before it. */
struct products {
    struct soak_way *by;
    struct child    *child;
    CUstream         stream;
    struct product   p[2];
    struct operand   a[2], b;
    unsigned         tiles;             /* along each side */
    unsigned         weights_m, weights_n;
    CUdeviceptr      at_a[2], at_b, at_d, of_a[2], of_b, expected[2], found, bad;
    double           queued;
    int              only;              /* one A alone: its number; -1: both in turn */
    int              wrong_one;         /* the A of the last product that was wrong */
    struct { bool known; struct integers a, b; } ranges[NUMBER_INT32 + 1];       /* of each type: they take the host a while */

    double           verified, compared, wrong, tiles_wrong, operands, unjudged;
    char             told[TOLD_MAX][TOLD_BYTES];
    size_t           n_told;
};

/* Takes the memory for products of all these types, a third of what may be taken at most. */
void products_begin(struct products *s, struct soak_way *by, CUstream stream);

/* Fills the operands for factors of that type; false, with the reason, where they cannot be multiplied here. */
bool products_of(struct products *s, enum number in, unsigned lap, const char **why);

/* Queues so many products with their checks; look: at the operands, too. */
void products_queue(struct products *s, struct burst *b, unsigned n, bool look);

/* What the log of a burst that is over says. at_s: when. */
void products_look(struct products *s, const struct burst *b, double at_s);

/* The march: words are counted over the area, pass after pass. */
struct marching {
    struct child *child;
    CUstream      stream;
    struct area   area;
    size_t        piece;
    uint64_t      done;                 /* words of that piece */
    uint32_t      pass;
    CUdeviceptr   log_at;
    double        verified, wrong;      /* words */
    uint64_t      tiles, due;           /* that were gone over, by the kernels' own count, and how many it should be */
    char          first[2 * TOLD_BYTES];
};

/* Takes memory and writes all of it once. */
void marching_begin(struct marching *m, struct child *c, CUstream stream);

/* Queues the next so many words, in that many launches: what is there is compared, and its complement written. */
void marching_queue(struct marching *m, struct burst *b, double words, unsigned launches);

void marching_look(struct marching *m, const struct burst *b);

#endif
