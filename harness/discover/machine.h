/* machine.h - reads a machine's facts from files below a root. */
#ifndef DISCOVER_MACHINE_H
#define DISCOVER_MACHINE_H

#include "base/root.h"
#include "discover/environment.h"
#include "model/facts.h"

void machine_read(struct machine *m, struct arena *a, const struct root *root, const struct environment *env);

#endif
