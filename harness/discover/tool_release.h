/* tool_release.h - of which CUDA a tool of the toolkit is, by its bytes: nothing is run. */
#ifndef DISCOVER_TOOL_RELEASE_H
#define DISCOVER_TOOL_RELEASE_H

#include "base/root.h"

/* "12.8", as ptxas, nvcc and their kin would print it; NULL: it does not say, or cannot be read. */
const char *tool_release(const struct root *root, struct arena *a, const char *path);

#endif
