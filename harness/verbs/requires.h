/* requires.h - the order sheet of a command line. */
#ifndef VERBS_REQUIRES_H
#define VERBS_REQUIRES_H

#include "model/require.h"
#include "options.h"

/* Each --require: a demand, or a file of them. */
bool requires_read(struct require *q, struct arena *a, const struct options *o, struct err *e) MUST_USE;

#endif
