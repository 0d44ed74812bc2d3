/* selftest_table.h - which fault was caught by which of gpuvet's own detectors. */
#ifndef REPORT_SELFTEST_TABLE_H
#define REPORT_SELFTEST_TABLE_H

#include <stdio.h>

#include "model/report.h"

/* A table for the CPU and one for each GPU on which selftest.* ran; nothing if none did. */
void selftest_table(FILE *f, const struct report *r, int width);

#endif
