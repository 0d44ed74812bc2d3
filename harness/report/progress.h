/* progress.h - what a person sees while a run goes on: on standard error only. */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include "model/byte_watcher.h"
#include "model/watcher.h"

enum { PROGRESS_LONG = 64 };    /* trials that go on for long at once: one a GPU */

struct progress {
    struct watcher watcher;     /* first */
    bool           quiet, tty, drawn;
    bool           estimates;   /* its trials take about as long each, round by round: the time that is left is told */
    int64_t        began_ms;
    int64_t        last_ms;     /* when something was last said */
    struct { const char *id; int gpu; struct beat beat; } long_ones[PROGRESS_LONG];
    size_t         n_long;
};

void progress_begin(struct progress *p, bool quiet);
void progress_end(struct progress *p);

/* How long the rest takes, if it goes on as it did: ms; 0 where too little is done to say. */
double progress_left(double took_ms, size_t done, size_t all);

/* The same of unpacking: on a terminal, and only once it takes longer than a second. */
struct byte_progress {
    struct byte_watcher watcher;        /* first */
    bool                tty, drawn;
    int64_t             began_ms, last_ms;
};

void byte_progress_begin(struct byte_progress *p);
void byte_progress_end(struct byte_progress *p);

#endif
