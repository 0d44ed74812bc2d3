/* stack.complete - cuDNN opens its parts by name, late. The names stand in its
 * own bytes ("libcudnn_ops.so"), so no table of versions is needed. */
#include "child/child.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { PIECE = 4 << 20, OVERLAP = 256 };

static bool is_name_byte(char b)
{
    return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '_';
}

static void look_for_part(struct child *c, const char *name, size_t n, const char *asked_by)
{
    char *family = arena_copy(&c->arena, name + 3, n - 3);      /* without "lib" */

    if (stack_member(c->stack, family) == NULL)
        saw_text(c, "missing", "lib%s.so is missing: %s opens it by name", family, asked_by);
    else
        saw_text(c, "part", "%s", family);
}

/* ".so" in cuDNN 9, which puts the version behind it itself; ".so.8" in cuDNN 8. */
static bool is_library_end(const char *s)
{
    return strncmp(s, ".so", 3) == 0 && (s[3] == '\0' || (s[3] == '.' && s[4] >= '0' && s[4] <= '9'));
}

/* Every "libcudnn_xyz.so" that begins before `end`; behind the bytes stands a NUL. */
static size_t look_at_bytes(struct child *c, const char *bytes, const char *end, const char *asked_by)
{
    static const char start[] = "libcudnn_";
    size_t found = 0;

    for (const char *at = bytes; (at = memmem(at, (size_t)(end - at), start, sizeof start - 1)) != NULL;) {
        size_t n = sizeof start - 1;

        while (is_name_byte(at[n]))
            n++;
        if (n > sizeof start - 1 && is_library_end(at + n) && (at == bytes || !is_name_byte(at[-1]))) {
            look_for_part(c, at, n, asked_by);
            found++;
        }
        at += sizeof start - 1;
    }
    return found;
}

/* Piece by piece, each overlapping the last by more than a name: newer cuDNNs are over 100 MB. */
static size_t look_into(struct child *c, const struct member *m)
{
    char *piece = arena_alloc(&c->arena, PIECE + 1);
    int fd = open(m->path, O_RDONLY | O_CLOEXEC);
    size_t found = 0;
    off_t offset = 0;
    ssize_t n;

    if (fd < 0)
        stop_ours(c, "%s cannot be opened", m->path);
    while ((n = pread(fd, piece, PIECE, offset)) > 0) {
        bool last = n < PIECE;

        piece[n] = '\0';
        found += look_at_bytes(c, piece, piece + n - (last ? 0 : OVERLAP), m->path);
        if (last)
            break;
        offset += n - OVERLAP;
    }
    close(fd);
    if (n < 0)
        stop_ours(c, "%s cannot be read", m->path);
    return found;
}

static void run(struct child *c)
{
    const struct member *graph = stack_member(c->stack, "cudnn_graph");
    size_t parts = look_into(c, stack_member(c->stack, "cudnn"));

    if (graph != NULL)
        parts += look_into(c, graph);
    if (parts == 0)
        stop_unsupported(c, "this cuDNN names no parts: a version before 8, or one that is not known");
    saw_num(c, "parts", "", (double)parts);
}

const struct probe probe_stack_complete = {
    .name    = "stack.complete",
    .claim   = "Every part that cuDNN opens by name is among the stack's files.",
    .scope   = SCOPE_STACK,
    .stacks  = ON_ANY_STACK,
    .library  = "cudnn",
    .may_skip = true,
    .expects = (const struct expect[]){
        { .key = "missing", .bound = ABSENT, .sentence = "%s" },
        { .key = "parts",   .bound = AT_LEAST, .number = 1, .sentence = "this cuDNN names no parts" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run     = run,
};
