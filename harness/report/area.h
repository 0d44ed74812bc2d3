/* area.h - the parts a run is told in: the driver, each GPU, each stack, each
 * stack on each GPU. An area is known by the first trial of it.
 */
#ifndef REPORT_AREA_H
#define REPORT_AREA_H

#include "base/arena.h"
#include "model/report.h"

bool area_is_same(const struct judged *x, const struct judged *y);

/* No trial before the i-th is of its area. */
bool area_is_first(const struct report *r, size_t i);

/* "driver", "gpu0", "toolkit-13.0", "toolkit-13.0 on gpu0"; "GPU" for what any GPU would be asked, where there is none. */
const char *area_name(const struct judged *j, struct arena *a);

/* Of the trials of the i-th one's area. */
struct tally area_tally(const struct report *r, size_t i);

#endif
