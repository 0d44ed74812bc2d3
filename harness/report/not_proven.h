/* not_proven.h - what a run did not prove, in as few words as people read. */
#ifndef REPORT_NOT_PROVEN_H
#define REPORT_NOT_PROVEN_H

#include "base/arena.h"
#include "model/report.h"

/* As many reasons as a report for people ends with; documents have all. */
enum { NOT_PROVEN_LINES = 8 };

/* What that reason kept out: "a, b and 12 more". */
const char *not_proven_names(const struct unproved *u, struct arena *a);

#endif
