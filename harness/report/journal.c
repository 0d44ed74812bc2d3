#include "report/journal.h"

#include <unistd.h>

#include "base/text.h"
#include "report/json.h"

static void began(struct watcher *w, const struct trial *t, size_t done, size_t all)
{
    (void)w;
    (void)t;
    (void)done;
    (void)all;
}

static void ended(struct watcher *w, const struct judged *judged, size_t done, size_t all)
{
    struct journal *j = (struct journal *)(void *)w;

    (void)done;
    (void)all;
    if (j->f == NULL || j->failed)
        return;
    if (!json_trial_line(j->f, judged) || fflush(j->f) != 0 || fsync(fileno(j->f)) != 0)
        j->failed = !err_sys(&j->err, "cannot write %s", j->part);
}

bool journal_begin(struct journal *j, const char *path, struct err *e)
{
    *j = (struct journal){ .watcher = { began, ended }, .path = path };
    if (path == NULL)
        return true;
    if (!text_format(j->part, sizeof j->part, "%s.part", path))
        return err_set(e, ERR_USAGE, "-o: the path is too long");
    j->f = fopen(j->part, "we");
    return j->f != NULL || err_sys(e, "cannot write %s", j->part);
}

static bool write_whole(const char *path, const struct report *r, struct err *e)
{
    FILE *f = fopen(path, "we");
    bool ok;

    if (f == NULL)
        return err_sys(e, "cannot write %s", path);
    ok = json_report(f, r, e);
    if (ok && (fflush(f) != 0 || ferror(f) || fsync(fileno(f)) != 0))
        ok = err_sys(e, "cannot write %s", path);
    if (fclose(f) != 0 && ok)
        ok = err_sys(e, "cannot write %s", path);
    return ok;
}

bool journal_finish(struct journal *j, const struct report *r, struct err *e)
{
    char whole[sizeof j->part + 8];

    if (j->f == NULL)
        return true;
    fclose(j->f);
    j->f = NULL;
    text_format(whole, sizeof whole, "%s.new", j->path);
    if (!write_whole(whole, r, e) || (rename(whole, j->path) != 0 && !err_sys(e, "cannot write %s", j->path))) {
        unlink(whole);
        return err_in(e, "what was proved is in %s", j->part);
    }
    unlink(j->part);
    return true;
}

void journal_abandon(struct journal *j)
{
    if (j->f == NULL)
        return;
    fclose(j->f);
    j->f = NULL;
    unlink(j->part);
}
