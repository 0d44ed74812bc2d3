/* Libraries that are opened by name while a program runs: the name stands in the bytes of the one that opens. */
#include "discover/linking.h"

#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"

/* The constants of a libcudnn_graph take 21 MB. */
enum { CONSTANTS_MAX = 64 << 20, NAME_MAX_BYTES = 128, PARTS_MAX = 64 };

struct names { const char *items[PARTS_MAX]; size_t n; };

static bool is_name_byte(char b)
{
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '_' || b == '-';
}

static void keep(struct names *all, struct arena *a, const char *name, size_t n)
{
    for (size_t i = 0; i < all->n; i++)
        if (strncmp(all->items[i], name, n) == 0 && all->items[i][n] == '\0')
            return;
    if (all->n < PARTS_MAX)
        all->items[all->n++] = arena_copy(a, name, n);
}

/* The length of "libcudnn_ops.so", "libcudnn_ops_infer.so.8", "libnvrtc-builtins.so.12.4" at s; 0: it is none. */
static size_t name_length(const char *s, const char *start)
{
    size_t n = strlen(start), dot;

    while (n < NAME_MAX_BYTES && is_name_byte(s[n]))
        n++;
    if (n == strlen("libcudnn_") || strncmp(s + n, ".so", 3) != 0)
        return 0;
    for (n += 3; s[n] == '.' && s[n + 1] >= '0' && s[n + 1] <= '9'; n = dot)
        for (dot = n + 1; s[dot] >= '0' && s[dot] <= '9'; dot++)
            ;
    return n;
}

/* Behind the bytes stands a NUL. */
static void find_names(struct names *all, struct arena *a, const char *bytes, size_t size, const char *start)
{
    for (const char *at = bytes; (at = memmem(at, size - (size_t)(at - bytes), start, strlen(start))) != NULL; at += strlen(start)) {
        size_t n = name_length(at, start);

        if (n > 0 && (at == bytes || !is_name_byte(at[-1])))
            keep(all, a, at, n);
    }
}

/* The file's constants, as text; NULL: there are none, or too many. */
static char *constants(struct arena *a, int fd, uint64_t bytes, size_t *size)
{
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    char *text = NULL;
    size_t names;

    for (Elf_Scn *scn = NULL; elf != NULL && elf_getshdrstrndx(elf, &names) == 0 && (scn = elf_nextscn(elf, scn)) != NULL && text == NULL;) {
        GElf_Shdr shdr;

        if (gelf_getshdr(scn, &shdr) == NULL || !text_is(elf_strptr(elf, names, shdr.sh_name), ".rodata") || shdr.sh_size > CONSTANTS_MAX
            || shdr.sh_offset > bytes || shdr.sh_size > bytes - shdr.sh_offset)
            continue;
        text = arena_alloc(a, shdr.sh_size + NAME_MAX_BYTES);
        *size = shdr.sh_size;
        if (pread(fd, text, shdr.sh_size, (off_t)shdr.sh_offset) != (ssize_t)shdr.sh_size)
            text = NULL;
    }
    elf_end(elf);
    return text;
}

static struct names names_in(struct linking *k, const char *path, const char *start)
{
    struct arena a = { NULL };          /* tens of megabytes: given back at once */
    struct names all = { .n = 0 };
    int fd = root_fd(k->s->root, path);
    struct elf_facts whole;
    struct err ignored;
    size_t size = 0;
    char *text = NULL;

    if (fd >= 0 && elf_read(&whole, &a, fd, &ignored) && whole.bytes_needed <= whole.bytes)
        text = constants(&a, fd, whole.bytes, &size);
    if (text != NULL)
        find_names(&all, k->own, text, size, start);
    if (fd >= 0)
        close(fd);
    arena_free(&a);
    return all;
}

/* The bytes of "9.1" in "9.1.0.70". */
static size_t first_parts(const char *version, size_t parts)
{
    size_t n = strcspn(version, ".");

    for (; parts > 1 && version[n] == '.'; parts--)
        n += 1 + strcspn(version + n + 1, ".");
    return n;
}

/* As its package or its own name tells: "9.1.0" of libcudnn-74a4c495.so.9.1.0. NULL: neither does. */
static const char *version_of(struct linking *k, const struct object *o)
{
    const char *version = linking_version(k, o->path), *soname = o->elf.soname != NULL ? strstr(o->elf.soname, ".so.") : NULL;

    return version != NULL ? version : soname != NULL ? soname + strlen(".so.") : NULL;
}

/* cuDNN 9 puts its version behind the name, and less of it each time: "libcudnn_ops.so.9.1.0", ".9.1", ".9", "". */
static struct object *open_part(struct linking *k, struct object *o, const char *name)
{
    const char *version = version_of(k, o);
    struct object *part = NULL;
    struct err ignored;

    for (size_t parts = text_ends(name, ".so") && version != NULL ? 3 : 0; parts > 0 && part == NULL; parts--)
        part = loader_open(&k->l, text_make(k->own, "%s.%.*s", name, (int)first_parts(version, parts), version), o, &ignored);
    return part != NULL ? part : loader_open(&k->l, name, o, &ignored);
}

/* With the major version of the one that opens it: what users look for. */
static const char *full_name(struct linking *k, const struct object *o, const char *name)
{
    const char *version = version_of(k, o);

    return text_ends(name, ".so") && version != NULL ? text_make(k->own, "%s.%.*s", name, (int)first_parts(version, 1), version) : name;
}

/* The stack's file of that part; to a package of its own cuDNN, whatever cuDNN the stack has. */
static const struct member *own_part(const struct linking *k, const char *name)
{
    const struct member *own = stack_member(k->stack, library_family(k->own, name));

    return own == NULL && k->package != NULL && text_starts(name, "libcudnn") ? stack_member(k->stack, "cudnn") : own;
}

static void check_part(struct linking *k, struct object *o, const char *name)
{
    const struct member *own = own_part(k, name);
    struct object *part = open_part(k, o, name);
    const struct member *is = part != NULL ? linking_member(k, part) : NULL;

    if (part == o || (part != NULL && (is != NULL || k->package != NULL)))
        return;
    /* Of a library that lies in the same folder as the one that opens it nothing is to be said. */
    if (part != NULL && text_is(text_dir_name(k->own, part->path), text_dir_name(k->own, o->path)))
        return;
    linking_taken(k, linking_add(k, part != NULL && own != NULL ? UNMET_OWN : UNMET_PART, o->path, full_name(k, o, name)), part, own);
}

static void check_names(struct linking *k, struct object *o, const char *start)
{
    struct names names = names_in(k, o->path, start);

    for (size_t i = 0; i < names.n; i++)
        check_part(k, o, names.items[i]);
}

void linking_check_parts(struct linking *k, struct object *o)
{
    const char *family = o->path != NULL ? library_family(k->own, o->path) : NULL;
    size_t n = k->l.n_objects;

    if (text_is(family, "nvrtc"))
        check_names(k, o, "libnvrtc-builtins");
    if (!text_is(family, "cudnn"))
        return;
    check_names(k, o, "libcudnn_");
    for (; n < k->l.n_objects; n++)
        if (text_is(library_family(k->own, k->l.objects[n]->path), "cudnn_graph"))
            check_names(k, k->l.objects[n], "libcudnn_");
}
