/* driver_files.h - the driver's libraries, wherever distributions keep them. */
#ifndef DISCOVER_DRIVER_FILES_H
#define DISCOVER_DRIVER_FILES_H

#include "base/root.h"
#include "discover/environment.h"
#include "model/facts.h"

/* Fills drivers of a machine whose arch is known. */
void driver_files_find(struct machine *m, struct arena *a, const struct root *root, const struct environment *env);

/* "580.65.06" of libcuda.so.580.65.06; NULL where the file's own name has none. */
const char *driver_file_version(struct arena *a, const char *real);

#endif
