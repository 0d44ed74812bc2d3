/* health.h - what a saved run still says about the machine, some time later. Pure. */
#ifndef MODEL_HEALTH_H
#define MODEL_HEALTH_H

#include "base/arena.h"
#include "model/report.h"

enum { HEALTH_LINE = 80 };      /* bytes: node-problem-detector cuts there (max_output_length) */

struct health {
    int         exit_code;      /* 0, 1, 77 as the run; 3: nothing is known */
    bool        warns;
    const char *line;           /* the fact first, at most HEALTH_LINE bytes, no newline */
    const char *age;            /* "3 h", "unknown" */
};

/* What is known now, of the machine that asks. boot_id: /proc/sys/kernel/random/boot_id, NULL if it cannot be read. */
struct health_now { int64_t unix_s; const char *boot_id; unsigned max_age_s; };

/* There is no run that can be read. */
void health_unknown(struct health *h, const char *why, struct arena *a);

/* A failure stays one however old it is, until the next boot. */
void health_judge(struct health *h, const struct report *r, const struct health_now *now, struct arena *a);

#endif
