/* expect.h - what --expect asks for, and whether the tables know it; what they say of a saved run's figures. */
#ifndef VERBS_EXPECT_H
#define VERBS_EXPECT_H

#include "model/expected.h"
#include "model/report.h"
#include "model/require.h"
#include "options.h"

/* Fills want and adds its demand to the order sheet; want->text is NULL where nothing is asked for. */
bool expect_read(struct want *want, struct require *q, struct arena *a, const struct options *o, const struct expected *x, struct err *e) MUST_USE;

/* Judges what saved trials measured against the tables of --data or this program's, which may be newer than the run. */
bool expect_figures(struct judged *trials, size_t n, struct arena *a, const struct options *o, struct err *e) MUST_USE;

#endif
