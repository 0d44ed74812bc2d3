/* hashes.h - files against the SHA-256 that a wheel's RECORD lists (child only). */
#ifndef CHILD_HASHES_H
#define CHILD_HASHES_H

#include "child/child.h"

enum hash_state { HASH_UNREAD, HASH_SAME, HASH_DIFFERS, HASH_MISSING, HASH_UNREADABLE };

struct hashed {
    const char        *path;
    const char *const *sha256; size_t n_sha256; /* any of these will do: two records may list one file */
    uint64_t           bytes;                   /* as listed; for the order and the progress alone */
    enum hash_state    state;
    int                why;                     /* errno of HASH_UNREADABLE */
};

/* Every file that the RECORDs of the stack's packages ("record:NAME") list with a hash, each once. */
size_t hashes_listed(struct hashed **out, struct child *c);

/* Fills the states, on all cores, the largest files first; tells how far it is by the crumb. */
void hashes_check(struct child *c, struct hashed *files, size_t n);

#endif
