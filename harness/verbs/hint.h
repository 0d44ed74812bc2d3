/* hint.h - says, to trials of a machine that failed, what the doctor makes of it. */
#ifndef VERBS_HINT_H
#define VERBS_HINT_H

#include "model/report.h"

/* Of those that have nothing to act upon: the first broken link of the machine, up to its driver, and what mends it. */
void hint_machine(struct judged *trials, const struct report *r, struct arena *a);

#endif
