/* out.h - standard output and standard error. The one place that names them;
 * a write that failed is found at the end and is an error (a full disk, a
 * closed pipe).
 */
#ifndef REPORT_OUT_H
#define REPORT_OUT_H

#include "base/err.h"
#include "model/comparison.h"
#include "model/diagnosis.h"
#include "model/framework.h"
#include "model/health.h"
#include "model/inspected.h"
#include "model/matrix.h"
#include "model/plan.h"
#include "model/report.h"

/* One message on standard error, as "gpuvet: ...". */
void out_error(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Nothing could be done, and why: for Nagios a line on standard output, which is all that it reads. */
void out_refusal(bool nagios, const char *why);

/* What a command writes goes on to standard error as it is, where a person may watch it. */
bool out_is_watched(void);
void out_pass_on(const char *bytes, size_t n);

bool out_text(const char *text, struct err *e) MUST_USE;
bool out_json(const struct report *r, struct err *e) MUST_USE;
bool out_html(const struct report *r, struct err *e) MUST_USE;
bool out_markdown(const struct report *r, struct err *e) MUST_USE;
bool out_nagios(const struct report *r, struct err *e) MUST_USE;
bool out_file_check(const char *path, struct err *e) MUST_USE;          /* whether it can be written, without a change to it */
bool out_file_json(const char *path, const struct report *r, struct err *e) MUST_USE;
bool out_file_html(const char *path, const struct report *r, struct err *e) MUST_USE;
bool out_file_markdown(const char *path, const struct report *r, struct err *e) MUST_USE;
bool out_file_junit(const char *path, const struct report *r, struct err *e) MUST_USE;
bool out_file_metrics(const char *path, const struct report *r, struct err *e) MUST_USE;

/* Around the terminal report: nothing in it is a command to the runner. Then the
 * annotations, and the summary at the end of the file that GITHUB_STEP_SUMMARY names. */
bool out_github(const struct report *r, bool colour_always, bool colour_never, char *const *env, struct err *e) MUST_USE;

/* rounds: of measurements, whose time is told (report/plan_writer.h); 0: nothing is measured. */
bool out_plan(const struct plan *p, unsigned rounds, bool timed, enum level level, struct err *e) MUST_USE;
bool out_terminal(const struct report *r, bool colour_always, bool colour_never, char *const *env, struct err *e) MUST_USE;
bool out_list(const struct report *r, struct err *e) MUST_USE;
bool out_list_json(const struct report *r, struct err *e) MUST_USE;
bool out_as_require(const struct report *r, const struct plan *all, struct err *e) MUST_USE;
bool out_comparison(const struct comparison *c, const char *before, const char *after, struct err *e) MUST_USE;
bool out_diagnoses(const struct diagnoses *d, const struct report *r, const char *closing, bool json, struct err *e) MUST_USE;
bool out_ailment(const struct ailment *one, struct err *e) MUST_USE;
bool out_health(const struct health *h, const struct report *r, const char *path, bool oneline, bool nagios, struct err *e) MUST_USE;
bool out_inspection(const struct inspection *all, bool colour_always, bool colour_never, char *const *env, struct err *e) MUST_USE;
bool out_inspection_json(const struct inspection *all, struct err *e) MUST_USE;
enum matrix_form { MATRIX_PEOPLE, MATRIX_PEOPLE_BRIEF, MATRIX_MARKDOWN, MATRIX_JSON };

bool out_matrix(const struct matrix *m, enum matrix_form form, struct err *e) MUST_USE;
bool out_frameworks(const struct frameworks *f, enum matrix_form form, struct err *e) MUST_USE;
bool out_probes(struct err *e) MUST_USE;

#endif
