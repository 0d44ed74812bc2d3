/* evidence.h - which driver and which stack it was: the versions behind their names. */
#ifndef REPORT_EVIDENCE_H
#define REPORT_EVIDENCE_H

#include "model/report.h"

/* The parts of a stack whose versions are shown; ends with NULL. */
extern const char *const evidence_shown[];

/* As the stack states it, else its library's package; NULL if nothing says. */
const char *evidence_version(const struct stack *s, const char *what);

#endif
