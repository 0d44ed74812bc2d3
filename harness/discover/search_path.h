/* search_path.h - the folders of a search path of the dynamic loader: its
 * entries, and the tokens in them ($ORIGIN, $LIB, $PLATFORM).
 */
#ifndef DISCOVER_SEARCH_PATH_H
#define DISCOVER_SEARCH_PATH_H

#include "base/arena.h"

/* What the tokens stand for; NULL where that is not known. */
struct path_tokens { const char *origin, *lib, *platform; };

struct search_folder {
    const char *entry;          /* as it is written: "$ORIGIN/../lib"; "" is the current folder */
    const char *dir;            /* absolute, without a '/' at its end */
    enum { FOLDER_UNSEEN, FOLDER_THERE, FOLDER_HWCAPS, FOLDER_MISSING } state;     /* HWCAPS: there, with a glibc-hwcaps folder in it */
};

struct search_path { struct search_folder *folders; size_t n; };

/* The text with its tokens replaced; NULL if one of them has no value, for then
 * the loader drops the entry, or if it becomes longer than any path. A '$'
 * before any other word stays as it is. */
const char *path_expand(struct arena *a, const char *s, const struct path_tokens *t);

/* Splits at any of the separators. Relative entries lie below `current`; a
 * folder that was named before is left out, as is every entry after the 512th. */
struct search_path search_path_of(struct arena *a, const char *path, const char *separators, const struct path_tokens *t,
                                  const char *current);

#endif
