/* file.h - a whole document from disk, of bounded size. */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "base/arena.h"
#include "base/err.h"

/* A regular file of at most `largest` bytes, with a NUL behind them; never waits for a pipe. */
bool file_read(char **text, size_t *n, struct arena *a, const char *path, size_t largest, struct err *e) MUST_USE;

#endif
