/* saved_trial.h - one trial of a saved run. */
#ifndef STORE_SAVED_TRIAL_H
#define STORE_SAVED_TRIAL_H

#include "model/report.h"
#include "store/door.h"

/* Device and stack are those of the report; one that it does not have is an error. before: the trial before it, or NULL. */
void saved_trial(struct judged *j, struct door *d, const struct value *o, const struct report *r, const struct judged *before);

#endif
