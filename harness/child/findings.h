/* findings.h - the pure checks of model/crosscheck.h, told as observations. */
#ifndef CHILD_FINDINGS_H
#define CHILD_FINDINGS_H

#include "child/child.h"
#include "model/crosscheck.h"

/* Observes what a check found; stops as not supported, with the reason, where it could not find out. */
void findings_tell(struct child *c, const struct findings *f);

/* Runs the check on the child's stack and tells what it found. */
void child_tell(struct child *c, void (*check)(struct findings *f, const struct stack *s));

#endif
