/* tolerance.h - every tolerance of the product, and sound arithmetic that must stay
 * within it: numbers rounded as their type has it, sums in random orders and trees,
 * as GPUs keep them. A new tolerance is a row of a table in a file of this folder.
 */
#ifndef TESTS_TOLERANCE_H
#define TESTS_TOLERANCE_H

#include "math/number.h"
#include "math/random.h"

struct tolerance {
    const char *name;       /* "product, bf16, 9.0" */
    const char *where;      /* the function that gives the bound */
    const char *rests_on;   /* where its derivation comes from */
    /* The error of one random input as a share of the bound: 1 is the bound itself. Of an NMSE it is the root. */
    double    (*share)(int variant, struct random *r);
    int         variant;
    int         sample;     /* how many inputs `make check` has time for; 0: 200 */
    const char *explained;  /* why more than half of the bound is sound; NULL: it never comes to that */
};

/* Each ends with a row without a name. */
extern const struct tolerance product_tolerances[], conv_tolerances[], layer_tolerances[], network_tolerances[];
extern const struct tolerance *const all_tolerances[];          /* of these; NULL ends it */

struct tried { long inputs, outside; double largest; };

/* So many random inputs; 0: the sample. */
struct tried tolerance_try(const struct tolerance *t, long inputs, uint64_t seed);

/* None outside, and none beyond half of the bound without a reason. */
bool tolerance_is_sound(const struct tolerance *t, const struct tried *of);

/* ---- Arithmetic as GPUs have it ---- */

/* One instruction adds so many terms at once (0: fp32 adds one after the other), aligned to the largest with `kept`
 * bits below it, and cuts the sum to so many fraction bits; each so many terms a part is added in fp32 (0: never). */
struct arithmetic { int at_once, kept, fraction, promoted_each; };

/* Of k exact products, in a random order, in a random number of parts that are added in fp32 in a random tree. */
double summed(const double *terms, int k, struct arithmetic how, struct random *r);

/* The nearest number of the type, as a number. */
double rounded(enum number type, double v);

/* Uniform with mean 0 and variance 1, rounded to the type: from a stock of them, which is fast. */
double real_of(enum number type, struct random *r);

/* v, off by at most so many units of fp32's last place, uniformly: what an approximation of the hardware gives. */
float within_units(double v, double units, struct random *r);

/* From 1 to most, each power of two as likely as the next. */
int some_number(int most, struct random *r);

double root_share(double errors, double squares, double limit);        /* sqrt(NMSE / limit) */

#endif
