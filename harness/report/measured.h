/* measured.h - what was measured, for people: one line a figure, with a bar of its peak; what several GPUs measured side by side. */
#ifndef REPORT_MEASURED_H
#define REPORT_MEASURED_H

#include <stdio.h>

#include "model/report.h"

/* Nothing if nothing was. */
void measured_write(FILE *f, const struct report *r, int width);

#endif
