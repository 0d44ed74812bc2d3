/* Fuzzes the search of the loader over a machine's files. Parts that begin with
 * ELF are files as they are; others are the lines of a small library:
 *
 *     n libx.so       it needs that
 *     s libx.so       that is its soname
 *     r $ORIGIN/..    its RPATH; u: its RUNPATH
 *     i /lib64/ld.so  a program, with that loader
 *     z               without the default folders
 *
 * The parts behind the libraries are the environment's two variables and the
 * machine's own files.
 */
#include "base/text.h"
#include "discover/loader_search.h"
#include "tests/fuzz/tree.h"
#include "tests/unit/small_elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char *const libraries[] = {
    "/a/top.so", "/a/libx.so", "/a/b/libx.so", "/a/b/liby.so", "/a/glibc-hwcaps/x86-64-v2/libx.so", "/lib64/libc.so.6", "/lib64/libx.so", "/cur/libz.so",
};
static const char *const files[] = { "/etc/ld.so.preload", "/proc/cpuinfo", "/lib64/ld-linux-x86-64.so.2", "/etc/ld.so.cache" };

enum { TAGS = SMALL_DYNAMICS + 40 };

struct hostile { struct small_elf elf; Elf64_Dyn dynamic[TAGS]; char strings[2048]; };

/* The next part, a NUL behind it; the caller gives it back. */
static char *next_part(const uint8_t **bytes, size_t *n, size_t *length)
{
    const uint8_t *end = *n > 0 ? memchr(*bytes, 0xff, *n) : NULL;
    char *part;

    *length = end != NULL ? (size_t)(end - *bytes) : *n;
    part = malloc(*length + 1);
    if (part == NULL)
        __builtin_trap();
    memcpy(part, *bytes, *length);
    part[*length] = '\0';
    *bytes += *length + (end != NULL);
    *n -= *length + (end != NULL);
    return part;
}

static void add_line(struct hostile *h, size_t *tags, size_t *used, const char *line, size_t n)
{
    Elf64_Sxword tag = line[0] == 'n' ? DT_NEEDED : line[0] == 's' ? DT_SONAME : line[0] == 'r' ? DT_RPATH : DT_RUNPATH;
    const char *word = line + (n > 2 ? 2 : n);
    size_t length = n - (size_t)(word - line);

    if (n == 0 || *tags >= TAGS - 1 || length >= sizeof h->strings - *used)
        return;
    if (line[0] == 'z') {
        h->dynamic[(*tags)++] = (Elf64_Dyn){ .d_tag = DT_FLAGS_1, .d_un.d_val = DF_1_NODEFLIB };
        return;
    }
    memcpy(h->strings + *used, word, length);
    if (line[0] == 'i')
        h->elf.segment = (Elf64_Phdr){ .p_type = PT_INTERP, .p_offset = offsetof(struct hostile, strings) + *used, .p_filesz = length + 1 };
    else
        h->dynamic[(*tags)++] = (Elf64_Dyn){ .d_tag = tag, .d_un.d_val = *used };
    *used += length + 1;
}

static void put_library(const struct root *root, const char *path, const char *part, size_t n)
{
    static struct hostile h;
    size_t tags = 0, used = 1;

    if (n == 0 || (n >= SELFMAG && memcmp(part, ELFMAG, SELFMAG) == 0)) {
        tree_put(root, path, part, n);
        return;
    }
    memset(&h, 0, sizeof h);
    small_elf_make(&h.elf);
    for (size_t at = 0; at < n;) {
        size_t length = strcspn(part + at, "\n");

        add_line(&h, &tags, &used, part + at, length);
        at += length + 1;
    }
    h.elf.sections[IN_DYNAMIC].sh_offset = offsetof(struct hostile, dynamic);
    h.elf.sections[IN_DYNAMIC].sh_size = sizeof h.dynamic;
    h.elf.sections[IN_STRINGS].sh_offset = offsetof(struct hostile, strings);
    h.elf.sections[IN_STRINGS].sh_size = sizeof h.strings;
    tree_put(root, path, &h, sizeof h);
}

static const struct root *the_root(void)
{
    static struct root root = { .fd = -1 };

    if (root.fd >= 0)
        return &root;
    tree_open(&root);
    for (size_t i = 0; i < COUNT_OF(libraries); i++)
        tree_make_folders(&root, libraries[i]);
    for (size_t i = 0; i < COUNT_OF(files); i++)
        tree_make_folders(&root, files[i]);
    if (symlinkat("/a/b", root.fd, "a/link") != 0 || symlinkat("libx.so", root.fd, "a/b/link.so") != 0 || symlinkat("circle", root.fd, "a/circle") != 0)
        __builtin_trap();
    return &root;
}

static void must_be_whole(const struct root *root, const struct loading *l, struct arena *a)
{
    if (l->name == NULL || l->asked_by == NULL || l->depth == 0 || (l->by == FOUND_NOT) != (l->path == NULL) || loading_why(a, l)[0] == '\0'
        || (l->path != NULL && l->path[0] != '/'))
        __builtin_trap();
    if (l->path != NULL && strchr(l->path, ' ') == NULL && !root_exists(root, l->path))
        __builtin_trap();
    must_be_clean(l->name);
    must_be_clean(loading_why(a, l));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char *const names[] = { "LD_LIBRARY_PATH=", "LD_PRELOAD=" };
    const char *vars[COUNT_OF(names) + 1] = { "PWD=/cur" };
    struct environment env = { vars, COUNT_OF(vars) };
    const struct root *root = the_root();
    struct arena arena = { NULL };
    struct loading *out;
    struct err e;
    size_t found, length;

    for (size_t i = 0; i < COUNT_OF(libraries); i++) {
        char *part = next_part(&bytes, &n, &length);

        put_library(root, libraries[i], part, length);
        free(part);
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char *part = next_part(&bytes, &n, &length);
        struct text var = { .arena = &arena };

        text_add(&var, "%s%s", names[i], part);
        vars[i + 1] = var.s;
        free(part);
    }
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char *part = next_part(&bytes, &n, &length);

        tree_put(root, files[i], part, length);
        free(part);
    }
    if (loader_search(&out, &found, &arena, root, &env, libraries[0], &e))
        for (size_t i = 0; i < found; i++)
            must_be_whole(root, &out[i], &arena);
    arena_free(&arena);
    return 0;
}
