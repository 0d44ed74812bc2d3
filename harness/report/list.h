/* list.h - `gpuvet list`: devices, stacks and probes. */
#ifndef REPORT_LIST_H
#define REPORT_LIST_H

#include <stdio.h>

#include "model/report.h"

void list_write(FILE *f, const struct report *r);
void list_write_probes(FILE *f);

#endif
