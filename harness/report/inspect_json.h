/* inspect_json.h - `gpuvet inspect --json`; results/inspect.schema.json describes it. */
#ifndef REPORT_INSPECT_JSON_H
#define REPORT_INSPECT_JSON_H

#include <stdio.h>

#include "base/err.h"
#include "model/inspected.h"

bool inspect_json(FILE *f, const struct inspection *all, struct err *e) MUST_USE;

#endif
