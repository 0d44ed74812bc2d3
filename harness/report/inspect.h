/* inspect.h - `gpuvet inspect` for a person. */
#ifndef REPORT_INSPECT_H
#define REPORT_INSPECT_H

#include <stdio.h>

#include "model/inspected.h"
#include "report/terminal.h"

/* What is wrong first; then a few lines for each file, or one where they are many. */
void inspect_write(FILE *f, const struct inspection *all, const struct terminal *t);

#endif
