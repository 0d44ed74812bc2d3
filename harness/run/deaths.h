/* deaths.h - the trials of a batch that took their child with them, and what is not
 * worth trying after them. Pure. */
#ifndef RUN_DEATHS_H
#define RUN_DEATHS_H

#include "base/arena.h"
#include "model/plan.h"

/* Of one library's trials, after which its others are not reached; and of those that
 * used up their whole time limit, after which no other is: on a GPU that answers
 * nothing, so many limits of 60 s are well within the 10 minutes of a run. */
enum { DEATHS_OF_A_LIBRARY = 3, DEATHS_BY_TIME = 6 };

struct death { const struct trial *trial; bool by_time; };
struct deaths { struct death *all; size_t n; };

void deaths_add(struct deaths *d, const struct trial *t, bool by_time, struct arena *a);

/* Why the trial is not to run after them, naming them; NULL: it may. `where` ends the
 * sentence "3 trials died on". Trials are of one library if they name the same one, or
 * none and are of the same area: "memory" of "memory.march". */
const char *deaths_forbid(const struct deaths *d, const struct trial *t, const char *where, struct arena *a);

#endif
