/* interpreter.h - the Python that a command line comes to, from files alone. */
#ifndef DISCOVER_INTERPRETER_H
#define DISCOVER_INTERPRETER_H

#include "base/root.h"
#include "discover/environment.h"

struct command_line {
    const char *const *words;   size_t n;
    const char        *folder;          /* where it is given */
};

/* "/opt/app/bin/python3", as it is found and not where its link leads: python itself, a script that names it in its first line, either of
 * them behind a wrapper (env, nice, timeout), or what uv, poetry or conda would start. NULL: it is none that files tell.
 * *first, where it is not NULL, is the folder in which that Python looks for modules before all others. */
const char *interpreter_of(const struct command_line *c, struct arena *a, const struct root *root, const struct environment *env, const char **first);

#endif
