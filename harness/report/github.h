/* github.h - the run for GitHub Actions: annotations and the step's summary. */
#ifndef REPORT_GITHUB_H
#define REPORT_GITHUB_H

#include <stdio.h>

#include "model/report.h"

/* Workflow commands, for the step's output: an error for each failure, unmet
 * requirement and broken trial, a warning for each warning, a notice with the
 * closing line. GitHub shows ten of a kind: more are nine and their number. */
void github_annotations(FILE *f, const struct report *r);

/* Between these two lines the runner takes nothing for a command. The terminal
 * report holds other people's words: a line of it may begin with "::" or hold
 * "##[" anywhere. The token must be one that nobody can guess, and no command's name. */
void github_stop_commands(FILE *f, const char *token);
void github_resume_commands(FILE *f, const char *token);

enum { GITHUB_SUMMARY_BYTES = 512 << 10 };      /* GitHub drops the summary of a step with more than 1 MiB, all of it */

/* Markdown, for the file that GITHUB_STEP_SUMMARY names: what is wrong, worst
 * first, each area, and what was not proven. Rows for which there is no room are counted. */
void github_summary(FILE *f, const struct report *r);

#endif
