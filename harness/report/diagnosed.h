/* diagnosed.h - the doctor's answer, for a terminal. */
#ifndef REPORT_DIAGNOSED_H
#define REPORT_DIAGNOSED_H

#include <stdio.h>

#include "model/diagnosis.h"

/* Each cause with its evidence and what mends it; then what follows from it; then what nobody can explain. */
void diagnosed_write(FILE *f, const struct diagnoses *d, const struct report *r, const char *closing);

/* The same as one JSON document: results/doctor.schema.json. */
bool diagnosed_json(FILE *f, const struct diagnoses *d, const struct report *r, const char *closing, struct err *e) MUST_USE;

/* One ailment, for gpuvet explain; all of them with a line each where it is NULL. */
void ailment_write(FILE *f, const struct ailment *one);

#endif
