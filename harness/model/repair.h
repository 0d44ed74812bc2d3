/* repair.h - the command that mends a stack's file. Pure. */
#ifndef MODEL_REPAIR_H
#define MODEL_REPAIR_H

#include "base/arena.h"
#include "model/stack.h"

/* For the first member whose file a sentence names, the command that brings it
 * back as its package has it; NULL where no package manager is known to own it. */
const char *repair_command(const struct stack *s, const char *sentence, struct arena *a);

/* The command that gives pip these arguments in a stack's own environment; NULL where pip is not what installs there. */
const char *repair_install(const struct stack *s, const char *arguments, struct arena *a);

#endif
