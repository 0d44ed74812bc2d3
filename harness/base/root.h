/* root.h - files below a root folder.
 *
 * Everything the program learns from files goes through a root, so a recorded
 * machine, a mounted disk or a container's file system is an input like "/".
 * Paths are absolute as the machine itself would spell them; links are
 * followed inside the root, absolute ones too.
 */
#ifndef BASE_ROOT_H
#define BASE_ROOT_H

#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"

struct root {
    int         fd;
    const char *path;           /* "/" or the folder */
    const char *process;        /* whose files /proc/self means, by its number; NULL: this process's */
};

bool root_open(struct root *r, struct arena *a, const char *path, struct err *e) MUST_USE;

bool root_is_this_machine(const struct root *r);

/* The path with every link followed, as the machine spells it; NULL if the
 * file is not there or links go in a circle. */
char *root_resolve(const struct root *r, struct arena *a, const char *path);

/* What this process has to open to reach that file: root.path + path. */
char *root_outer_path(const struct root *r, struct arena *a, const char *path);

bool root_exists(const struct root *r, const char *path);
bool root_is_folder(const struct root *r, const char *path);
bool root_stat(const struct root *r, const char *path, struct stat *st);

/* Opens for reading; -1 with errno set. The caller closes. */
int root_fd(const struct root *r, const char *path);

/* The whole file, NUL-terminated, or NULL if it cannot be read or is larger
 * than 16 MiB. n may be NULL. */
char *root_read(const struct root *r, struct arena *a, const char *path, size_t *n);

/* The file's text without leading and trailing white space; NULL as above. */
char *root_read_line(const struct root *r, struct arena *a, const char *path);

/* A link's target as it stands there; NULL if it is none. */
char *root_link(const struct root *r, struct arena *a, const char *path);

/* The last part of a link's target ("nvidia" for .../driver -> ../../nvidia); NULL if it is none. */
char *root_link_name(const struct root *r, struct arena *a, const char *path);

/* Names in a folder, sorted, without "." and ".."; 0 if it cannot be read. */
size_t root_list(const struct root *r, struct arena *a, const char *dir, char ***names);

#endif
