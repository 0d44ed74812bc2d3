/* python.h - the stack's own Python in this process's place, for what only a Python program shows (child only). */
#ifndef CHILD_PYTHON_H
#define CHILD_PYTHON_H

#include "child/child.h"

/* The words behind the script: NAME=VALUE each. They live as long as the trial. */
struct python_words { struct child *child; char **items; size_t n; };

void python_word(struct python_words *w, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);
void python_numbers(struct python_words *w, const char *name, const double *integers, size_t n);

/* Executes the stack's interpreter with the script (`-c`) and the words, in the user's environment, instead of this program:
 * nothing is started, so that the trial's limit, its output and the way it dies are seen as those of any other. The script
 * goes on where this trial is, by these words of ours:
 *     fd, index, count     where records go (model/record.h), this trial's index, how many observations there are already
 *     crumb, at, room      the shared page, and where in it the call's text stands (model/crumb.h); crumb is -1 without one
 *     python               the interpreter, the library that the call's text is of
 * A probe that does this has .own_process and .until_exit. stop_unsupported where the stack has no interpreter that may be
 * executed: one of another environment would tell of that one. */
_Noreturn void child_become_python(struct python_words *w, const char *script);

#endif
