/* journal.h - `-o FILE`: FILE.part grows by one line of JSON for each outcome,
 * so that what was proved is on disk if we are killed; at the end the whole
 * document takes FILE's place in one rename.
 */
#ifndef REPORT_JOURNAL_H
#define REPORT_JOURNAL_H

#include <stdio.h>

#include "base/err.h"
#include "model/watcher.h"

enum { JOURNAL_LONG = 64 };     /* trials that say in between what they have seen: one a GPU */

struct journal {
    struct watcher watcher;     /* first */
    const char    *path;        /* NULL: nothing is saved */
    char           part[4096];
    FILE          *f;           /* NULL: a device or a pipe has no part */
    struct { const char *trial; double at_ms, faults; } lines[JOURNAL_LONG];     /* the last one of each of them */
    size_t         n_lines;
    bool           failed;      /* a write did: it was said, and nothing more is written */
};

bool journal_begin(struct journal *j, const char *path, struct err *e) MUST_USE;

/* What the run is about, once that is known: machine, devices, stacks, command, what is required. */
void journal_head(struct journal *j, const struct report *r);

/* Writes FILE whole, or leaves FILE.part and says why. */
bool journal_finish(struct journal *j, const struct report *r, struct err *e) MUST_USE;

/* There is no run to save: takes FILE.part away again. */
void journal_abandon(struct journal *j);

#endif
