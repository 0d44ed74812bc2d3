/* liar.h - a library of matrix products that is the CPU, and that puts a fault into what it
 * hands out: between a right result and the checks of child/product/product.h. */
#ifndef PROBES_SELFTEST_LIAR_H
#define PROBES_SELFTEST_LIAR_H

#include "child/product/product.h"
#include "math/spoil.h"

/* What is wrong with the arithmetic itself, rather than with its result. */
enum habit {
    HABIT_NONE,
    HABIT_TF32,         /* factors are rounded to TF32 first */
    HABIT_CUT,          /* results in 16 bits are cut instead of rounded */
};

struct liar {
    struct spoiling spoiling;
    enum habit      habit;
    int             every, only;        /* which calls lie, counted from 1: each multiple of `every`, or `only` that one; 0, 0: all */

    int             calls;
    struct product  last;               /* and its right result: the same call again costs no product */
    void           *result;
};

/* For square products of `side` tiles; the liar may be told another fault later. */
struct multiplier liar_multiplier(struct child *c, struct liar *liar, enum number in, enum number out, int side);

#endif
