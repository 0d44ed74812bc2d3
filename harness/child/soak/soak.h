/* soak.h - a GPU at full load for hours, each result checked as it is produced (child only): what the probes
 * soak.* share. Products and a march over the rest of the memory run in two streams at once. Each product is
 * followed by the sums of its tiles and their comparison on the GPU, which keeps wrong tiles as they are; the
 * host looks now and then, while the next burst runs. */
#ifndef CHILD_SOAK_H
#define CHILD_SOAK_H

#include "child/product/product.h"

/* Who multiplies. */
struct soak_way {
    struct child      *child;
    const enum number *types;       /* of the factors, in turn */
    size_t             n_types;
    /* Makes ready for products of that shape, by the lap'th of several algorithms. False, with the reason, where there is none. */
    bool             (*prepare)(struct soak_way *by, const struct product *p, unsigned lap, const char **why);
    /* The call, not the wait; stops the trial where it fails, but for what may be refused. */
    void             (*queue)(struct soak_way *by, const struct product *p, CUstream stream);
    const char        *call;        /* what is blamed where products do not end, and the library's file */
    const char        *library;
    const char        *said;        /* of the algorithm; NULL: nothing */
    const char        *refused;     /* set by queue: why the library does not multiply what it offered an algorithm for; NULL: it does */
    void              *own;
};

/* Loads the GPU for c->soak_s seconds. Observes "soak.*" (products, elements compared, what was wrong), "memory.*",
 * "rate.*" and what telemetry tells; beats about every second. */
void soak_run(struct soak_way *by);

/* What must hold of that. */
extern const struct expect soak_bounds[];

#endif
