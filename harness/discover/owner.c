#include "discover/owner.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "discover/toolkit.h"

enum { UP_MAX = 8 };                    /* folders between a library and the one that holds its package's files */

/* "PATH,sha256=...,SIZE"; only paths of libraries are kept. */
static bool read_line(struct arena *a, const char *line, size_t n, const char *dir, struct claim *c)
{
    char *copy = arena_copy(a, line, n), *size = strrchr(copy, ','), *hash;

    copy[strcspn(copy, "\r")] = '\0';
    if (size == NULL)
        return false;
    *size++ = '\0';
    hash = strrchr(copy, ',');
    if (hash == NULL || !text_to_long(size, &c->bytes) || c->bytes < 0)
        return false;
    *hash = '\0';
    c->place = text_join(a, dir, copy);
    return true;
}

static void read_record(struct owners *all, struct site *site, const struct package *p)
{
    struct arena *a = all->search.arena;
    const char *text = root_read(all->search.root, a, text_join(a, p->source, "RECORD"), NULL), *line;
    struct claim c = { .package = p };
    size_t n;

    while (text_next_line(&text, &line, &n))
        if (memmem(line, n, ".so", 3) != NULL && read_line(a, line, n, site->dir, &c))
            *ARENA_PUSH(a, site->claims, site->n_claims) = c;
}

/* The toolkit that pip's packages are laid out as keeps their folders in dist-info/. */
static const struct site *site_of(struct owners *all, const char *dir)
{
    struct arena *a = all->search.arena;
    struct site *s;

    for (size_t i = 0; i < all->n_sites; i++)
        if (text_is(all->sites[i].dir, dir))
            return &all->sites[i];
    s = ARENA_PUSH(a, all->sites, all->n_sites);
    s->dir = arena_text(a, dir);
    packages_add_folder(&s->packages, &all->search, dir);
    for (size_t i = 0; i < s->packages.n; i++)
        read_record(all, s, &s->packages.items[i]);
    packages_add_folder(&s->packages, &all->search, text_join(a, dir, "dist-info"));
    toolkit_read_versions(&s->packages, &all->search, text_join(a, dir, "version.json"));
    return s;
}

/* Libraries that auditwheel copied in are another project's: their version is not the package's. */
static bool is_copied_in(const char *place)
{
    return text_has(place, ".libs/");
}

static bool listed(struct owners *all, const struct site *s, const char *place, struct owner *o)
{
    const char *family = library_family(all->search.arena, place);

    for (size_t i = 0; i < s->n_claims; i++) {
        const struct claim *c = &s->claims[i];

        if (!text_is(c->place, place))
            continue;
        o->package = text_make(all->search.arena, "%s %s", c->package->distribution, c->package->version);
        o->bytes = c->bytes;
        if (!is_copied_in(place) && (family == NULL || package_brings(c->package, family))) {
            o->version = c->package->version;
            o->source = c->package->source;
        }
        return true;
    }
    return false;
}

static bool of_family(struct owners *all, const struct site *s, const char *place, struct owner *o)
{
    const char *family = library_family(all->search.arena, place);
    const struct package *p = family != NULL ? packages_of_family(&s->packages, family) : NULL;

    if (p == NULL)
        return false;
    o->version = p->version;
    o->source = p->source;
    return true;
}

/* What lists the very file knows best; its own name knows it exactly; a package of its family probably does. */
struct owner owner_of(struct owners *all, const char *place)
{
    struct arena *a = all->search.arena;
    struct owner o = { .bytes = -1 };
    const char *dir = place;

    for (int up = 0; up < UP_MAX && !text_is(dir, "/"); up++) {
        dir = text_dir_name(a, dir);
        if (listed(all, site_of(all, dir), place, &o))
            return o;
    }
    o.version = library_version_from_name(a, place);
    o.source = o.version != NULL ? place : NULL;
    dir = place;
    for (int up = 0; up < UP_MAX && o.version == NULL && !text_is(dir, "/"); up++) {
        dir = text_dir_name(a, dir);
        if (of_family(all, site_of(all, dir), place, &o))
            return o;
    }
    return o;
}
