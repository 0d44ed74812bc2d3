/* area.h - as much of a GPU's memory as may be taken, in pieces, to march over (child only). */
#ifndef CHILD_AREA_H
#define CHILD_AREA_H

#include "child/child.h"
#include "kernels/march.h"

enum { PIECES_MAX = 32 };

struct piece { CUdeviceptr at; uint64_t words, first; };

/* Words are counted over all pieces, in the order of their addresses. */
struct area { struct piece pieces[PIECES_MAX]; size_t n; uint64_t words; };

/* The memory's peak rate in bytes a second, by the device's own words; 0 where it says nothing. */
uint64_t area_rate(struct child *c);

/* An integrated GPU's memory is the machine's: half of what is free there stays for the rest of it. UINT64_MAX elsewhere. */
uint64_t area_fair_share(struct child *c);

/* The largest pieces there are, until what is left is not worth asking for; at most so many bytes. */
void area_take(struct child *c, struct area *m, uint64_t most);

/* Where and how the first wrong word is wrong, and which bits are over all of them. `words` is what was being done. */
const char *area_first_wrong(struct child *c, const struct area *m, const char *words, const struct march_log *log);

#endif
