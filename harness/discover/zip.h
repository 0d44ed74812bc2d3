/* zip.h - reads a zip file (APPNOTE 6.3.10: zip64, stored and deflated members)
 * without trusting a word of it.
 */
#ifndef DISCOVER_ZIP_H
#define DISCOVER_ZIP_H

#include "base/arena.h"
#include "base/err.h"
#include "model/byte_watcher.h"

struct zip_member {
    const char *name;
    uint64_t    bytes;          /* unpacked */
    uint64_t    packed;
    uint64_t    at;             /* of its local header */
    uint32_t    crc;
    unsigned    method;
    bool        encrypted;
};

struct zip {
    int                fd;
    uint64_t           directory;       /* where its central directory begins: members end before */
    struct zip_member *members;         /* sorted by name */
    size_t             n;
};

/* Reads the central directory. The file stays open and the caller's. ERR_FORMAT:
 * it is damaged or no zip file; ERR_LIMIT: larger than any wheel; ERR_SYS. */
bool zip_open(struct zip *z, struct arena *a, int fd, struct err *e) MUST_USE;

const struct zip_member *zip_find(const struct zip *z, const char *name);

/* Unpacks a member to a file and holds it against its size and checksum.
 * ERR_FORMAT: damaged, or it unpacks to something else than it declares;
 * ERR_LIMIT: encrypted, or packed by a method that is not read; ERR_SYS: the
 * file could not be written. The watcher may be NULL. */
bool zip_unpack(const struct zip *z, const struct zip_member *m, int out, struct byte_watcher *watcher, struct err *e) MUST_USE;

/* A small member's text, NUL-terminated; NULL with the reason as above. */
char *zip_text(const struct zip *z, struct arena *a, const struct zip_member *m, struct err *e);

#endif
