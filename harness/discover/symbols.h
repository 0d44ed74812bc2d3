/* symbols.h - the symbols that a shared library defines, and those that it wants from others. */
#ifndef DISCOVER_SYMBOLS_H
#define DISCOVER_SYMBOLS_H

#include "base/root.h"

struct symbol {
    const char *name;
    const char *version;        /* its node, "libnvJitLink.so.12"; NULL: it has none */
    const char *library;        /* of one that is wanted: the library that its version is asked of; NULL: whichever has it */
    bool        defined;
};

/* Calls visit for each symbol that is not local to the file, and not weak where it is wanted: for such a one may stay undefined. The
 * strings are the reader's, and end with it. False where the file is no whole library. `path`: as the machine spells it. */
bool symbols_each(const struct root *root, const char *path, void (*visit)(void *arg, const struct symbol *s), void *arg);

/* The same of an open file. */
bool symbols_of(int fd, void (*visit)(void *arg, const struct symbol *s), void *arg);

#endif
