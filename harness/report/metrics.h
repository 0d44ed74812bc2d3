/* metrics.h - the run for Prometheus, in the text format that node_exporter's
 * textfile collector reads. Names, labels and help texts are a contract.
 */
#ifndef REPORT_METRICS_H
#define REPORT_METRICS_H

#include <stdio.h>

#include "model/report.h"

void metrics_write(FILE *f, const struct report *r);

#endif
