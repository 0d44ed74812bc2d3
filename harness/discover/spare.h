/* spare.h - a file without a name, for bytes that need a place for a while. */
#ifndef DISCOVER_SPARE_H
#define DISCOVER_SPARE_H

#include "base/err.h"

/* On a disk with room for them: in `folder` (TMPDIR; NULL: none), /tmp, /var/tmp; else in memory, if there is enough. It is
 * gone when it is closed, or when the process ends, however that is. -1 with the reason. */
int spare_file(const char *folder, uint64_t bytes, struct err *e);

#endif
