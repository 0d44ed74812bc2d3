/* plan_writer.h - `--plan`: what would run, and why the rest would not. */
#ifndef REPORT_PLAN_WRITER_H
#define REPORT_PLAN_WRITER_H

#include <stdio.h>

#include "model/plan.h"

void plan_write(FILE *f, const struct plan *p);

/* How long so many rounds of it take at most; timed: of which only as many are run as fit into the level's time. */
void plan_write_duration(FILE *f, const struct plan *p, unsigned rounds, bool timed, enum level level);

#endif
