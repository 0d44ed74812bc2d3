#include "report/progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/safe.h"

enum {
    LOG_EVERY_MS = 10000,               /* a CI log stays readable */
    LONG_LOG_EVERY_MS = 60000,          /* of what goes on for hours, after its first minute */
    TELLING_MS = 5000,                  /* the first trials of a run are the quickest: they say little of the rest */
    PATIENCE_MS = 1000, DRAW_EVERY_MS = 200,
    SHOWN = 4096,
};

static int columns(void)
{
    struct winsize w;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 20 ? w.ws_col : 80;
}

/* Whether it is time to say something again. */
static bool is_due(const struct progress *p, int64_t tty_every_ms)
{
    return !p->quiet && clock_ms() - p->last_ms >= (p->tty ? tty_every_ms : LOG_EVERY_MS);
}

static void say(struct progress *p, const char *line)
{
    if (p->tty)
        fputs("\r\033[2K", stderr);
    safe_print(stderr, p->tty ? "%.*s" : "%.*s\n", p->tty ? columns() - 1 : SHOWN, line);
    fflush(stderr);
    p->drawn = p->tty;
    p->last_ms = clock_ms();
}

/* "0:12:30" */
static void add_time(struct text *t, double ms)
{
    const long seconds = (long)(ms / 1000);

    text_add(t, "%ld:%02ld:%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

double progress_left(double took_ms, size_t done, size_t all)
{
    return took_ms >= TELLING_MS && done > 0 && all > done ? took_ms * (double)(all - done) / (double)done : 0;
}

static void began(struct watcher *watcher, const struct trial *t, size_t done, size_t all)
{
    struct progress *p = (struct progress *)(void *)watcher;
    const double left = p->estimates ? progress_left((double)(clock_ms() - p->began_ms), done, all) : 0;
    struct arena passing = { NULL };
    struct text line = { .arena = &passing };

    if (!is_due(p, 0))
        return;
    text_add(&line, "%zu/%zu %s", done, all, t->id);
    if (left > 0) {
        text_add(&line, ", about ");
        add_time(&line, left);
        text_add(&line, " left");
    }
    say(p, line.s);
    arena_free(&passing);
}

static void working(struct watcher *watcher, const struct trial *t, size_t done, size_t all, uint64_t done_bytes, uint64_t all_bytes)
{
    struct progress *p = (struct progress *)(void *)watcher;
    char line[SHOWN];

    if (!is_due(p, DRAW_EVERY_MS))
        return;
    text_format(line, sizeof line, "%zu/%zu %.1f of %.1f GB %s", done, all, (double)done_bytes / 1e9, (double)all_bytes / 1e9, t->id);
    say(p, line);
}

/* One line of all that go on: how far they are, and what each GPU has shown. */
static void beat(struct watcher *watcher, const struct judged *j, const struct beat *b)
{
    struct progress *p = (struct progress *)(void *)watcher;
    struct arena passing = { NULL };
    struct text t = { .arena = &passing };
    size_t i = 0;

    while (i < p->n_long && p->long_ones[i].id != j->trial.id)
        i++;
    if (i == PROGRESS_LONG)
        return;
    p->n_long += i == p->n_long;
    p->long_ones[i].id = j->trial.id;
    p->long_ones[i].gpu = j->trial.device != NULL ? j->trial.device->index : 0;
    p->long_ones[i].beat = *b;
    if (!is_due(p, DRAW_EVERY_MS) || (!p->tty && p->n_long > 0 && clock_ms() - p->last_ms < LONG_LOG_EVERY_MS && b->at_ms > LONG_LOG_EVERY_MS))
        return;
    add_time(&t, b->at_ms);
    text_add(&t, " of ");
    add_time(&t, b->all_ms);
    for (size_t k = 0; k < p->n_long; k++)
        text_add(&t, "%s gpu%d %.0f products verified, %.0f wrong", k > 0 ? ";" : "", p->long_ones[k].gpu, p->long_ones[k].beat.results, p->long_ones[k].beat.faults);
    say(p, t.s);
    arena_free(&passing);
}

static void ended(struct watcher *watcher, const struct judged *j, size_t done, size_t all)
{
    (void)watcher;
    (void)j;
    (void)done;
    (void)all;
}

void progress_begin(struct progress *p, bool quiet)
{
    *p = (struct progress){ .watcher = { .began = began, .working = working, .beat = beat, .ended = ended }, .quiet = quiet, .tty = isatty(STDERR_FILENO), .last_ms = clock_ms(), .began_ms = clock_ms() };
}

void progress_end(struct progress *p)
{
    if (p->drawn)
        fputs("\r\033[2K", stderr);
    p->drawn = false;
}

static void came(struct byte_watcher *watcher, const char *what, uint64_t done, uint64_t all)
{
    struct byte_progress *p = (struct byte_progress *)(void *)watcher;
    const int64_t now = clock_ms();
    char line[SHOWN];

    if (!p->tty || now - p->began_ms < PATIENCE_MS || now - p->last_ms < DRAW_EVERY_MS)
        return;
    text_format(line, sizeof line, "unpacking %.0f of %.0f MiB: %s", (double)done / (1 << 20), (double)all / (1 << 20), what);
    fputs("\r\033[2K", stderr);
    safe_print(stderr, "%.*s", columns() - 1, line);
    fflush(stderr);
    p->drawn = true;
    p->last_ms = now;
}

void byte_progress_begin(struct byte_progress *p)
{
    *p = (struct byte_progress){ .watcher = { came }, .tty = isatty(STDERR_FILENO), .began_ms = clock_ms() };
}

void byte_progress_end(struct byte_progress *p)
{
    if (p->drawn)
        fputs("\r\033[2K", stderr);
    p->drawn = false;
}
