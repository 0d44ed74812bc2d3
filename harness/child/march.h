/* march.h - a march over device memory, element by element (child only). */
#ifndef CHILD_MARCH_H
#define CHILD_MARCH_H

#include "child/child.h"
#include "kernels/march.h"

enum { PIECES_MAX = 32 };

/* What a kernel reads and writes; no kernel ends a march. */
struct march_element { const char *kernel, *words; uint64_t expect, next; uint32_t down; };

extern const struct march_element march_two_passes[], march_c[];

/* Memory that is not in one piece; words of 8 bytes are counted over all of them. */
struct piece { CUdeviceptr at; uint64_t words, first; };
struct area { struct piece pieces[PIECES_MAX]; size_t n; uint64_t words; };

struct march { const struct march_element *elements; struct area area; CUdeviceptr log; };

/* Takes as much memory as may be taken, `most` bytes at most. */
struct march *march_begin(struct child *c, const struct march_element *elements, uint64_t most);

/* One element over all of it; waits for its end. */
void march_go_over(struct child *c, struct march *m, uint32_t element);

/* Observes "memory.wrong" and, if any word is, "memory.first". */
void march_tell(struct child *c, const struct march *m);

/* "offset 0x1f40 of piece 1 of 1 (address 0x...)" */
const char *march_place(struct child *c, const struct area *a, uint64_t word);

/* What these observations are held to. */
#define MARCH_BOUND \
    { .key = "memory.wrong",  .bound = EQUALS, .number = 0, .sentence = "%s words of 8 bytes are not what was written", .detail = "memory.first" }

#endif
