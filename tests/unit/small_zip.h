/* small_zip.h - writes a zip file in memory: tests change one byte of it and read it back. */
#ifndef TESTS_SMALL_ZIP_H
#define TESTS_SMALL_ZIP_H

#include <stdint.h>
#include <string.h>
#include <zlib.h>

enum { SMALL_ZIP_MAX = 32768, SMALL_ZIP_MEMBERS = 16 };

struct small_zip {
    unsigned char bytes[SMALL_ZIP_MAX];
    size_t        n;
    struct { const char *name; size_t at, packed, size; uint32_t crc; uint16_t method; } members[SMALL_ZIP_MEMBERS];
    size_t        n_members, directory, end;    /* where they begin, once small_zip_end was called */
};

static inline void small_zip_number(struct small_zip *z, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        z->bytes[z->n++] = (unsigned char)(i < 8 ? v >> (8 * i) : 0);
}

static inline void small_zip_put(struct small_zip *z, const void *bytes, size_t n)
{
    if (n > SMALL_ZIP_MAX - 1024 - z->n)
        __builtin_trap();
    memcpy(z->bytes + z->n, bytes, n);
    z->n += n;
}

/* Packs with zlib's raw deflate; the bytes that it took. */
static inline size_t small_zip_deflate(unsigned char *out, size_t room, const void *bytes, size_t n)
{
    z_stream s = { .zalloc = Z_NULL };
    unsigned char *copy = (unsigned char *)(uintptr_t)bytes;
    size_t took;

    if (deflateInit2(&s, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        __builtin_trap();
    s.next_in = copy;
    s.avail_in = (uInt)n;
    s.next_out = out;
    s.avail_out = (uInt)room;
    if (deflate(&s, Z_FINISH) != Z_STREAM_END)
        __builtin_trap();
    took = room - s.avail_out;
    deflateEnd(&s);
    return took;
}

/* method: 0 stored, 8 deflated. */
static inline void small_zip_add(struct small_zip *z, const char *name, const void *bytes, size_t n, uint16_t method)
{
    static unsigned char packed[SMALL_ZIP_MAX];
    const size_t i = z->n_members++;
    const size_t n_packed = method == 8 ? small_zip_deflate(packed, sizeof packed, bytes, n) : n;

    z->members[i].name = name;
    z->members[i].at = z->n;
    z->members[i].packed = n_packed;
    z->members[i].size = n;
    z->members[i].crc = (uint32_t)crc32(0, bytes, (uInt)n);
    z->members[i].method = method;
    small_zip_number(z, 0x04034b50, 4);
    small_zip_number(z, 20, 2);
    small_zip_number(z, 0, 2);
    small_zip_number(z, method, 2);
    small_zip_number(z, 0, 4);
    small_zip_number(z, z->members[i].crc, 4);
    small_zip_number(z, n_packed, 4);
    small_zip_number(z, n, 4);
    small_zip_number(z, strlen(name), 2);
    small_zip_number(z, 0, 2);
    small_zip_put(z, name, strlen(name));
    small_zip_put(z, method == 8 ? packed : bytes, n_packed);
}

static inline void small_zip_text(struct small_zip *z, const char *name, const char *text)
{
    small_zip_add(z, name, text, strlen(text), 8);
}

static inline void small_zip_entry(struct small_zip *z, size_t i, int wide)
{
    small_zip_number(z, 0x02014b50, 4);
    small_zip_number(z, 45, 2);
    small_zip_number(z, 45, 2);
    small_zip_number(z, 0, 2);
    small_zip_number(z, z->members[i].method, 2);
    small_zip_number(z, 0, 4);
    small_zip_number(z, z->members[i].crc, 4);
    small_zip_number(z, wide ? UINT32_MAX : z->members[i].packed, 4);
    small_zip_number(z, wide ? UINT32_MAX : z->members[i].size, 4);
    small_zip_number(z, strlen(z->members[i].name), 2);
    small_zip_number(z, wide ? 28 : 0, 2);
    small_zip_number(z, 0, 10);
    small_zip_number(z, wide ? UINT32_MAX : z->members[i].at, 4);
    small_zip_put(z, z->members[i].name, strlen(z->members[i].name));
    if (!wide)
        return;
    small_zip_number(z, 1, 2);
    small_zip_number(z, 24, 2);
    small_zip_number(z, z->members[i].size, 8);
    small_zip_number(z, z->members[i].packed, 8);
    small_zip_number(z, z->members[i].at, 8);
}

/* wide: every number that zip64 can hold stands there alone. */
static inline void small_zip_end(struct small_zip *z, int wide)
{
    size_t bytes, end64;

    z->directory = z->n;
    for (size_t i = 0; i < z->n_members; i++)
        small_zip_entry(z, i, wide);
    bytes = z->n - z->directory;
    end64 = z->n;
    if (wide) {
        small_zip_number(z, 0x06064b50, 4);
        small_zip_number(z, 44, 8);
        small_zip_number(z, 45, 4);
        small_zip_number(z, 0, 8);
        small_zip_number(z, z->n_members, 8);
        small_zip_number(z, z->n_members, 8);
        small_zip_number(z, bytes, 8);
        small_zip_number(z, z->directory, 8);
        small_zip_number(z, 0x07064b50, 4);
        small_zip_number(z, 0, 4);
        small_zip_number(z, end64, 8);
        small_zip_number(z, 1, 4);
    }
    z->end = z->n;
    small_zip_number(z, 0x06054b50, 4);
    small_zip_number(z, 0, 4);
    small_zip_number(z, wide ? UINT16_MAX : z->n_members, 2);
    small_zip_number(z, wide ? UINT16_MAX : z->n_members, 2);
    small_zip_number(z, wide ? UINT32_MAX : bytes, 4);
    small_zip_number(z, wide ? UINT32_MAX : z->directory, 4);
    small_zip_number(z, 0, 2);
}

#endif
