/* matrix.h - which builds, and which releases of other frameworks, fit a
 * machine: for people, as Markdown, as JSON.
 */
#ifndef REPORT_MATRIX_H
#define REPORT_MATRIX_H

#include <stdio.h>

#include "base/err.h"
#include "model/framework.h"
#include "model/matrix.h"

/* brief: a line for each of the newest releases, and of the best; else a line for each build, with whole sentences. */
void matrix_write(FILE *f, const struct matrix *m, bool brief, int width);
void matrix_write_markdown(FILE *f, const struct matrix *m);
bool matrix_write_json(FILE *f, const struct matrix *m, struct err *e) MUST_USE;

void frameworks_write(FILE *f, const struct frameworks *x, int width);
void frameworks_write_markdown(FILE *f, const struct frameworks *x);
bool frameworks_write_json(FILE *f, const struct frameworks *x, struct err *e) MUST_USE;

/* ---- What the three forms share (matrix.c) ---- */

const char *answer_name(enum answer a);                     /* "yes", "no", "?" */

/* Why it does not run; or all that is worth reading although it does; "" for nothing. */
const char *fit_sentence(struct arena *a, const struct fit *fit);

/* "0.8.0 to 0.8.5" */
const char *framework_versions(struct arena *a, const struct framework_release *r);

/* "PyTorch ==2.4.0, CUDA 12.1, cuDNN 9" */
const char *framework_needs(struct arena *a, const struct framework_release *r);

#endif
