/* inspect.h - reads what `gpuvet inspect` tells. */
#ifndef DISCOVER_INSPECT_H
#define DISCOVER_INSPECT_H

#include "discover/owner.h"
#include "discover/zip.h"
#include "model/inspected.h"

struct inspector {
    struct arena             *arena;
    const struct root        *root;
    const struct environment *env;
    struct owners             owners;
    const char               *arch;     /* of this machine, "x86_64"; NULL below another root */
    const char               *folder;   /* the current one, for paths that begin without '/' */
    struct byte_watcher      *watcher;  /* of what is unpacked; NULL: nobody waits */
};

void inspector_begin(struct inspector *in, struct arena *a, const struct root *root, const struct environment *env);

/* Adds a file, a wheel's libraries, or every shared library below a folder.
 * What cannot be read is added too, with a problem that says why. */
void inspect_path(struct inspector *in, struct inspection *all, const char *path);

/* The parts of it. What the library's own bytes say: */
void inspect_bytes(struct arena *a, struct inspected *one, int fd);

/* One file, that is told as `shown`. */
void inspect_file(struct inspector *in, struct inspection *all, const char *path, const char *shown);

/* Whether the bytes begin as a zip file's do, or the name ends as a wheel's does. */
bool is_wheel(const char *path, int fd);

/* The libraries inside a wheel; what it says about itself. */
void inspect_wheel(struct inspector *in, struct inspection *all, int fd, const char *shown);

/* "libx.so", "libx.so.1.2", "_C.cpython-311-x86_64-linux-gnu.so"; not "libx.so.conf". */
bool is_library_name(const char *name);

/* Every shared library below a folder, each real file once. */
void inspect_folder(struct inspector *in, struct inspection *all, const char *dir);

#endif
