/* shuffle.h - the order in which a round runs a plan: measurements at random, so that what one leaves behind, heat or a clock,
 * falls on another each time. Pure: the same seed gives the same order.
 */
#ifndef MODEL_SHUFFLE_H
#define MODEL_SHUFFLE_H

#include "model/plan.h"

/* Fills `order` with the places of all trials of the plan: first, as they stand, those that measure nothing or on which
 * others rest; then the measurements. */
void shuffle_plan(size_t *order, const struct plan *plan, uint64_t seed);

#endif
