/* health.h - what a saved run still says: a line, or a few. */
#ifndef REPORT_HEALTH_H
#define REPORT_HEALTH_H

#include <stdio.h>

#include "model/health.h"

/* The line, then which run it was, and each trial that is not well. `r` is NULL where no run could be read. */
void health_write(FILE *f, const struct health *h, const struct report *r, const char *path);

#endif
