#include "discover/stacks.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"

static const char *why_bad(const struct search *s, const struct elf_facts *elf)
{
    if (elf->bytes_needed > elf->bytes)
        return text_make(s->arena, "truncated: %" PRIu64 " of %" PRIu64 " bytes", elf->bytes, elf->bytes_needed);
    if (elf->is_32_bit && s->machine->arch != NULL && !text_ends(s->machine->arch, "86") && !text_starts(s->machine->arch, "arm"))
        return text_make(s->arena, "32-bit, made for %s: this machine is %s", elf->machine, s->machine->arch);
    if (s->machine->arch != NULL && !text_is(elf->machine, s->machine->arch))
        return text_make(s->arena, "made for %s, this machine is %s", elf->machine, s->machine->arch);
    return NULL;
}

static void read_file(struct search *s, struct member *m)
{
    struct elf_facts *elf = arena_alloc(s->arena, sizeof *elf);
    struct err e = { .kind = ERR_NONE };
    int fd = root_fd(s->root, m->place);

    if (fd < 0) {
        m->why_bad = text_make(s->arena, "cannot be read: %s", strerror(errno));
        return;
    }
    if (elf_read(elf, s->arena, fd, &e)) {
        m->elf = elf;
        m->why_bad = why_bad(s, elf);
    } else {
        m->why_bad = arena_text(s->arena, e.text);
    }
    close(fd);
}

bool stack_is_known(const struct search *s, const char *lib_dir)
{
    for (size_t i = 0; i < s->found.n; i++)
        if (text_is(s->found.items[i].lib_dir, lib_dir))
            return true;
    return false;
}

static bool has_member(const struct stack *stack, const char *place)
{
    for (size_t i = 0; i < stack->n_members; i++)
        if (text_is(stack->members[i].place, place))
            return true;
    return false;
}

bool stack_has_any(const struct search *s, const char *place)
{
    for (size_t i = 0; i < s->found.n; i++)
        if (has_member(&s->found.items[i], place))
            return true;
    return false;
}

static struct member *append(struct search *s, struct stack *stack, const char *family, const char *place)
{
    struct member *members = arena_grown(s->arena, (void *)(uintptr_t)stack->members, stack->n_members, sizeof *members);
    struct member *m = &members[stack->n_members++];

    stack->members = members;
    *m = (struct member){ .family = family, .place = place, .path = root_outer_path(s->root, s->arena, place) };
    return m;
}

/* The loader passes such a link over, and takes the library from elsewhere. */
static struct member *add_dangling(struct search *s, struct stack *stack, const char *family, const char *place)
{
    const char *target = root_link_name(s->root, s->arena, place);
    struct member *m;

    if (target == NULL || has_member(stack, place))
        return NULL;
    m = append(s, stack, family, place);
    m->why_bad = text_make(s->arena, "a link to %s, which is not there", target);
    return m;
}

struct member *member_add(struct search *s, struct stack *stack, const char *place)
{
    const char *real = root_resolve(s->root, s->arena, place), *family = library_family(s->arena, place);
    struct member *m;
    struct stat st;

    if (family == NULL)
        return NULL;
    if (real == NULL)
        return add_dangling(s, stack, family, place);
    if (has_member(stack, real) || !root_stat(s->root, real, &st))
        return NULL;
    m = append(s, stack, family, real);
    if (S_ISREG(st.st_mode))
        read_file(s, m);
    else
        m->why_bad = "not a regular file";      /* the loader would wait for the other end of a FIFO */
    return m;
}
