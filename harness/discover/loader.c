/* Reads /etc/ld.so.cache in glibc's format (dl-cache.h): a header, a table of
 * entries, and the strings they point to. Since glibc 2.32 it is the only one;
 * older machines have the libc5 table in front of it. */
#include "discover/loader.h"

#include <string.h>

#include "base/text.h"

static const char old_magic[] = "ld.so-1.7.0", new_magic[] = "glibc-ld.so.cache1.1";

enum {
    OLD_HEADER = 16, OLD_ENTRY = 12, NEW_HEADER = 48, NEW_ENTRY = 24,
    FLAGS_X86_64 = 0x0303, FLAGS_AARCH64 = 0x0a03, FLAGS_NONE = 0,
};

/* Bit 62 of an entry's hardware word: the file lies in a glibc-hwcaps folder
 * and is for some processors only. Which folder, the low half says: the number
 * of a string offset in one of the sections behind the strings. For those who
 * do not say which processor, the plain entry stands for both. */
#define HWCAP_SUBFOLDER (UINT64_C(1) << 62)
#define EXTENSION_MAGIC UINT32_C(0xeaa42174)

enum { AT_EXTENSION = 32, EXTENSION_HEADER = 8, SECTION = 16, TAG_HWCAPS = 1 };

struct loader_cache {
    const char *bytes;  size_t n;
    const char *table;  size_t table_bytes;     /* offsets count from here */
    uint32_t    entries;
    const char *hwcaps; uint32_t n_hwcaps;      /* offsets of the names of glibc-hwcaps folders */
};

static uint32_t u32_at(const char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t u64_at(const char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* Finds the list of names in the extension (glibc 2.33 and newer write one). */
static void read_hwcaps(struct loader_cache *c)
{
    uint32_t at = u32_at(c->table + AT_EXTENSION), sections;

    c->n_hwcaps = 0;
    if (at == 0 || c->table_bytes < EXTENSION_HEADER || at > c->table_bytes - EXTENSION_HEADER || u32_at(c->table + at) != EXTENSION_MAGIC)
        return;
    sections = u32_at(c->table + at + 4);
    for (size_t s = (size_t)at + EXTENSION_HEADER; sections > 0 && s + SECTION <= c->table_bytes; sections--, s += SECTION) {
        uint32_t offset = u32_at(c->table + s + 8), size = u32_at(c->table + s + 12);

        if (u32_at(c->table + s) != TAG_HWCAPS || size > c->table_bytes || offset > c->table_bytes - size)
            continue;
        c->hwcaps = c->table + offset;
        c->n_hwcaps = size / 4;
        return;
    }
}

static bool cache_read(struct loader_cache *c, const struct root *root, struct arena *a)
{
    size_t at = 0;

    c->bytes = root_read(root, a, "/etc/ld.so.cache", &c->n);
    if (c->bytes == NULL)
        return false;
    if (c->n >= OLD_HEADER && memcmp(c->bytes, old_magic, sizeof old_magic - 1) == 0) {
        uint64_t old = OLD_HEADER + (uint64_t)u32_at(c->bytes + 12) * OLD_ENTRY;

        old = (old + 7) / 8 * 8;
        if (old > c->n)
            return false;
        at = (size_t)old;
    }
    if (c->n - at < NEW_HEADER || memcmp(c->bytes + at, new_magic, sizeof new_magic - 1) != 0)
        return false;
    c->table = c->bytes + at;
    c->table_bytes = c->n - at;
    c->entries = u32_at(c->table + 20);
    read_hwcaps(c);
    return c->entries <= (c->table_bytes - NEW_HEADER) / NEW_ENTRY;
}

/* Offsets count from the start of the new table. root_read ends the file with
 * a NUL, so a string inside it always ends. */
static const char *string_at(const struct loader_cache *c, uint32_t offset)
{
    return offset < c->table_bytes ? c->table + offset : NULL;
}

static uint32_t flags_of(const char *arch)
{
    return text_is(arch, "x86_64") ? FLAGS_X86_64 : text_is(arch, "aarch64") ? FLAGS_AARCH64 : FLAGS_NONE;
}

struct cached { const char *name, *path; uint64_t hwcap; };

/* False for other architectures, and for what points outside or is not absolute. */
static bool entry_at(const struct loader_cache *c, uint32_t i, const char *arch, struct cached *out)
{
    const char *e = c->table + NEW_HEADER + (size_t)i * NEW_ENTRY;

    *out = (struct cached){ string_at(c, u32_at(e + 4)), string_at(c, u32_at(e + 8)), u64_at(e + 16) };
    return flags_of(arch) != FLAGS_NONE && u32_at(e) == flags_of(arch) && out->name != NULL && out->path != NULL && out->path[0] == '/';
}

static bool is_plain(const struct cached *e)
{
    return (e->hwcap & HWCAP_SUBFOLDER) == 0;
}

/* The name of the glibc-hwcaps folder an entry lies in; NULL for a garbage one. */
static const char *level_of(const struct loader_cache *c, const struct cached *e)
{
    uint32_t i = (uint32_t)e->hwcap;

    return i < c->n_hwcaps ? string_at(c, u32_at(c->hwcaps + (size_t)i * 4)) : NULL;
}

/* How good an entry is for a processor of these levels: 0 is best, n_levels is
 * plain, more is not for it. */
static size_t rank_of(const struct loader_cache *c, const struct cached *e, const char *const *levels, size_t n_levels)
{
    size_t rank = 0;

    if (is_plain(e))
        return n_levels;
    while (rank < n_levels && !text_is(level_of(c, e), levels[rank]))
        rank++;
    return rank < n_levels ? rank : n_levels + 1;
}

const char *loader_cache_best(const struct loader_cache *c, const char *soname, const char *arch, const char *const *levels,
                              size_t n_levels)
{
    size_t best = n_levels + 1;
    const char *path = NULL;

    for (uint32_t i = 0; c != NULL && i < c->entries; i++) {
        struct cached e;
        size_t rank;

        if (!entry_at(c, i, arch, &e) || !text_is(e.name, soname))
            continue;
        rank = rank_of(c, &e, levels, n_levels);
        if (rank < best) {
            best = rank;
            path = e.path;
        }
    }
    return path;
}

const struct loader_cache *loader_cache_open(const struct root *root, struct arena *a)
{
    struct loader_cache *c = arena_alloc(a, sizeof *c);

    return cache_read(c, root, a) ? c : NULL;
}

const char *loader_cache_find(const struct root *root, struct arena *a, const char *soname, const char *arch)
{
    struct loader_cache c;

    return cache_read(&c, root, a) ? loader_cache_best(&c, soname, arch, NULL, 0) : NULL;
}

size_t loader_cache_list(const struct root *root, struct arena *a, const char *starts, const char *arch, const char ***paths)
{
    struct loader_cache c;
    struct cached e;
    size_t n = 0;

    *paths = NULL;
    if (!cache_read(&c, root, a))
        return 0;
    for (uint32_t i = 0; i < c.entries; i++)
        if (entry_at(&c, i, arch, &e) && is_plain(&e) && text_starts(e.name, starts))
            *ARENA_PUSH(a, *paths, n) = e.path;
    return n;
}
