/* unproved.h - what a judged run did not prove, and why: the end of every report. */
#ifndef MODEL_UNPROVED_H
#define MODEL_UNPROVED_H

#include "base/arena.h"
#include "model/report.h"

/* A pure function of the judged run and of the probes that there are (NULL ends
 * them), grouped by reason: what a whole GPU or stack misses comes first, what
 * was only not asked for last. Sets r->unproved. */
void unproved_list(struct report *r, const struct probe *const *probes, struct arena *a);

/* False of a self-test and of a measurement: they set out to prove nothing else, so that their empty list says nothing. */
bool unproved_is_asked(const struct report *r);

#endif
