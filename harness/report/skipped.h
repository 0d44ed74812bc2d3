/* skipped.h - what was not proven, each reason once. */
#ifndef REPORT_SKIPPED_H
#define REPORT_SKIPPED_H

#include "base/arena.h"
#include "model/report.h"

/* The i-th trial was skipped, and none before it for the same reason. */
bool skipped_is_first(const struct report *r, size_t i);

/* The trials that were skipped for the i-th one's reason: "a, b and 12 more". */
const char *skipped_names(const struct report *r, size_t i, struct arena *a);

#endif
