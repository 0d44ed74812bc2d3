#include "discover/tool_release.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { PIECE = 1 << 20, OVERLAP = 128 };

/* "12.8" behind "Cuda compilation tools, release " among the bytes; NULL: not there. */
static const char *release_in(struct arena *a, const char *bytes, size_t n)
{
    static const char before[] = "Cuda compilation tools, release ";
    const char *end = bytes + n;

    for (const char *at = bytes; (at = memmem(at, (size_t)(end - at), before, sizeof before - 1)) != NULL;) {
        size_t length;

        at += sizeof before - 1;
        length = strspn(at, "0123456789.");         /* behind the bytes stands a NUL */
        if (length > 2)
            return arena_copy(a, at, length);
    }
    return NULL;
}

const char *tool_release(const struct root *root, struct arena *a, const char *path)
{
    const int fd = root_fd(root, path);
    char *piece = fd >= 0 ? arena_alloc(a, PIECE + 1) : NULL;
    const char *release = NULL;
    off_t offset = 0;
    ssize_t n;

    while (fd >= 0 && release == NULL && (n = pread(fd, piece, PIECE, offset)) > 0) {
        piece[n] = '\0';
        release = release_in(a, piece, (size_t)n);
        if (n < PIECE)
            break;
        offset += n - OVERLAP;
    }
    if (fd >= 0)
        close(fd);
    return release;
}
