#include "report/progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/safe.h"

enum {
    LOG_EVERY_MS = 10000,               /* a CI log stays readable */
    PATIENCE_MS = 1000, DRAW_EVERY_MS = 200,
    SHOWN = 512,
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

static void began(struct watcher *watcher, const struct trial *t, size_t done, size_t all)
{
    struct progress *p = (struct progress *)(void *)watcher;
    char line[SHOWN];

    if (!is_due(p, 0))
        return;
    text_format(line, sizeof line, "%zu/%zu %s", done, all, t->id);
    say(p, line);
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

static void ended(struct watcher *watcher, const struct judged *j, size_t done, size_t all)
{
    (void)watcher;
    (void)j;
    (void)done;
    (void)all;
}

void progress_begin(struct progress *p, bool quiet)
{
    *p = (struct progress){ .watcher = { .began = began, .working = working, .ended = ended }, .quiet = quiet, .tty = isatty(STDERR_FILENO), .last_ms = clock_ms() };
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
