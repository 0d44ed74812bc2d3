/* comparison.h - two saved runs, measurement by measurement. Pure. */
#ifndef MODEL_COMPARISON_H
#define MODEL_COMPARISON_H

#include "base/arena.h"
#include "base/err.h"
#include "model/difference.h"
#include "model/report.h"

/* One measurement that both runs have. */
struct pair { const char *id; struct compared c; double before, after; };

/* What is not the same of machine, program and GPUs: of such things a difference may come. */
struct circumstance { const char *what, *before, *after; };

struct comparison {
    const struct pair         *pairs;    size_t n_pairs;
    const struct circumstance *changed;  size_t n_changed;
    const char *const         *missing;  size_t n_missing;      /* measurements that only the first run has */
    size_t                     count[4];                        /* of pairs, by enum difference */
};

/* Of a saved run only what another one set out to measure: it may be of fewer probes, or, with `some_devices`, of fewer GPUs. */
struct report comparison_as_asked(const struct report *saved, const struct report *now, bool some_devices, struct arena *a);

/* False, and why, if no run can be compared with that one. */
bool comparison_can_begin(const struct report *before, struct err *e) MUST_USE;

void comparison_make(struct comparison *c, const struct report *before, const struct report *after, struct arena *a);

/* 1 if anything is slower or is missing, 3 if nothing is and something cannot be told or there is nothing to compare, else 0. */
int comparison_exit_code(const struct comparison *c);

/* "12 measurements: 1 slower, 1 missing, 10 the same": what is not there is not told. */
const char *comparison_tally(const struct comparison *c, struct arena *a);

#endif
