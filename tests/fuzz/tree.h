/* tree.h - a machine's files from one input: its parts, parted by 0xFF bytes,
 * become the files of a fixed list, in its order. The folder lies in memory
 * (/dev/shm) where there is such a thing, one for the whole process.
 */
#ifndef FUZZ_TREE_H
#define FUZZ_TREE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"

static inline void tree_make_folders(const struct root *root, const char *path)
{
    char dir[256];

    for (const char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        snprintf(dir, sizeof dir, "%.*s", (int)(at - path - 1), path + 1);
        mkdirat(root->fd, dir, 0755);
    }
}

static inline void tree_put(const struct root *root, const char *path, const void *bytes, size_t n)
{
    int fd = openat(root->fd, path + 1, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
        __builtin_trap();
    close(fd);
}

static inline void tree_open(struct root *root)
{
    static char dir[64];
    static struct arena arena;
    struct err e;

    snprintf(dir, sizeof dir, "%s/gpuvet-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(dir) == NULL || !root_open(root, &arena, dir, &e))
        __builtin_trap();
}

/* The folder, made at the first call, with every file of the list written anew. */
static inline const struct root *tree_of(const char *const *files, size_t n_files, const uint8_t *bytes, size_t n)
{
    static struct root root = { .fd = -1 };

    if (root.fd < 0) {
        tree_open(&root);
        for (size_t i = 0; i < n_files; i++)
            tree_make_folders(&root, files[i]);
    }
    for (size_t i = 0; i < n_files; i++) {
        const uint8_t *end = n > 0 ? memchr(bytes, 0xff, n) : NULL;
        size_t part = end != NULL ? (size_t)(end - bytes) : n;

        tree_put(&root, files[i], bytes, part);
        bytes += part + (end != NULL);
        n -= part + (end != NULL);
    }
    return &root;
}

/* What a door lets in as a name or a version holds no control byte. */
static inline void must_be_clean(const char *s)
{
    for (; s != NULL && *s != '\0'; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            __builtin_trap();
}

#endif
