/* rounds.h - several rounds of one plan as one result. Pure. */
#ifndef MODEL_ROUNDS_H
#define MODEL_ROUNDS_H

#include "base/arena.h"
#include "model/report.h"

/* Adds what one trial came to in a round, counted from 1: the worst round's
 * outcome and verdict stand for all, with how many of them passed. */
void rounds_add(struct judged *sum, const struct judged *one, unsigned round);

/* Says in `why` which round it is about, once all of them are added. */
void rounds_close(struct judged *sum, struct arena *a);

/* The trials of a journal, where one that ran in several rounds stands several times: each once, with its rounds and what
 * was measured in them; n becomes their number. The number of rounds; 0: none stands twice. */
unsigned rounds_fold(struct judged **trials, size_t *n, struct arena *a);

#endif
