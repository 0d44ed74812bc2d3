/* machine.h - what every verb looks at first: the machine and its stacks. */
#ifndef VERBS_MACHINE_H
#define VERBS_MACHINE_H

#include "discover/stacks.h"
#include "options.h"

struct seen {
    struct root        root;
    struct environment env;
    struct machine     machine;
    struct stack      *stacks;
    size_t             n_stacks;
};

bool machine_see(struct seen *s, struct arena *a, const struct options *o, struct err *e) MUST_USE;

#endif
