/* as_require.h - a machine as an order sheet that `run --require` takes. */
#ifndef REPORT_AS_REQUIRE_H
#define REPORT_AS_REQUIRE_H

#include <stdio.h>

#include "model/report.h"

/* `r` has the machine, its devices with their facts, and its stacks; `all` is every trial that a run would plan. */
void as_require_write(FILE *f, const struct report *r, const struct plan *all);

#endif
