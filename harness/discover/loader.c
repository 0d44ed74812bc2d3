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
 * and is for some processors only. Whether this one is among them a file cannot
 * tell, so the plain entry stands for both. */
#define HWCAP_SUBFOLDER (UINT64_C(1) << 62)

struct cache { const char *bytes; size_t n; const char *table; size_t table_bytes; uint32_t entries; };

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

static bool cache_read(struct cache *c, const struct root *root, struct arena *a)
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
    return c->entries <= (c->table_bytes - NEW_HEADER) / NEW_ENTRY;
}

/* Offsets count from the start of the new table. root_read ends the file with
 * a NUL, so a string inside it always ends. */
static const char *string_at(const struct cache *c, uint32_t offset)
{
    return offset < c->table_bytes ? c->table + offset : NULL;
}

static uint32_t flags_of(const char *arch)
{
    return text_is(arch, "x86_64") ? FLAGS_X86_64 : text_is(arch, "aarch64") ? FLAGS_AARCH64 : FLAGS_NONE;
}

static bool entry_at(const struct cache *c, uint32_t i, const char *arch, const char **name, const char **path)
{
    const char *e = c->table + NEW_HEADER + (size_t)i * NEW_ENTRY;

    *name = string_at(c, u32_at(e + 4));
    *path = string_at(c, u32_at(e + 8));
    return flags_of(arch) != FLAGS_NONE && u32_at(e) == flags_of(arch) && (u64_at(e + 16) & HWCAP_SUBFOLDER) == 0
        && *name != NULL && *path != NULL && **path == '/';
}

const char *loader_cache_find(const struct root *root, struct arena *a, const char *soname, const char *arch)
{
    const char *name, *path;
    struct cache c;

    if (!cache_read(&c, root, a))
        return NULL;
    for (uint32_t i = 0; i < c.entries; i++)
        if (entry_at(&c, i, arch, &name, &path) && text_is(name, soname))
            return path;
    return NULL;
}

size_t loader_cache_list(const struct root *root, struct arena *a, const char *starts, const char *arch, const char ***paths)
{
    const char *name, *path;
    struct cache c;
    size_t n = 0;

    *paths = NULL;
    if (!cache_read(&c, root, a))
        return 0;
    for (uint32_t i = 0; i < c.entries; i++)
        if (entry_at(&c, i, arch, &name, &path) && text_starts(name, starts))
            *ARENA_PUSH(a, *paths, n) = path;
    return n;
}
