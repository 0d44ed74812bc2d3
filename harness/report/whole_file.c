#include "report/whole_file.h"

#include <errno.h>
#include <unistd.h>

#include "base/text.h"

bool whole_file_begin(struct whole_file *w, const char *path, const char *suffix, struct err *e)
{
    w->path = path;
    if (!text_format(w->part, sizeof w->part, "%s%s", path, suffix))
        return err_set(e, ERR_USAGE, "the path is too long: %s", path);
    w->f = fopen(w->part, "we");
    return w->f != NULL || err_sys(e, "cannot write %s", w->part);
}

/* stdio keeps the first write error, but not its errno. */
static bool is_on_disk(FILE *f)
{
    errno = 0;
    if (fflush(f) == 0 && !ferror(f))
        return fsync(fileno(f)) == 0;
    if (errno == 0)
        errno = EIO;
    return false;
}

bool whole_file_end(struct whole_file *w, bool written, struct err *e)
{
    bool ok = written && (is_on_disk(w->f) || err_sys(e, "cannot write %s", w->part));

    if (fclose(w->f) != 0 && ok)
        ok = err_sys(e, "cannot write %s", w->part);
    w->f = NULL;
    if (ok && rename(w->part, w->path) != 0)
        ok = err_sys(e, "cannot write %s", w->path);
    if (!ok)
        unlink(w->part);
    return ok;
}

bool whole_file_write(const char *path, void (*write)(FILE *, const struct report *), const struct report *r, struct err *e)
{
    struct whole_file w;

    if (!whole_file_begin(&w, path, ".part", e))
        return false;
    write(w.f, r);
    return whole_file_end(&w, true, e);
}
