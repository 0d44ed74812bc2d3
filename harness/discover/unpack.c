#include "discover/unpack.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE = 256 << 10 };

struct unpacking {
    int          fd;
    uint64_t     at, left;              /* of the packed bytes */
    uint64_t     done, bytes;           /* of the unpacked ones */
    uLong        crc;
    struct sink *sink;
    unsigned char in[PIECE], out[PIECE];
};

static bool give(struct unpacking *u, const unsigned char *bytes, size_t n, struct err *e)
{
    if (n > u->bytes - u->done)
        return err_set(e, ERR_FORMAT, "damaged: it unpacks to more than the %" PRIu64 " bytes that it declares", u->bytes);
    u->done += n;
    u->crc = crc32(u->crc, bytes, (uInt)n);
    return u->sink->take(u->sink, bytes, n, e);
}

static bool next_piece(struct unpacking *u, size_t *n, struct err *e)
{
    ssize_t got = pread(u->fd, u->in, u->left < PIECE ? (size_t)u->left : PIECE, (off_t)u->at);

    if (got < 0)
        return err_sys(e, "read");
    if (got == 0)
        return err_set(e, ERR_FORMAT, "damaged: it ends before its last byte");
    *n = (size_t)got;
    u->at += *n;
    u->left -= *n;
    return true;
}

static bool copy(struct unpacking *u, struct err *e)
{
    size_t n;

    while (u->left > 0)
        if (!next_piece(u, &n, e) || !give(u, u->in, n, e))
            return false;
    return true;
}

static bool inflate_all(struct unpacking *u, z_stream *z, struct err *e)
{
    int state = Z_OK;
    size_t n;

    while (state != Z_STREAM_END) {
        if (z->avail_in == 0 && u->left > 0) {
            if (!next_piece(u, &n, e))
                return false;
            z->next_in = u->in;
            z->avail_in = (uInt)n;
        }
        z->next_out = u->out;
        z->avail_out = PIECE;
        state = inflate(z, Z_NO_FLUSH);
        if (state == Z_MEM_ERROR)
            return err_set(e, ERR_LIMIT, "no memory to unpack it");
        if (state != Z_OK && state != Z_STREAM_END)
            return err_set(e, ERR_FORMAT, "damaged: its packed bytes make no sense after %" PRIu64 " bytes", u->done);
        if (!give(u, u->out, PIECE - z->avail_out, e))
            return false;
    }
    return (u->left == 0 && z->avail_in == 0) || err_set(e, ERR_FORMAT, "damaged: more is packed than it unpacks to");
}

/* -MAX_WBITS: a zip file's members have no header of zlib's. */
static bool inflated(struct unpacking *u, struct err *e)
{
    z_stream z = { .zalloc = Z_NULL };
    bool ok;

    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return err_set(e, ERR_LIMIT, "no memory to unpack it");
    ok = inflate_all(u, &z, e);
    inflateEnd(&z);
    return ok;
}

bool unpack(int fd, uint64_t at, uint64_t packed, unsigned method, uint64_t bytes, uint32_t crc, struct sink *sink, struct err *e)
{
    static struct unpacking u;          /* too large for a stack, and one at a time */

    u.fd = fd;
    u.at = at;
    u.left = packed;
    u.done = 0;
    u.bytes = bytes;
    u.sink = sink;
    u.crc = crc32(0, Z_NULL, 0);
    if (!(method == UNPACK_STORED ? copy(&u, e) : inflated(&u, e)))
        return false;
    if (u.done != bytes)
        return err_set(e, ERR_FORMAT, "damaged: it unpacks to %" PRIu64 " bytes and declares %" PRIu64, u.done, bytes);
    return u.crc == crc || err_set(e, ERR_FORMAT, "damaged: its checksum is another");
}
