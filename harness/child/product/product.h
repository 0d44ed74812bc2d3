/* product.h - matrix products by a library, checked in every way (child only):
 * what blas.gemm.* and blas.lt.* share. The library is a function that multiplies. */
#ifndef CHILD_PRODUCT_H
#define CHILD_PRODUCT_H

#include "child/child.h"
#include "math/exact.h"
#include "math/scaled.h"

/* D = alpha op(A) op(B) + beta D in column-major order; leading dimensions in elements. */
struct product {
    enum number a_type, b_type, out;
    bool        ta, tb;         /* op is the transpose */
    int         m, n, k;
    int         lda, ldb, ldd;
    int         alpha, beta;
    CUdeviceptr a, b, d;
    const struct scaled *a_like, *b_like;   /* block-scaled, and how; NULL: they are not */
    CUdeviceptr a_scales, b_scales;     /* then: the factors, as they lie by scale_place */
    bool        any_reduction;  /* the library may add parts in D's type */
};

struct multiplier {
    struct child *child;
    void        (*multiply)(struct multiplier *by, const struct product *p);    /* the call, not the wait; stops the trial where it fails */
    void         *library;      /* multiply's own */
    enum number   a_type, b_type, out;
    int           side;         /* of large products (product_side) */
    bool          aligned;      /* fp8 and int8: A transposed, B not, every dimension a multiple of 16 */

    bool          works;        /* it has multiplied once: from then on, "not supported" is a failure */
    bool          wrong;        /* a result was: so that no "not supported" hides it */

    /* A library that offers several algorithms for a product: which one to use, and
     * what multiply says of them. */
    int           choice, choices;      /* choices 0: it does not say */
    const char   *said;                 /* of the one it used; NULL: nothing */
};

/* Every element against a full reference of integers, for odd sizes and leading
 * dimensions of their own, A or B transposed, and once with what D held. Observes
 * "<key>.compared", "<key>.wrong" and "<key>.first" for the keys nn, tn, nt and
 * beta (aligned: tn and beta). */
void product_whole(struct multiplier *by);

/* A product that fills the GPU, by the sums of its tiles of 128 x 128, by each
 * algorithm that is offered, at most so many. Observes "<key>.compared" (elements),
 * "<key>.wrong" (tiles), "<key>.first" (the tile, and its first wrong element) and
 * "<key>.operands" (elements of A and B that did not stay what they were).
 * `limit`: what no sum may reach. */
void product_tiles(struct multiplier *by, const char *key, enum number out, double limit, bool any_reduction, int most);

/* A product of the shape of `p` (A transposed, B not, dimensions that are multiples of 4) by the sums of its tiles: A and B
 * are filled with integers. Observes the same. */
void product_shape(struct multiplier *by, const char *key, const struct product *p);

/* The same of fp4, which our kernels do not make: the factors are integers again and again. Without padding between
 * the vectors. `said` of the multiplier is told of what is wrong. */
void product_again(struct multiplier *by, const char *key, const struct product *p);

/* n bytes of the host's again and again. */
void product_repeat_bytes(struct child *c, CUdeviceptr at, uint64_t bytes, const void *again, uint64_t n);

/* Such a product with D in 16 bits, bit for bit the nearest-even rounding of the
 * exact one in fp32. Observes "exact.*" as above of the latter, and "rounded.compared",
 * "rounded.wrong" and "rounded.first". */
void product_rounding(struct multiplier *by, enum number out);

/* A product of full mantissas: how far sampled squares are from our own product summed
 * in fp64 (math/precision.h), and how many of so many calls give other bits than the
 * first. Observes "reals.*" as compare_close does, "own.wrong" (1: our own kernel and
 * the CPU disagree), "repeat.times", "repeat.different", "repeat.hash" and, of what
 * data and algorithm that is the hash, "repeat.of" (model/vote.h). */
void product_reals(struct multiplier *by, bool fast, int times);

/* Block-scaled factors, of which `a` and `b` say all but seed and size: a product of no
 * whole tiles, and once with what D held, against a full reference; and one that fills
 * the GPU as product_tiles does. Observes the keys tn, beta and tiles, in fp32. */
void product_blocks(struct multiplier *by, const struct scaled *a, const struct scaled *b, int most);

/* What must hold of these observations, for whatever was observed of them; at least
 * "tn" and "tiles" are. */
extern const struct expect product_bounds[];

/* The same for product_reals alone. */
extern const struct expect product_repeat_bounds[];

/* How large products may be here: tiles along each side, by the number of SMs and by
 * what may be taken of the memory. Asked once, before the trial's first buffer. */
int product_side(struct child *c);

/* What in this environment changes how precisely libraries compute, as warnings. */
void product_look_at_environment(struct child *c);

#endif
