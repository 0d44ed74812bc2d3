#include "report/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

bool whole_file_is_special(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

/* A pipe that nobody reads is an error, and never waited for. */
static FILE *open_special(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK), flags = fd >= 0 ? fcntl(fd, F_GETFL) : -1;

    if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0)
        return NULL;
    return fdopen(fd, "w");
}

bool whole_file_begin(struct whole_file *w, const char *path, const char *suffix, struct err *e)
{
    char *real = realpath(path, NULL);

    *w = (struct whole_file){ .direct = whole_file_is_special(path) };
    if (!text_format(w->path, sizeof w->path, "%s", real != NULL ? real : path) || !text_format(w->part, sizeof w->part, "%s%s", w->path, suffix)) {
        free(real);
        return err_set(e, ERR_USAGE, "the path is too long: %s", path);
    }
    free(real);
    w->f = w->direct ? open_special(w->path) : fopen(w->part, "we");
    return w->f != NULL || err_sys(e, "cannot write %s", w->direct ? path : w->part);
}

/* stdio keeps the first write error, but not its errno. */
static bool is_written(const struct whole_file *w)
{
    errno = 0;
    if (fflush(w->f) == 0 && !ferror(w->f))
        return w->direct || fsync(fileno(w->f)) == 0;
    if (errno == 0)
        errno = EIO;
    return false;
}

bool whole_file_end(struct whole_file *w, bool written, struct err *e)
{
    bool ok = written && (is_written(w) || err_sys(e, "cannot write %s", w->part));

    if (fclose(w->f) != 0 && ok)
        ok = err_sys(e, "cannot write %s", w->part);
    w->f = NULL;
    if (w->direct)
        return ok;
    if (ok && rename(w->part, w->path) != 0)
        ok = err_sys(e, "cannot write %s", w->path);
    if (!ok)
        unlink(w->part);
    return ok;
}

bool whole_file_check(const char *path, struct err *e)
{
    struct whole_file w;

    if (!whole_file_begin(&w, path, ".new", e))
        return false;
    fclose(w.f);
    if (!w.direct)
        unlink(w.part);
    return true;
}

bool whole_file_write(const char *path, void (*write)(FILE *, const struct report *), const struct report *r, struct err *e)
{
    struct whole_file w;

    if (!whole_file_begin(&w, path, ".new", e))
        return false;
    write(w.f, r);
    return whole_file_end(&w, true, e);
}
