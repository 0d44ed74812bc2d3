/* cuDNN and NCCL that were installed beside the toolkits, not into one. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "discover/loader.h"
#include "discover/toolkit.h"

/* The CUDA release that a Debian package is made for: "12" of libcudnn9-cuda-12,
 * else of a version like "2.21.5-1+cuda12.4"; 0 if neither says. */
static long cuda_of_package(const char *name, size_t length, const char *stanza, size_t n)
{
    const char *in_name = memmem(name, length, "-cuda-", strlen("-cuda-")), *line = stanza;

    if (in_name != NULL)
        return strtol(in_name + strlen("-cuda-"), NULL, 10);
    while (line < stanza + n) {
        size_t left = (size_t)(stanza + n - line);
        const char *end = memchr(line, '\n', left), *cuda;

        left = end != NULL ? (size_t)(end - line) : left;
        cuda = memmem(line, left, "+cuda", strlen("+cuda"));
        if (cuda != NULL && text_starts(line, "Version: "))
            return strtol(cuda + strlen("+cuda"), NULL, 10);
        line += left + 1;
    }
    return 0;
}

/* The majors of CUDA that installed packages of this name are made for, as bits.
 * 0: dpkg knows nothing, so any toolkit will do. */
static unsigned long cuda_majors(struct search *s, const char *package)
{
    const char *at = root_read(s->root, s->arena, "/var/lib/dpkg/status", NULL);
    unsigned long majors = 0;

    while (at != NULL && *at != '\0') {
        const char *end = strstr(at, "\n\n"), *name = at + strlen("Package: ");
        size_t n = end != NULL ? (size_t)(end - at) : strlen(at);

        if (text_starts(at, "Package: ") && text_starts(name, package)
            && memmem(at, n, "\nStatus: install ok installed", strlen("\nStatus: install ok installed")) != NULL) {
            long cuda = cuda_of_package(name, strcspn(name, "\n"), at, n);

            if (cuda > 0 && cuda < 64)
                majors |= 1ul << cuda;
        }
        at += n + strspn(at + n, "\n");
    }
    return majors;
}

static struct stack *newest_without(struct search *s, const char *family, unsigned long majors)
{
    struct stack *newest = NULL;

    for (size_t i = 0; i < s->found.n; i++) {
        struct stack *one = &s->found.items[i];
        const char *version = stack_version(one, "cuda");
        long major = version != NULL ? strtol(version, NULL, 10) : 0;

        if (one->kind != STACK_TOOLKIT || version == NULL || stack_member(one, family) != NULL)
            continue;
        if (majors != 0 && (major <= 0 || major >= 64 || (majors >> major & 1) == 0))
            continue;
        if (newest == NULL || text_compare_versions(version, stack_version(newest, "cuda")) > 0)
            newest = one;
    }
    return newest;
}

/* Several files of one soname are in the cache: the loader takes the first. */
static bool is_first_of_name(const char *const *paths, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (text_is(text_base_name(paths[k]), text_base_name(paths[i])))
            return false;
    return true;
}

static void adopt(struct search *s, const char *family, const char *starts, const char *package)
{
    const char **paths, **fit = NULL;
    size_t n = loader_cache_list(s->root, s->arena, starts, s->machine->arch, &paths), n_fit = 0;
    struct packages packages = { NULL, 0 };
    struct stack *stack;

    for (size_t i = 0; i < n; i++) {
        const char *real = root_resolve(s->root, s->arena, paths[i]);

        if (real != NULL && is_first_of_name(paths, i) && text_has(paths[i], ".so.") && !stack_has_any(s, real))
            *ARENA_PUSH(s->arena, fit, n_fit) = paths[i];
    }
    stack = n_fit > 0 ? newest_without(s, family, cuda_majors(s, package)) : NULL;
    if (stack == NULL)
        return;
    for (size_t i = 0; i < n_fit; i++)
        member_add(s, stack, fit[i]);
    toolkit_read_headers(&packages, s, "/usr/include");
    packages_version_members(&packages, s->arena, stack);
    toolkit_add_entries(s, stack);
}

void toolkits_adopt(struct search *s)
{
    adopt(s, "cudnn", "libcudnn", "libcudnn");
    adopt(s, "nccl", "libnccl.so.", "libnccl");
}
