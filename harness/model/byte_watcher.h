/* byte_watcher.h - hears how far a long piece of work on a file has come. */
#ifndef MODEL_BYTE_WATCHER_H
#define MODEL_BYTE_WATCHER_H

#include "base/base.h"

struct byte_watcher { void (*came)(struct byte_watcher *self, const char *what, uint64_t done, uint64_t all); };

#endif
