/* detail.h - what is told about one trial that is not well. */
#ifndef REPORT_DETAIL_H
#define REPORT_DETAIL_H

#include "base/arena.h"
#include "model/report.h"

/* The verdict's name, or "warn". */
const char *detail_word(const struct judged *j);

/* It failed, is broken, or passed with a warning. */
bool detail_is_due(const struct judged *j);

/* The command that runs this trial again, with what it rests on. The line that runs
 * its child alone, in a debugger say, is long: the saved run has it. NULL: it never ran. */
const char *detail_rerun(const struct report *r, const struct judged *j, struct arena *a);

/* The same finding, of the same probe and stack, was made on a GPU before: it is told once, with all their names. */
bool detail_is_told_before(const struct report *r, const struct judged *j);

/* The GPUs behind this one on which the same was found: "gpu1, gpu2"; "" if there are none. */
const char *detail_same_on(const struct report *r, const struct judged *j, struct arena *a);

enum { DETAIL_LINE = 300 };             /* bytes that are shown of a line */

/* Where the last four lines begin: those that matter. */
const char *detail_last_lines(const char *said);

#endif
