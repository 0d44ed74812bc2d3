/* Fuzzes the reader of /etc/ld.so.cache: the input is the cache. Build as
 * fuzz_elf.c says; this machine's own cache is a good seed. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "discover/loader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* One folder for the whole run; it stays behind in /tmp. */
static bool open_root(struct root *root)
{
    static char dir[] = "/tmp/fuzz-loader-XXXXXX";
    static struct arena arena;
    struct err e;

    return mkdtemp(dir) != NULL && root_open(root, &arena, dir, &e) && mkdirat(root->fd, "etc", 0755) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct root root = { .fd = -1 };
    struct arena arena = { NULL };
    static const char *const levels[] = { "x86-64-v4", "x86-64-v3", "x86-64-v2" };
    const char **paths, *path, *best;
    size_t found;
    int fd;

    if (root.fd < 0 && !open_root(&root))
        __builtin_trap();
    fd = openat(root.fd, "etc/ld.so.cache", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
        __builtin_trap();
    close(fd);
    path = loader_cache_find(&root, &arena, "libcuda.so.1", "x86_64");
    found = loader_cache_list(&root, &arena, "lib", "x86_64", &paths);
    best = loader_cache_best(loader_cache_open(&root, &arena), "libcuda.so.1", "x86_64", levels, 3);
    if ((best != NULL && best[0] != '/') || (path != NULL && path[0] != '/') || (found > 0 && paths[found - 1][0] != '/'))
        __builtin_trap();
    arena_free(&arena);
    return 0;
}
