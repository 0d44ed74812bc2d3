/* soaked.h - what a soak came to, for people: one line for each GPU. */
#ifndef REPORT_SOAKED_H
#define REPORT_SOAKED_H

#include <stdio.h>

#include "model/report.h"

/* Nothing if nothing was soaked. */
void soaked_write(FILE *f, const struct report *r, int width);

#endif
