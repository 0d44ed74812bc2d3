/* matrix.h - which builds fit a machine: for people, as Markdown, as JSON. */
#ifndef REPORT_MATRIX_H
#define REPORT_MATRIX_H

#include <stdio.h>

#include "base/err.h"
#include "model/matrix.h"

/* brief: the newest releases alone, and that of the best. */
void matrix_write(FILE *f, const struct matrix *m, bool brief, int width);
void matrix_write_markdown(FILE *f, const struct matrix *m);
bool matrix_write_json(FILE *f, const struct matrix *m, struct err *e) MUST_USE;

#endif
