/* A wheel's RECORD lists every file it brought, with its size: "PATH,sha256=...,SIZE". */
#include "discover/python.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

struct listed { const char *place; long bytes; };

static bool read_line(struct search *s, const char *site, const char *line, size_t n, struct listed *l)
{
    char *copy = arena_copy(s->arena, line, n), *size, *hash;

    copy[strcspn(copy, "\r")] = '\0';
    size = strrchr(copy, ',');
    if (size == NULL)
        return false;
    *size++ = '\0';
    hash = strrchr(copy, ',');
    if (hash == NULL || !text_to_long(size, &l->bytes))
        return false;
    *hash = '\0';
    if (!text_has(copy, "/lib/lib") || library_family(s->arena, copy) == NULL || text_has(copy, ".alt.so"))
        return false;
    l->place = text_join(s->arena, site, copy);
    return true;
}

static struct member *member_at(struct stack *stack, const char *place)
{
    for (size_t i = 0; i < stack->n_members; i++)
        if (text_is(stack->members[i].place, place))
            return (void *)(uintptr_t)&stack->members[i];
    return NULL;
}

static void add_missing(struct search *s, struct stack *stack, const struct listed *l, const struct package *p)
{
    struct member *members = arena_grown(s->arena, (void *)(uintptr_t)stack->members, stack->n_members, sizeof *members);

    members[stack->n_members++] = (struct member){
        .family = library_family(s->arena, l->place), .place = l->place,
        .path = root_outer_path(s->root, s->arena, l->place), .version = p->version, .source = p->source,
        .why_bad = text_make(s->arena, "missing: the RECORD of %s %s lists it", p->distribution, p->version),
    };
    stack->members = members;
}

static void check(struct search *s, struct stack *stack, const struct listed *l, const struct package *p)
{
    const char *real = root_resolve(s->root, s->arena, l->place);
    struct member *m = real != NULL ? member_at(stack, real) : NULL;

    if (real == NULL) {
        add_missing(s, stack, l, p);
        return;
    }
    if (m == NULL || m->elf == NULL)
        return;
    m->version = p->version;
    m->source = p->source;
    if (m->why_bad == NULL && m->elf->bytes != (uint64_t)l->bytes)
        m->why_bad = text_make(s->arena, "%" PRIu64 " bytes, but the RECORD of %s %s says %ld: replaced or damaged",
                               m->elf->bytes, p->distribution, p->version, l->bytes);
}

void packages_check_records(const struct packages *p, struct search *s, struct stack *stack)
{
    for (size_t i = 0; i < p->n; i++) {
        const char *name = p->items[i].distribution, *text, *line, *site;
        size_t n;

        if (!text_starts(name, "nvidia-") && !text_is(name, "torch"))
            continue;
        site = text_dir_name(s->arena, p->items[i].source);
        text = root_read(s->root, s->arena, text_join(s->arena, p->items[i].source, "RECORD"), NULL);
        while (text_next_line(&text, &line, &n)) {
            struct listed l;

            if (read_line(s, site, line, n, &l))
                check(s, stack, &l, &p->items[i]);
        }
    }
}
