/* junit.h - the run as JUnit XML, for the test views of CI systems. There is no
 * standard: this is what both Ant's schema and Jenkins' accept, and
 * results/junit.xsd states. One suite for each area, one for what was required, and one
 * for the run as a whole.
 */
#ifndef REPORT_JUNIT_H
#define REPORT_JUNIT_H

#include <stdio.h>

#include "model/report.h"

void junit_write(FILE *f, const struct report *r);

#endif
