/* checked.h - what our own check kernels find, and that they looked at all that they should (child only). */
#ifndef CHILD_CHECKED_H
#define CHILD_CHECKED_H

#include "child/child.h"
#include "kernels/checked.h"

/* Where a check writes down what it finds, on the current GPU; and empty again for the next. */
CUdeviceptr checked_begin(struct child *c);
void        checked_empty(struct child *c, CUdeviceptr at);

/* Waits for the check and gives what it found. */
struct checked checked_end(struct child *c, CUdeviceptr at);

/* A kernel that the driver launched and the GPU never ran finds nothing wrong. Observes "unchecked" where it looked
 * at less than it should have, or more: no trial passes with that (model/judge.h). */
void checked_all(struct child *c, const char *kernel, const char *things, uint64_t looked, uint64_t due);

#endif
