/* json_complaint.h - what the doctor was told, as JSON. */
#ifndef REPORT_JSON_COMPLAINT_H
#define REPORT_JSON_COMPLAINT_H

#include <jansson.h>

#include "model/complaint.h"

/* {"source", "lines", "command", "exit_code" | "signal" | "limit_s"} */
json_t *json_complaint(const struct complaint *c);

#endif
