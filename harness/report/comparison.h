/* comparison.h - two saved runs compared, for people. */
#ifndef REPORT_COMPARISON_H
#define REPORT_COMPARISON_H

#include <stdio.h>

#include "model/comparison.h"

/* The same within a report of the second run: without that line, which the report has of its own. */
void comparison_put(FILE *f, const struct comparison *c, const char *before, const char *after);

/* What differs around them first, then each measurement, then one closing line. */
void comparison_write(FILE *f, const struct comparison *c, const char *before, const char *after);

#endif
