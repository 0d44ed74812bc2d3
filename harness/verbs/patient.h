/* patient.h - what the doctor is asked about: an error, a command that fails, a running process. */
#ifndef VERBS_PATIENT_H
#define VERBS_PATIENT_H

#include "model/complaint.h"
#include "verbs/session.h"

struct patient {
    struct complaint complaint;
    bool             complains;
    const char      *process;           /* --pid */
    const char      *folder;            /* where the command is given; NULL: there is none */
    bool             interrupted;       /* by the user, while the command ran */
};

/* Reads the error, or runs the command. */
bool patient_read(struct patient *s, const struct options *o, struct arena *a, struct err *e) MUST_USE;

/* Whether that process is there and may be looked at; NULL is. */
bool patient_check_process(const struct root *root, struct arena *a, const char *pid, struct err *e) MUST_USE;

/* The stack of the Python that is asked about becomes the session's only one, where there is such a Python. */
void patient_narrow(struct session *s);

#endif
