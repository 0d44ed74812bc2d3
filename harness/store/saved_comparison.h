/* saved_comparison.h - what a saved run came to beside an earlier one. */
#ifndef STORE_SAVED_COMPARISON_H
#define STORE_SAVED_COMPARISON_H

#include "model/report.h"
#include "store/door.h"

/* As it was decided: the earlier run's rounds are not in the document. */
void saved_comparison(struct report *r, struct door *d, const struct value *comparison);

#endif
