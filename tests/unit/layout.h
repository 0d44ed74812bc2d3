/* layout.h - a machine's files in a temporary folder: small libraries, texts,
 * links, a loader cache and an environment, and the stacks found among them. */
#ifndef TESTS_LAYOUT_H
#define TESTS_LAYOUT_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/text.h"
#include "discover/stacks.h"
#include "tests/unit/small_elf.h"

struct layout {
    struct arena       arena;
    struct root        root;
    char               dir[64];
    const char       **vars;    size_t n_vars;
    const char       **cached;  size_t n_cached;        /* for /etc/ld.so.cache, in its order */
    struct machine     machine;
    struct stack      *stacks;  size_t n_stacks;
};

static inline int layout_open(void **state)
{
    struct layout *l = calloc(1, sizeof *l);
    struct err e;

    if (l == NULL || !text_format(l->dir, sizeof l->dir, "/tmp/layout-XXXXXX") || mkdtemp(l->dir) == NULL
        || !root_open(&l->root, &l->arena, l->dir, &e))
        return -1;
    l->machine.arch = "x86_64";
    *state = l;
    return 0;
}

static inline int layout_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline int layout_close(void **state)
{
    struct layout *l = *state;

    nftw(l->dir, layout_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    close(l->root.fd);
    arena_free(&l->arena);
    free(l);
    return 0;
}

/* Where that path of the layout lies outside; the folders above it are made. */
static inline const char *layout_path(struct layout *l, const char *path)
{
    char *outer = text_join(&l->arena, l->dir, path);

    for (char *at = outer + strlen(l->dir) + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        mkdir(outer, 0755);
        *at = '/';
    }
    return outer;
}

static inline void put_bytes(struct layout *l, const char *path, const void *bytes, size_t n)
{
    int fd = open(layout_path(l, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
    close(fd);
}

static inline void put_text(struct layout *l, const char *path, const char *text)
{
    put_bytes(l, path, text, strlen(text));
}

static inline void put_link(struct layout *l, const char *path, const char *target)
{
    assert_int_equal(symlink(target, layout_path(l, path)), 0);
}

static inline void put_folder(struct layout *l, const char *path)
{
    layout_path(l, text_make(&l->arena, "%s/x", path));
}

static inline void put_variable(struct layout *l, const char *var)
{
    *ARENA_PUSH(&l->arena, l->vars, l->n_vars) = var;
}

/* A shared library that needs the given ones ("a.so b.so", at most four). */
static inline void put_library_needing(struct layout *l, const char *path, const char *needed)
{
    struct small_elf elf;
    char *words = arena_text(&l->arena, needed), *word;
    size_t n = 0;

    small_elf_make(&elf);
    memset(elf.strings, 0, sizeof elf.strings);
    elf.sections[IN_VERSIONS].sh_type = SHT_NULL;
    while ((word = strtok_r(words, " ", &words)) != NULL && n < DYN_END)
        elf.dynamic[n++] = (Elf64_Dyn){ .d_tag = DT_NEEDED, .d_un.d_val = small_string(elf.strings, sizeof elf.strings, word) };
    elf.dynamic[n] = (Elf64_Dyn){ .d_tag = DT_NULL };
    put_bytes(l, path, &elf, sizeof elf);
}

static inline void put_library(struct layout *l, const char *path)
{
    put_library_needing(l, path, "libc.so.6");
}

/* A library and the link of its soname beside it. */
static inline void put_versioned(struct layout *l, const char *path, const char *soname)
{
    put_library(l, path);
    put_link(l, text_join(&l->arena, text_dir_name(&l->arena, path), soname), text_base_name(path));
}

static inline void put_in_cache(struct layout *l, const char *path)
{
    *ARENA_PUSH(&l->arena, l->cached, l->n_cached) = path;
}

static inline void write_cache(struct layout *l)
{
    struct text t = { .arena = &l->arena }, strings = { .arena = &l->arena };
    uint32_t head[7] = { (uint32_t)l->n_cached, 0, 0, 0, 0, 0, 0 };

    text_put(&t, "glibc-ld.so.cache1.1", 20);
    text_put(&t, (const char *)head, sizeof head);
    text_put(&strings, "", 0);
    for (size_t i = 0; i < l->n_cached; i++) {
        const char *path = l->cached[i], *soname = text_base_name(path);
        uint32_t at = (uint32_t)(48 + l->n_cached * 24 + strings.n);
        uint32_t row[6] = { 0x0303, at, at + (uint32_t)strlen(soname) + 1, 0, 0, 0 };

        text_put(&t, (const char *)row, sizeof row);
        text_put(&strings, soname, strlen(soname) + 1);
        text_put(&strings, path, strlen(path) + 1);
    }
    text_put(&t, strings.s, strings.n);
    put_bytes(l, "/etc/ld.so.cache", t.s, t.n);
}

/* Everything there is to find; `asked` is a --stack folder, or NULL. */
static inline void find_all(struct layout *l, const char *asked)
{
    struct environment env = { l->vars, l->n_vars };

    if (l->n_cached > 0)
        write_cache(l);
    l->n_stacks = stacks_find(&l->stacks, &l->arena, &l->root, &env, &l->machine, &asked, asked != NULL);
}

static inline const struct stack *stack_named(const struct layout *l, const char *name)
{
    for (size_t i = 0; i < l->n_stacks; i++)
        if (text_is(l->stacks[i].name, name))
            return &l->stacks[i];
    for (size_t i = 0; i < l->n_stacks; i++)
        print_error("found: %s\n", l->stacks[i].name);
    fail_msg("no stack %s", name);
    return NULL;
}

static inline const struct member *member_named(const struct stack *s, const char *family)
{
    const struct member *m = stack_member(s, family);

    if (m == NULL)
        fail_msg("%s has no member %s", s->name, family);
    return m;
}

/* "always local /a/liba.so", with the layout's own folder taken off. */
static inline const char *entry_text(struct layout *l, const struct entry *e)
{
    static const char *const when[] = { "always", "deps", "if-failed", "if-opened" };
    const char *file = text_starts(e->file, l->dir) ? e->file + strlen(l->dir) : e->file;

    return text_make(&l->arena, "%s %s %s%s%s", when[e->when], e->global ? "global" : "local", file,
                     e->if_mapped != NULL ? " if " : "", e->if_mapped != NULL ? e->if_mapped : "");
}

static inline void assert_entries(struct layout *l, const struct stack *s, const char *const *lines, size_t n)
{
    for (size_t i = 0; i < n && i < s->n_entries; i++)
        assert_string_equal(entry_text(l, &s->entries[i]), lines[i]);
    assert_int_equal(s->n_entries, n);
}

#define ASSERT_ENTRIES(l, s, ...) \
    assert_entries((l), (s), (const char *const[]){ __VA_ARGS__ }, COUNT_OF(((const char *const[]){ __VA_ARGS__ })))

#endif
