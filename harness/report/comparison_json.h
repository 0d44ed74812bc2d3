/* comparison_json.h - what a run came to beside an earlier one, in the run's own document. */
#ifndef REPORT_COMPARISON_JSON_H
#define REPORT_COMPARISON_JSON_H

#include <jansson.h>

#include "model/comparison.h"

/* baseline: the earlier run's file. */
json_t *json_of_comparison(const struct comparison *c, const char *baseline);

#endif
