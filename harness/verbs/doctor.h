/* doctor.h - a run as the doctor tells it. */
#ifndef VERBS_DOCTOR_H
#define VERBS_DOCTOR_H

#include "model/redact.h"
#include "model/report.h"
#include "options.h"

/* Says what is wrong, to standard output, keeps what was found out where --save asks for it (without `names`, unless --with-names
 * does), and gives the exit code. */
int doctor_tell(const struct report *r, const struct options *o, const struct redaction *names, struct arena *a);

struct patient;

/* A run of what the doctor needs (run.c); patient NULL: of this machine and this process. */
int run_about(const struct patient *patient, const struct options *o, char *const *env);

#endif
