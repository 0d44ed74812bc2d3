#include "discover/zip.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/unpack.h"

enum {
    END_BYTES = 22, LOCATOR_BYTES = 20, END64_BYTES = 56, ENTRY_BYTES = 46, LOCAL_BYTES = 30,
    COMMENT_MAX = 65535,
    MEMBERS_MAX = 500000,               /* a PyTorch wheel has 14 000 */
    DIRECTORY_MAX = 128 << 20, TEXT_MAX = 16 << 20,
};

#define END_MAGIC     0x06054b50u
#define LOCATOR_MAGIC 0x07064b50u
#define END64_MAGIC   0x06064b50u
#define ENTRY_MAGIC   0x02014b50u
#define LOCAL_MAGIC   0x04034b50u

static uint64_t number(const unsigned char *p, size_t n)
{
    uint64_t v = 0;

    while (n-- > 0)
        v = v << 8 | p[n];
    return v;
}

static uint32_t u16(const unsigned char *p) { return (uint32_t)number(p, 2); }
static uint32_t u32(const unsigned char *p) { return (uint32_t)number(p, 4); }

static bool read_whole(int fd, void *out, size_t n, uint64_t at)
{
    size_t done = 0;

    while (done < n && at + done <= INT64_MAX) {
        ssize_t got = pread(fd, (char *)out + done, n - done, (off_t)(at + done));

        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return done == n;
}

/* Where the end record lies: at the very end, but for a comment. */
static bool find_end(int fd, uint64_t bytes, unsigned char end[END_BYTES], uint64_t *at, struct err *e)
{
    static unsigned char tail[END_BYTES + COMMENT_MAX];
    size_t n = bytes < sizeof tail ? (size_t)bytes : sizeof tail;

    if (!read_whole(fd, tail, n, bytes - n))
        return err_sys(e, "read");
    for (size_t i = n; n >= END_BYTES && i-- >= END_BYTES;) {
        const unsigned char *p = tail + (i + 1 - END_BYTES);

        if (u32(p) != END_MAGIC || u16(p + 20) != (size_t)(tail + n - p) - END_BYTES)
            continue;
        memcpy(end, p, END_BYTES);
        *at = bytes - n + (uint64_t)(p - tail);
        return true;
    }
    return err_set(e, ERR_FORMAT, n < 4 || !read_whole(fd, tail, 4, 0) || u32(tail) != LOCAL_MAGIC ? "not a zip file"
                   : "cut: a zip file's directory stands at its end, and is not there");
}

struct directory { uint64_t at, bytes, n; };

/* The numbers that do not fit the old end record stand in another one, before it. */
static bool read_end64(int fd, uint64_t end_at, struct directory *d, struct err *e)
{
    unsigned char locator[LOCATOR_BYTES], end[END64_BYTES];

    if (end_at < LOCATOR_BYTES || !read_whole(fd, locator, sizeof locator, end_at - LOCATOR_BYTES) || u32(locator) != LOCATOR_MAGIC)
        return true;
    if (number(locator + 8, 8) > end_at || !read_whole(fd, end, sizeof end, number(locator + 8, 8)) || u32(end) != END64_MAGIC)
        return err_set(e, ERR_FORMAT, "damaged: no zip64 end record where one should be");
    *d = (struct directory){ .n = number(end + 32, 8), .bytes = number(end + 40, 8), .at = number(end + 48, 8) };
    return true;
}

/* What an entry has no room for stands in its extra field of kind 1, in this order. */
static bool read_zip64(struct zip_member *m, const unsigned char *extra, size_t n)
{
    uint64_t *const wide[] = { &m->bytes, &m->packed, &m->at };

    while (n >= 4) {
        size_t size = u16(extra + 2);
        const unsigned char *p = extra + 4;

        if (size > n - 4)
            return false;
        for (size_t i = 0, left = size; u16(extra) == 1 && i < COUNT_OF(wide); i++) {
            if (*wide[i] != UINT32_MAX)
                continue;
            if (left < 8)
                return false;
            *wide[i] = number(p, 8);
            p += 8;
            left -= 8;
        }
        extra += 4 + size;
        n -= 4 + size;
    }
    return true;
}

/* The bytes that the entry takes; 0 if it makes no sense. */
static size_t read_entry(struct zip *z, struct arena *a, const unsigned char *p, size_t left)
{
    struct zip_member m;
    size_t name, extra, all;

    if (left < ENTRY_BYTES || u32(p) != ENTRY_MAGIC)
        return 0;
    name = u16(p + 28);
    extra = u16(p + 30);
    all = ENTRY_BYTES + name + extra + u16(p + 32);
    if (all > left)
        return 0;
    m = (struct zip_member){ .encrypted = (p[8] & 1) != 0, .method = u16(p + 10), .crc = u32(p + 16), .packed = u32(p + 20),
                             .bytes = u32(p + 24), .at = u32(p + 42), .name = arena_copy(a, (const char *)p + ENTRY_BYTES, name) };
    if (!read_zip64(&m, p + ENTRY_BYTES + name, extra) || strlen(m.name) != name
        || m.at > z->directory || m.packed > z->directory - m.at)
        return 0;
    *ARENA_PUSH(a, z->members, z->n) = m;
    return all;
}

static int by_name(const void *x, const void *y)
{
    const struct zip_member *a = x, *b = y;

    return strcmp(a->name, b->name);
}

static bool read_directory(struct zip *z, struct arena *a, const struct directory *d, struct err *e)
{
    unsigned char *bytes = malloc(d->bytes > 0 ? d->bytes : 1);
    bool ok = bytes != NULL && read_whole(z->fd, bytes, d->bytes, d->at);
    size_t at = 0;

    for (uint64_t i = 0; ok && i < d->n; i++) {
        size_t n = read_entry(z, a, bytes + at, d->bytes - at);

        ok = n > 0;
        at += n;
    }
    free(bytes);
    if (!ok)
        return err_set(e, ERR_FORMAT, "damaged: entry %zu of its directory makes no sense", z->n + 1);
    if (z->n > 0)
        qsort(z->members, z->n, sizeof *z->members, by_name);
    for (size_t i = 1; i < z->n; i++)
        if (text_is(z->members[i].name, z->members[i - 1].name))
            return err_set(e, ERR_FORMAT, "damaged: it holds %s twice", z->members[i].name);
    return true;
}

bool zip_open(struct zip *z, struct arena *a, int fd, struct err *e)
{
    unsigned char end[END_BYTES];
    struct directory d;
    uint64_t end_at = 0;
    struct stat st;

    *z = (struct zip){ .fd = fd };
    if (fstat(fd, &st) != 0)
        return err_sys(e, "fstat");
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_FORMAT, "not a regular file");
    if (!find_end(fd, (uint64_t)st.st_size, end, &end_at, e))
        return false;
    d = (struct directory){ .n = u16(end + 10), .bytes = u32(end + 12), .at = u32(end + 16) };
    if (!read_end64(fd, end_at, &d, e))
        return false;
    if (d.at > end_at || d.bytes > end_at - d.at)
        return err_set(e, ERR_FORMAT, "damaged: its directory does not fit into it");
    if (d.bytes > DIRECTORY_MAX || d.n > MEMBERS_MAX)
        return err_set(e, ERR_LIMIT, "it claims %" PRIu64 " members: more than any wheel has", d.n);
    z->directory = d.at;
    return read_directory(z, a, &d, e);
}

const struct zip_member *zip_find(const struct zip *z, const char *name)
{
    const struct zip_member wanted = { .name = name };

    return z->n > 0 ? bsearch(&wanted, z->members, z->n, sizeof wanted, by_name) : NULL;
}

/* The packed bytes lie behind the local header, whose name and extra field may differ in length from the directory's. */
static bool find_bytes(const struct zip *z, const struct zip_member *m, uint64_t *at, struct err *e)
{
    unsigned char local[LOCAL_BYTES];

    if (!read_whole(z->fd, local, sizeof local, m->at) || u32(local) != LOCAL_MAGIC)
        return err_set(e, ERR_FORMAT, "damaged: no member begins at byte %" PRIu64, m->at);
    *at = m->at + sizeof local + u16(local + 26) + u16(local + 28);
    if (*at > z->directory || m->packed > z->directory - *at)
        return err_set(e, ERR_FORMAT, "damaged: it ends before its last byte");
    if (m->encrypted)
        return err_set(e, ERR_LIMIT, "encrypted");
    if (m->method != UNPACK_STORED && m->method != UNPACK_DEFLATED)
        return err_set(e, ERR_LIMIT, "packed by method %u: only stored and deflated members are read", m->method);
    if (m->method == UNPACK_STORED && m->packed != m->bytes)
        return err_set(e, ERR_FORMAT, "damaged: stored, and in two sizes");
    return true;
}

struct to_file { struct sink sink; int fd; const struct zip_member *m; struct byte_watcher *watcher; uint64_t done; };

static bool write_all(struct sink *sink, const unsigned char *bytes, size_t n, struct err *e)
{
    struct to_file *t = (struct to_file *)(void *)sink;

    t->done += n;
    while (n > 0) {
        ssize_t put = write(t->fd, bytes, n);

        if (put < 0)
            return err_sys(e, "it cannot be unpacked");
        bytes += put;
        n -= (size_t)put;
    }
    if (t->watcher != NULL)
        t->watcher->came(t->watcher, t->m->name, t->done, t->m->bytes);
    return true;
}

bool zip_unpack(const struct zip *z, const struct zip_member *m, int out, struct byte_watcher *watcher, struct err *e)
{
    struct to_file t = { .sink = { write_all }, .fd = out, .m = m, .watcher = watcher };
    uint64_t at;

    return find_bytes(z, m, &at, e) && unpack(z->fd, at, m->packed, m->method, m->bytes, m->crc, &t.sink, e);
}

struct to_memory { struct sink sink; struct text text; };

static bool keep(struct sink *sink, const unsigned char *bytes, size_t n, struct err *e)
{
    (void)e;
    text_put(&((struct to_memory *)(void *)sink)->text, (const char *)bytes, n);
    return true;
}

char *zip_text(const struct zip *z, struct arena *a, const struct zip_member *m, struct err *e)
{
    struct to_memory t = { .sink = { keep }, .text = { .arena = a } };
    uint64_t at;

    text_put(&t.text, "", 0);
    if (m->bytes > TEXT_MAX) {
        err_set(e, ERR_LIMIT, "%" PRIu64 " bytes of text", m->bytes);
        return NULL;
    }
    return find_bytes(z, m, &at, e) && unpack(z->fd, at, m->packed, m->method, m->bytes, m->crc, &t.sink, e) ? t.text.s : NULL;
}
