#include "report/journal.h"

#include <unistd.h>

#include "base/text.h"
#include "report/json.h"
#include "report/out.h"
#include "report/whole_file.h"

static void began(struct watcher *w, const struct trial *t, size_t done, size_t all)
{
    (void)w;
    (void)t;
    (void)done;
    (void)all;
}

static void check(struct journal *j, bool written)
{
    struct err e;

    if (written && fflush(j->f) == 0 && fsync(fileno(j->f)) == 0)
        return;
    j->failed = !err_sys(&e, "cannot write %s", j->part);
    out_error("%s; the run goes on", e.text);
}

static void ended(struct watcher *w, const struct judged *judged, size_t done, size_t all)
{
    struct journal *j = (struct journal *)(void *)w;

    (void)done;
    (void)all;
    if (j->f != NULL && !j->failed)
        check(j, json_trial_line(j->f, judged));
}

/* How long what a trial says while it goes on may be missing from the disk, should we be killed: a minute, less in a
 * short soak; a day's lines are as many as those of any longer one. */
static double interval_ms(double all_ms)
{
    const double minute = 60000, part = all_ms / (all_ms > 1440 * minute ? 1440 : 60);

    return all_ms > 1440 * minute ? part : part > minute ? minute : part < 1000 ? 1000 : part;
}

static void beat(struct watcher *w, const struct judged *judged, const struct beat *b)
{
    struct journal *j = (struct journal *)(void *)w;
    size_t i = 0;

    while (i < j->n_lines && j->lines[i].trial != judged->trial.id)
        i++;
    if (i == JOURNAL_LONG || j->f == NULL || j->failed)
        return;
    if (i == j->n_lines)
        j->lines[j->n_lines++].trial = judged->trial.id;
    else if (b->at_ms - j->lines[i].at_ms < interval_ms(b->all_ms) && (b->faults > 0) == (j->lines[i].faults > 0))
        return;
    j->lines[i].at_ms = b->at_ms;
    j->lines[i].faults = b->faults;
    check(j, json_trial_line(j->f, judged));
}

bool journal_begin(struct journal *j, const char *path, struct err *e)
{
    *j = (struct journal){ .watcher = { .began = began, .beat = beat, .ended = ended }, .path = path };
    if (path == NULL || whole_file_is_special(path))
        return true;
    if (!text_format(j->part, sizeof j->part, "%s.part", path))
        return err_set(e, ERR_USAGE, "-o: the path is too long");
    j->f = fopen(j->part, "we");
    return j->f != NULL || err_sys(e, "cannot write %s", j->part);
}

void journal_head(struct journal *j, const struct report *r)
{
    if (j->f != NULL && !j->failed)
        check(j, json_head_line(j->f, r));
}

bool journal_finish(struct journal *j, const struct report *r, struct err *e)
{
    const bool grew = j->f != NULL;

    if (j->path == NULL)
        return true;
    if (grew)
        fclose(j->f);
    j->f = NULL;
    if (!json_write(j->path, r, e))
        return grew && !j->failed ? err_in(e, "what was proved is in %s", j->part) : false;
    if (grew)
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
