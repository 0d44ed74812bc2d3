/* owner.h - which installed package a library came with. */
#ifndef DISCOVER_OWNER_H
#define DISCOVER_OWNER_H

#include "discover/packages.h"

/* What a package's RECORD says of one library. */
struct claim { const char *place; long bytes; const struct package *package; };

/* A folder with *.dist-info folders, or a toolkit's with its version.json. */
struct site {
    const char     *dir;
    struct packages packages;
    struct claim   *claims; size_t n_claims;
};

/* Each folder is read once. Zero-initialise all but .search. */
struct owners {
    struct search search;
    struct site  *sites; size_t n_sites;
};

struct owner {
    const char *version, *source;       /* NULL if nothing says */
    const char *package;                /* "torch 2.5.1"; NULL if none lists it */
    long        bytes;                  /* what that one's RECORD says; -1 if it does not */
};

/* `place`: the real file, as its machine spells it. */
struct owner owner_of(struct owners *all, const char *place);

#endif
