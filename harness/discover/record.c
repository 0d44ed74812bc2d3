/* A wheel's RECORD lists every file it brought, with its size: "PATH,sha256=...,SIZE". */
#include "discover/python.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "discover/record_line.h"

/* One library that one package says it brought. */
struct claim { const char *place; long bytes; const struct package *package; };
struct claims { struct claim *items; size_t n; };

static bool read_line(struct search *s, const char *site, const char *line, size_t n, struct claim *c)
{
    struct record_line r;

    if (!record_line_read(&r, s->arena, line, n) || r.bytes < 0 || !text_has(r.path, "/lib/lib") || library_family(s->arena, r.path) == NULL
        || text_has(r.path, ".alt.so"))
        return false;
    c->bytes = r.bytes;
    c->place = text_join(s->arena, site, r.path);
    return true;
}

static void read_record(struct search *s, struct claims *all, const struct package *p)
{
    const char *text = root_read(s->root, s->arena, text_join(s->arena, p->source, "RECORD"), NULL), *line;
    const char *site = text_dir_name(s->arena, p->source);
    struct claim c = { .package = p };
    size_t n;

    while (text_next_line(&text, &line, &n))
        if (text_has(arena_copy(s->arena, line, n), ".so") && read_line(s, site, line, n, &c))
            *ARENA_PUSH(s->arena, all->items, all->n) = c;
}

static struct member *member_at(const struct search *s, struct stack *stack, const char *place)
{
    const char *real = root_resolve(s->root, s->arena, place);

    for (size_t i = 0; i < stack->n_members; i++)
        if (text_is(stack->members[i].place, real != NULL ? real : place))
            return (void *)(uintptr_t)&stack->members[i];
    return NULL;
}

/* Another version of the same package is recorded in the same folder: pip was
 * interrupted, or two tools installed. One of the two records is stale. */
static bool has_twin(const struct packages *p, struct arena *a, const struct package *one)
{
    const char *site = text_dir_name(a, one->source);

    for (size_t i = 0; i < p->n; i++)
        if (&p->items[i] != one && text_is(p->items[i].distribution, one->distribution)
            && text_is(text_dir_name(a, p->items[i].source), site))
            return true;
    return false;
}

static void add_missing(struct search *s, struct stack *stack, const struct claim *c)
{
    struct member *members = arena_grown(s->arena, (void *)(uintptr_t)stack->members, stack->n_members, sizeof *members);

    members[stack->n_members++] = (struct member){
        .family = library_family(s->arena, c->place), .place = c->place,
        .path = root_outer_path(s->root, s->arena, c->place), .version = c->package->version, .source = c->package->source,
        .why_bad = text_make(s->arena, "missing: the RECORD of %s %s lists it", c->package->distribution, c->package->version),
    };
    stack->members = members;
}

/* Two packages may claim one file (nvidia-cudnn-cu11 and -cu12): it is the one's
 * whose size it has. */
static void take_version(struct member *m, const struct claim *c)
{
    if (m == NULL || m->elf == NULL || m->elf->bytes != (uint64_t)c->bytes || !package_brings(c->package, m->family))
        return;
    m->version = c->package->version;
    m->source = c->package->source;
}

static void judge_size(struct search *s, struct member *m, const struct claim *c)
{
    if (m->elf == NULL || m->version != NULL || m->elf->bytes == (uint64_t)c->bytes)
        return;
    if (package_brings(c->package, m->family)) {
        m->version = c->package->version;
        m->source = c->package->source;
    }
    if (m->why_bad == NULL)
        m->why_bad = text_make(s->arena, "%" PRIu64 " bytes, but the RECORD of %s %s says %ld: replaced or damaged",
                               m->elf->bytes, c->package->distribution, c->package->version, c->bytes);
}

void packages_check_records(const struct packages *p, struct search *s, struct stack *stack)
{
    struct claims all = { NULL, 0 };

    for (size_t i = 0; i < p->n; i++)
        if (text_starts(p->items[i].distribution, "nvidia-") || text_is(p->items[i].distribution, "torch"))
            read_record(s, &all, &p->items[i]);
    for (size_t i = 0; i < all.n; i++)
        take_version(member_at(s, stack, all.items[i].place), &all.items[i]);
    for (size_t i = 0; i < all.n; i++) {
        struct member *m = member_at(s, stack, all.items[i].place);

        if (m != NULL)
            judge_size(s, m, &all.items[i]);
        else if (root_resolve(s->root, s->arena, all.items[i].place) == NULL && !has_twin(p, s->arena, all.items[i].package))
            add_missing(s, stack, &all.items[i]);
    }
}
