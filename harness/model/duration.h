/* duration.h - how long a round of measurements takes at most, by what its probes declare. Pure. */
#ifndef MODEL_DURATION_H
#define MODEL_DURATION_H

#include "model/plan.h"
#include "model/steady.h"

struct duration {
    double gpu_s;           /* of the GPU that is busy for longest */
    double all_s;           /* of the machine: what takes all GPUs, or wants to be alone, adds up; the rest runs side by side */
};

/* One trial in a child that is there already, in ms. */
double trial_duration_ms(const struct probe *p, enum level level);

/* One round of the plan. */
struct duration plan_duration(const struct plan *p, enum level level);

/* How long all rounds of a plan may take, for each of its GPUs as much. */
double level_allows_s(enum level level);
double plan_may_take_s(const struct plan *p, enum level level);

/* Whether one more round fits in, after so many of which the longest took so long. Two are had in any case: fewer tell no difference. */
enum { ROUNDS_LEAST = 2 };
bool duration_allows_round(double allowed_s, double took_s, double longest_s, unsigned rounds);

#endif
