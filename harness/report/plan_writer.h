/* plan_writer.h - `--plan`: what would run, and why the rest would not. */
#ifndef REPORT_PLAN_WRITER_H
#define REPORT_PLAN_WRITER_H

#include <stdio.h>

#include "model/plan.h"

void plan_write(FILE *f, const struct plan *p);

#endif
