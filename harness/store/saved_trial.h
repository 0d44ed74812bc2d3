/* saved_trial.h - one trial of a saved run. */
#ifndef STORE_SAVED_TRIAL_H
#define STORE_SAVED_TRIAL_H

#include "model/report.h"
#include "store/door.h"

/* Device and stack are looked up in the report. With `make_up`, those that it
 * does not have are made up (a journal has no list of them); without, that is an error. */
void saved_trial(struct judged *j, struct door *d, const json_t *o, const struct report *r, bool make_up);

#endif
