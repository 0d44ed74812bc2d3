#include "child/state.h"
void child_load_kernels(struct child *c) { c->state->kernels_ready = true; }
