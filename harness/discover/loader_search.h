/* loader_search.h - which file glibc's dynamic loader takes for each library
 * that a file needs, from files alone.
 *
 * The rules were measured on glibc 2.36 (tests/unit/test_loader_search.c sets
 * this beside the real loader). Left out: the folders "tls" and "haswell" that
 * loaders before 2.37 look into, filters (DT_FILTER, DT_AUXILIARY), audit
 * libraries, other loaders than glibc's, and what a set-user-ID program ignores.
 */
#ifndef DISCOVER_LOADER_SEARCH_H
#define DISCOVER_LOADER_SEARCH_H

#include "base/root.h"
#include "discover/environment.h"
#include "model/loading.h"

/* What the loader would do for each library that the file at `path` (as the machine spells it, below root) and what it needs
 * ask for, in the order in which the loader opens them (breadth first), as if a program without RPATH of its own opened it by
 * dlopen (an executable: started it). Each name is told once, for the file that asks first. That program is taken to need
 * libc.so.6 and nothing else, so that one and the loader itself are loaded already.
 *
 * The environment's LD_LIBRARY_PATH and LD_PRELOAD count, but for entries with $ORIGIN where no program is known. Relative
 * entries start from the current folder; on another machine's files from its PWD. After a library that is not found the real
 * loader stops; this goes on, to tell all that is missing.
 *
 * False if the file cannot be read or is not one that a loader takes, or if it needs more than any real one does. */
bool loader_search(struct loading **out, size_t *n, struct arena *a, const struct root *root, const struct environment *env,
                   const char *path, struct err *e) MUST_USE;

/* What the loader would answer a program of that architecture that opens each of these names by dlopen, in turn. A name that the environment
 * preloads is answered by that file. Bounds as above; what lies beyond them is told as found nowhere. */
void loader_answers(struct loading *out, const char *const *names, size_t n, struct arena *a, const struct root *root,
                    const struct environment *env, const char *arch);

#endif
