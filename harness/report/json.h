/* json.h - the run as JSON; results/schema.json describes it. Numbers that are
 * not finite are null, bytes that are not UTF-8 are replaced.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <stdio.h>

#include "base/err.h"
#include "model/redact.h"
#include "model/report.h"

enum { JSON_FORMAT = 1 };               /* grows when a reader of old files would be misled */

bool json_report(FILE *f, const struct report *r, struct err *e) MUST_USE;
bool json_list(FILE *f, const struct report *r, struct err *e) MUST_USE;       /* machine, devices, stacks */
bool json_write(const char *path, const struct report *r, struct err *e) MUST_USE;      /* the run, whole or not at all */

/* The same without the names of people and machines: a support bundle. */
bool json_write_redacted(const char *path, const struct report *r, const struct redaction *names, struct err *e) MUST_USE;

/* For a journal, one line each: what the run is about, and a trial. */
bool json_head_line(FILE *f, const struct report *r) MUST_USE;
bool json_trial_line(FILE *f, const struct judged *j) MUST_USE;                /* one line */

#endif
