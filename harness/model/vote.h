/* vote.h - one product, by one library and one algorithm on like GPUs, has the same
 * bits on all of them: which GPU has others. Pure. */
#ifndef MODEL_VOTE_H
#define MODEL_VOTE_H

#include "base/arena.h"
#include "model/report.h"

/* Trials that passed and observed "repeat.hash" are compared where probe, stack, model
 * of GPU and "repeat.of" (the data's seed, and the algorithm) are the same. Where more
 * than half of at least three agree, the others fail; else, where they differ, all are
 * warned of. `trials` are the report's own. */
void vote(struct judged *trials, const struct report *r, struct arena *a);

#endif
