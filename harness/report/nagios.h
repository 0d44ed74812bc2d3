/* nagios.h - the run as a monitoring plugin says it: Nagios, Icinga and their kin. */
#ifndef REPORT_NAGIOS_H
#define REPORT_NAGIOS_H

#include <stdio.h>

#include "model/report.h"

/* 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN; exit_code: of `run`; warns: a trial passed with a finding. */
int nagios_exit_code(int exit_code, bool warns);

/* "GPUVET OK - line", without an end. */
void nagios_line(FILE *f, int exit_code, bool warns, const char *line);

/* The state, the closing line and the counts in one line; then a line for each
 * trial that is not well and each requirement that is not met, the worst first. */
void nagios_write(FILE *f, const struct report *r);

#endif
