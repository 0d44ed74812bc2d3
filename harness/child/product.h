/* product.h - matrix products by a library, checked in every way (child only):
 * what blas.gemm.* and blas.lt.* share. The library is a function that multiplies. */
#ifndef CHILD_PRODUCT_H
#define CHILD_PRODUCT_H

#include "child/child.h"
#include "math/exact.h"

/* D = alpha op(A) op(B) + beta D in column-major order; leading dimensions in elements. */
struct product {
    enum number in, out;        /* of A and B, of D */
    bool        ta, tb;         /* op is the transpose */
    int         m, n, k;
    int         lda, ldb, ldd;
    int         alpha, beta;
    CUdeviceptr a, b, d;
    bool        any_reduction;  /* the library may add parts in D's type */
};

/* Makes the call, not the wait. Stops the trial where it fails. */
typedef void multiply(struct child *c, void *library, const struct product *p);

struct multiplier {
    struct child *child;
    multiply     *multiply;
    void         *library;      /* what multiply is given */
    enum number   in, out;
    bool          aligned;      /* fp8 and int8: A transposed, B not, every dimension a multiple of 16 */
};

/* Every element against a full reference of integers, for odd sizes and leading
 * dimensions of their own, A or B transposed, and once with what D held. Observes
 * "<key>.compared", "<key>.wrong" and "<key>.first" for the keys nn, tn, nt and
 * beta (aligned: tn and beta). */
void product_whole(const struct multiplier *m);

/* A product that fills the GPU, by the sums of its tiles of 128 x 128. Observes
 * "<key>.compared" (elements) and "<key>.wrong" (tiles), "<key>.first" (the tile, and its first
 * wrong element) and "<key>.operands" (elements of A and B that did not stay what
 * they were). `limit`: what no sum may reach. */
void product_tiles(const struct multiplier *m, const char *key, double limit, bool any_reduction);

/* How large products are here: tiles along each side, by the number of SMs. */
int product_tiles_a_side(struct child *c);

#endif
