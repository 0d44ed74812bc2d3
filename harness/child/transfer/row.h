/* row.h - rows of words in device memory that rise by a step, so that each word is known: word i is base + step * i (child only). */
#ifndef CHILD_ROW_H
#define CHILD_ROW_H

#include "child/child.h"

struct row { uint64_t base, step; };

enum { ROW_BYTES = 256 * 4 * 16 };      /* a row that is written is a multiple of it */

/* By a kernel of ours; it does not wait. */
void row_write(struct child *c, CUdeviceptr at, uint64_t words, struct row row);

/* How many words there are not the row's; `found` is of checked_begin, on the same GPU. */
uint64_t row_wrong(struct child *c, CUdeviceptr at, uint64_t words, struct row row, CUdeviceptr found);

/* The same for memory of the host. */
void     row_write_host(uint64_t *at, uint64_t words, struct row row);
uint64_t row_wrong_host(const uint64_t *at, uint64_t words, struct row row);

#endif
