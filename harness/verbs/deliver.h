/* deliver.h - a judged run to everybody who asked for it: standard output and files. */
#ifndef VERBS_DELIVER_H
#define VERBS_DELIVER_H

#include "base/err.h"
#include "model/report.h"
#include "options.h"
#include "report/journal.h"

/* Before hours of work: whether the files that were asked for can be written. */
bool outputs_check(const struct options *o, struct err *e) MUST_USE;

/* The exit code: the report's own, or 3 if something could not be written and
 * nothing worse was found. `journal` is finished; without one, -o is written whole. */
int deliver(const struct report *r, const struct options *o, char *const *env, struct journal *journal);

#endif
