/* terminal.h - the report a person reads. */
#ifndef REPORT_TERMINAL_H
#define REPORT_TERMINAL_H

#include <stdio.h>

#include "model/report.h"

struct terminal { bool colour; int width; };

/* A header, one line for each area, details where something is wrong, what was
 * not proven and why, and one closing line that starts with "gpuvet: ". */
void terminal_report(FILE *f, const struct report *r, const struct terminal *t);

#endif
