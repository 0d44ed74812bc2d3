/* inspect.h - reads what `gpuvet inspect` tells. */
#ifndef DISCOVER_INSPECT_H
#define DISCOVER_INSPECT_H

#include "discover/owner.h"
#include "model/inspected.h"

struct inspector {
    struct arena             *arena;
    const struct root        *root;
    const struct environment *env;
    struct owners             owners;
    const char               *arch;     /* of this machine, "x86_64"; NULL below another root */
    const char               *folder;   /* the current one, for paths that begin without '/' */
};

void inspector_begin(struct inspector *in, struct arena *a, const struct root *root, const struct environment *env);

/* Adds a file, a wheel's libraries, or every shared library below a folder.
 * What cannot be read is added too, with a problem that says why. */
void inspect_path(struct inspector *in, struct inspection *all, const char *path);

/* The parts of it. What the library's own bytes say: */
void inspect_bytes(struct arena *a, struct inspected *one, int fd);

/* One file, that is told as `shown`. */
void inspect_file(struct inspector *in, struct inspection *all, const char *path, const char *shown);

/* Every shared library below a folder, each real file once. */
void inspect_folder(struct inspector *in, struct inspection *all, const char *dir);

#endif
