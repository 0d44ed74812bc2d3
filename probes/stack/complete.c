/* stack.complete - cuDNN opens its parts by name, late. The names stand in its
 * own bytes ("libcudnn_ops.so"), so no table of versions is needed. */
#include "child/child.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { READ_MAX = 64 << 20 };           /* libcudnn.so is 0.1 MB, libcudnn_graph.so 3 MB */

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

/* Every "libcudnn_xyz.so" in the file; its last bytes are followed by a NUL of ours. */
static size_t look_into(struct child *c, const struct member *m)
{
    static const char start[] = "libcudnn_";
    int fd = open(m->path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    size_t found = 0;
    char *bytes;

    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size > READ_MAX)
        stop_ours(c, "%s cannot be read", m->path);
    bytes = arena_alloc(&c->arena, (size_t)st.st_size + 1);
    if (read(fd, bytes, (size_t)st.st_size) != st.st_size)
        stop_ours(c, "%s cannot be read whole", m->path);
    close(fd);
    for (char *at = bytes; (at = memmem(at, (size_t)(bytes + st.st_size - at), start, sizeof start - 1)) != NULL;) {
        size_t n = sizeof start - 1;

        while (is_name_byte(at[n]))
            n++;
        if (n > sizeof start - 1 && is_library_end(at + n) && (at == bytes || !is_name_byte(at[-1]))) {
            look_for_part(c, at, n, m->path);
            found++;
        }
        at += n;
    }
    return found;
}

static void run(struct child *c)
{
    const struct member *graph = stack_member(c->stack, "cudnn_graph");
    size_t parts = look_into(c, stack_member(c->stack, "cudnn"));

    if (graph != NULL)
        parts += look_into(c, graph);
    saw_num(c, "parts", "", (double)parts);
}

const struct probe probe_stack_complete = {
    .name    = "stack.complete",
    .claim   = "Every part that cuDNN opens by name is among the stack's files.",
    .scope   = SCOPE_STACK,
    .stacks  = ON_ANY_STACK,
    .library = "cudnn",
    .expects = (const struct expect[]){
        { .key = "missing", .bound = ABSENT, .sentence = "%s" },
        { .key = "parts",   .bound = AT_LEAST, .number = 1, .sentence = "this cuDNN names no parts: not a version that is known" },
        { .key = NULL },
    },
    .run     = run,
};
