/* sparse.h - a sparse matrix of integers and its products, exactly. Pure. */
#ifndef MATH_SPARSE_H
#define MATH_SPARSE_H

#include "base/arena.h"
#include "math/number.h"

/* Entry i is value[i] in row[i] and column[i], row after row and in each by column;
 * row r has those from offsets[r] up to offsets[r + 1]. */
struct sparse { int rows, columns, entries; int *offsets, *row, *column; int64_t *value; };

/* Where its entries are: rows of very different lengths, every seventh and the first of
 * them empty, the one in the middle full, the last long. */
void sparse_make(struct sparse *s, struct arena *a, uint64_t seed, int rows, int columns);

/* How large entries, all odd if `odd`, and the integers that they are multiplied with may
 * be in a format: for fp32 and fp64 so large that a narrower one does not hold them. */
struct sparse_range { int64_t entry; bool odd; int other; };

struct sparse_range sparse_range_of(enum number n);

void sparse_fill(struct sparse *s, uint64_t seed, struct sparse_range r);

/* No partial sum of a product with such integers is larger, in whatever order, transposed or not. */
double sparse_worst(const struct sparse *s, struct sparse_range r);

/* y = A x, or A^T x, for each of so many columns of x, which lie one after the other, as those of y. */
void sparse_times(const struct sparse *s, bool transposed, const int *x, int width, int64_t *y);

#endif
