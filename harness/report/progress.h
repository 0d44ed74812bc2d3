/* progress.h - what a person sees while a run goes on: on standard error only. */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include "model/watcher.h"

struct progress {
    struct watcher watcher;     /* first */
    bool           quiet, tty, drawn;
    int64_t        last_ms;     /* when something was last said */
};

void progress_begin(struct progress *p, bool quiet);
void progress_end(struct progress *p);

#endif
