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

struct march { const struct march_element *elements; struct area area; CUdeviceptr log; uint64_t tiles; };

/* Takes as much memory as may be taken, `most` bytes at most. tiles: how many should have been gone over by now. */
struct march *march_begin(struct child *c, const struct march_element *elements, uint64_t most);

/* One element over all of it; waits for its end. */
void march_go_over(struct child *c, struct march *m, uint32_t element);

/* Observes "memory.wrong" and, if any word is, "memory.first". */
void march_tell(struct child *c, const struct march *m);

/* How many tiles the kernels went over, by their own count; observes "unchecked" where that is not what is due. */
uint64_t march_tiles(const struct march_log *log);
void march_went_over(struct child *c, uint64_t tiles, uint64_t due);

/* The memory's peak rate in bytes a second, by the device's own words; 0 where it says nothing. */
uint64_t area_rate(struct child *c);

/* An integrated GPU's memory is the machine's: half of what is free there stays for the rest of it. UINT64_MAX elsewhere. */
uint64_t area_fair_share(struct child *c);

/* The largest pieces there are, until what is left is not worth asking for; at most so many bytes. */
void area_take(struct child *c, struct area *m, uint64_t most);

/* Where and how the first wrong word is wrong, and which bits are over all of them. `words` is what was being done. */
const char *area_first_wrong(struct child *c, const struct area *m, const char *words, const struct march_log *log);

/* "offset 0x1f40 of piece 1 of 1 (address 0x...)" */
const char *march_place(struct child *c, const struct area *a, uint64_t word);

/* What these observations are held to. */
#define MARCH_BOUND \
    { .key = "memory.wrong",  .bound = EQUALS, .number = 0, .sentence = "%s words of 8 bytes are not what was written", .detail = "memory.first" }

#endif
