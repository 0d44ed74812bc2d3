/* second_opinion.h - what is asked twice, by two ways, and answered differently: the reason says so. Pure. */
#ifndef MODEL_SECOND_OPINION_H
#define MODEL_SECOND_OPINION_H

#include "base/arena.h"
#include "model/report.h"

/* For each trial whose probe .seconds another, beside that one's trial on the same device and stack: where one passed and the
 * other failed, the failure's reason begins or ends with what the other way showed. No verdict changes. `trials` are the report's own. */
void second_opinions(struct judged *trials, const struct report *r, struct arena *a);

#endif
