/* judge.h - the only place that decides. Pure: a saved run is judged again
 * elsewhere, without a GPU.
 */
#ifndef MODEL_JUDGE_H
#define MODEL_JUDGE_H

#include "model/report.h"
#include "model/require.h"

/* Fills verdict, why, act and warns from trial and outcome. */
void judge_trial(struct judged *j, const struct machine *m, struct arena *a);

/* Of what was observed, the first thing that a bound does not hold of, as the sentence
 * that a trial would fail with; NULL if there is none. What was not observed is not missed. */
const char *judge_broken_bound(const struct expect *expects, const struct outcome *o, const struct machine *m, struct arena *a);

/* What settling and the witness may find after any trial. */
extern const struct expect judge_after_any_trial[];

/* A trial that passed by itself, and failed beside others like it. */
void judge_failed(struct judged *j, const char *why);

/* ... and what it says cannot be. */
void judge_broken(struct judged *j, const char *why);

/* What it measured against what a healthy GPU comes to: a trial that passed may fail by it. */
void judge_figure(struct judged *j, struct arena *a);

/* ... and against what the others like its GPU in the machine do. `trials` are the report's own. */
void judge_beside(struct judged *trials, const struct report *r, struct arena *a);

/* Fills requires, exit_code and closing, from everything else in the report. */
void judge_report(struct report *r, const struct require *require, bool strict, struct arena *a);

/* ... and then from its comparison, if there is one: what failed before that stays. */
void judge_comparison(struct report *r, struct arena *a);

#endif
