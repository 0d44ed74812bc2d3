/* tile_sums.h - the sums of a product's tiles of 128 x 128, where the host has the factors: what they should be it
 * works out itself, what they are is added up on the device (kernels/tilecheck.cu). */
#ifndef CHILD_PRODUCT_TILE_SUMS_H
#define CHILD_PRODUCT_TILE_SUMS_H

#include "child/product/product.h"

enum { TILE = 128 };

/* Rows of A, or columns of B, as integers: so many vectors of k, one behind the other, which are `period` numbers again
 * and again. */
struct vectors { const int *values; size_t period; int rows, k; };

static inline int vector_at(const struct vectors *v, int row, int i)
{
    return v->values[((size_t)row * (size_t)v->k + (size_t)i) % v->period];
}

struct tile_sums {
    unsigned        tiles_m, tiles_n, weights_m, weights_n;
    size_t          k;
    const uint64_t *of_a, *of_b;        /* for each tile of vectors and each of k: the weighted sum over the tile's vectors */
    uint64_t       *found, *bad;        /* of each tile; bad: its elements that are no integers */
    CUdeviceptr     found_at, bad_at;
};

struct tile_sums tile_sums_make(struct child *c, const struct vectors *a, const struct vectors *b);

/* Adds up D as it lies on the device. */
void tile_sums_find(struct child *c, struct tile_sums *s, const struct product *p);

static inline unsigned tile_sums_n(const struct tile_sums *s)
{
    return s->tiles_m * s->tiles_n;
}

/* And where the tile begins in D. */
bool tile_sums_is_right(const struct tile_sums *s, unsigned tile, int *row, int *column);

#endif
