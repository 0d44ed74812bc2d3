/* environment.h - the environment of the machine that is looked at: from
 * /proc/self/environ below the root, so that a recorded machine has one too.
 * (For "/" that file is this process's own environment.)
 */
#ifndef DISCOVER_ENVIRONMENT_H
#define DISCOVER_ENVIRONMENT_H

#include "base/root.h"

struct environment { const char *const *vars; size_t n; };      /* "NAME=value" each */

void environment_read(struct environment *env, struct arena *a, const struct root *root);

/* The value, "" if it is set to nothing, NULL if it is not set. */
const char *environment_get(const struct environment *env, const char *name);

/* Takes a variable out. */
void environment_unset(struct environment *env, struct arena *a, const char *name);

#endif
