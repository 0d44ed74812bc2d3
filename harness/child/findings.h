/* findings.h - the pure checks of model/crosscheck.h, told as observations. */
#ifndef CHILD_FINDINGS_H
#define CHILD_FINDINGS_H

#include "child/child.h"
#include "model/crosscheck.h"

/* Runs the check on the child's stack and observes what it found; stops as not
 * supported, with the reason, where that cannot be known. */
void child_tell(struct child *c, void (*check)(struct findings *f, const struct stack *s));

#endif
