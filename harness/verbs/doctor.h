/* doctor.h - a run as the doctor tells it. */
#ifndef VERBS_DOCTOR_H
#define VERBS_DOCTOR_H

#include "model/report.h"
#include "options.h"

/* Says what is wrong, to standard output, and gives the exit code. */
int doctor_tell(const struct report *r, const struct options *o, struct arena *a);

struct subject;

/* A run of what the doctor needs (run.c); subject NULL: of this machine and this process. */
int run_about(const struct subject *subject, const struct options *o, char *const *env);

#endif
