/* comparison.h - two saved runs compared, for people. */
#ifndef REPORT_COMPARISON_H
#define REPORT_COMPARISON_H

#include <stdio.h>

#include "model/comparison.h"

/* What differs around them first, then each measurement, then one closing line. */
void comparison_write(FILE *f, const struct comparison *c, const char *before, const char *after);

#endif
