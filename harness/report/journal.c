#include "report/journal.h"

#include <unistd.h>

#include "base/text.h"
#include "report/json.h"
#include "report/whole_file.h"

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

bool journal_finish(struct journal *j, const struct report *r, struct err *e)
{
    struct whole_file whole;

    if (j->f == NULL)
        return true;
    fclose(j->f);
    j->f = NULL;
    if (!whole_file_begin(&whole, j->path, ".new", e) || !whole_file_end(&whole, json_report(whole.f, r, e), e))
        return err_in(e, "what was proved is in %s", j->part);
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
