/* watcher.h - who is told while a run goes on: the progress line, the journal. */
#ifndef MODEL_WATCHER_H
#define MODEL_WATCHER_H

#include "model/plan.h"
#include "model/report.h"

struct watcher {
    void (*began)(struct watcher *w, const struct trial *t, size_t done, size_t all);
    /* How far the trial is, in bytes; NULL: not of interest. */
    void (*working)(struct watcher *w, const struct trial *t, size_t done, size_t all, uint64_t done_bytes, uint64_t all_bytes);
    /* A trial goes on: judged as if it ended now. NULL: not of interest. Its texts do not outlive the call. */
    void (*beat)(struct watcher *w, const struct judged *j, const struct beat *b);
    void (*ended)(struct watcher *w, const struct judged *j, size_t done, size_t all);
};

#endif
