/* judge.h - the only place that decides. Pure: a saved run is judged again
 * elsewhere, without a GPU.
 */
#ifndef MODEL_JUDGE_H
#define MODEL_JUDGE_H

#include "model/report.h"

/* Fills verdict, why, act and warns from trial and outcome. */
void judge_trial(struct judged *j, const struct machine *m, struct arena *a);

/* What the user asks for beyond "nothing failed". */
struct require {
    bool gpu;                   /* at least one GPU */
    long gpus;                  /* exactly this many; 0: any number */
    bool stack;                 /* at least one stack */
    const char *const *probes;  size_t n_probes;        /* each must have passed at least once, and not been skipped */
};

/* Reads one `--require`: "gpu", "gpu=8", "stack", or a probe's name. */
bool require_parse(struct require *r, struct arena *a, const char *text, struct err *e) MUST_USE;

/* Fills requires, exit_code and closing, from everything else in the report. */
void judge_report(struct report *r, const struct require *require, bool strict, struct arena *a);

size_t gpus_answering(const struct report *r);

/* A GPU is proved when at least one trial that ran code on it passed and none failed. */
size_t gpus_proved(const struct report *r);

#endif
