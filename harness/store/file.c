#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(int fd, char **text, size_t *n, struct arena *a, size_t largest, struct err *e)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return err_sys(e, "cannot read");
    if (!S_ISREG(st.st_mode) || (size_t)st.st_size > largest)
        return err_set(e, ERR_LIMIT, "no regular file of at most %zu MiB", largest >> 20);
    *text = arena_alloc(a, (size_t)st.st_size + 1);
    *n = 0;
    while (*n < (size_t)st.st_size) {
        ssize_t got = read(fd, *text + *n, (size_t)st.st_size - *n);

        if (got == 0)
            break;
        if (got > 0)
            *n += (size_t)got;
        else if (errno != EINTR)
            return err_sys(e, "cannot read");
    }
    return true;
}

bool file_read(char **text, size_t *n, struct arena *a, const char *path, size_t largest, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool ok;

    if (fd < 0)
        return err_sys(e, "cannot read %s", path);
    ok = read_all(fd, text, n, a, largest, e);
    close(fd);
    return ok || err_in(e, "%s", path);
}
