/* unpack.h - stored and deflated bytes, with their size and checksum proved. */
#ifndef DISCOVER_UNPACK_H
#define DISCOVER_UNPACK_H

#include "base/err.h"

enum { UNPACK_STORED = 0, UNPACK_DEFLATED = 8 };        /* a zip file's numbers for them */

/* Takes what was unpacked, piece by piece; false ends it. */
struct sink { bool (*take)(struct sink *self, const unsigned char *bytes, size_t n, struct err *e); };

/* `packed` bytes of the file from `at` on. Not one byte more than `bytes` reaches the sink. */
bool unpack(int fd, uint64_t at, uint64_t packed, unsigned method, uint64_t bytes, uint32_t crc, struct sink *sink, struct err *e) MUST_USE;

#endif
