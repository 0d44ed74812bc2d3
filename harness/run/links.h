/* links.h - a folder of links to a stack's own files, under every name by which
 * a library may be asked for: the surroundings in which nothing foreign is found.
 */
#ifndef RUN_LINKS_H
#define RUN_LINKS_H

#include "base/arena.h"
#include "base/err.h"
#include "model/stack.h"

/* Makes it in the folder for temporary files and gives its path. */
bool links_make(const char **dir, struct arena *a, const struct stack *s, const char *tmp, struct err *e) MUST_USE;
void links_remove(const char *dir);

#endif
