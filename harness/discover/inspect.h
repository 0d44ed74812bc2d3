/* inspect.h - reads what `gpuvet inspect` tells. */
#ifndef DISCOVER_INSPECT_H
#define DISCOVER_INSPECT_H

#include "base/root.h"
#include "discover/environment.h"
#include "model/inspected.h"

struct inspector {
    struct arena             *arena;
    const struct root        *root;
    const struct environment *env;
};

/* Adds a file, or every shared library below a folder. What cannot be read is
 * added too, with a problem that says why. */
void inspect_path(const struct inspector *in, struct inspection *all, const char *path);

#endif
