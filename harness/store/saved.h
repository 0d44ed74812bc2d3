/* saved.h - reads what `-o FILE` wrote: the whole run, or the journal of one that
 * was killed. The door is strict: a field of the wrong kind is an error that
 * names it. Fields that this version does not know are left alone.
 */
#ifndef STORE_SAVED_H
#define STORE_SAVED_H

#include "base/arena.h"
#include "base/err.h"
#include "model/report.h"

/* The report lies in the arena. Probes are this program's where it has one of
 * that name; of others, name and claim are known. Of a journal (FILE.part)
 * there is what was known when the run died: closing is "", exit_code 3, and it counts as interrupted. */
bool saved_read(struct report *r, struct arena *a, const char *path, struct err *e) MUST_USE;

/* The same from text. */
bool saved_parse(struct report *r, struct arena *a, const char *text, size_t n, struct err *e) MUST_USE;

#endif
