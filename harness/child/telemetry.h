/* telemetry.h - what NVML says of the GPU while a long trial loads it (child only). */
#ifndef CHILD_TELEMETRY_H
#define CHILD_TELEMETRY_H

#include "child/child.h"

/* The course of a reading is kept in so many points at most, each the mean of as many samples: hours take no more than minutes. */
enum { COURSE_POINTS = 120 };

struct reading {
    double least, most, sum; size_t n;
    double points[COURSE_POINTS]; size_t n_points;
    double part; size_t n_part;         /* the point that is being gathered */
    size_t each;                        /* samples a point; 0 is 1 */
};

struct telemetry {
    struct reading power, temperature, sm_clock, memory_clock;      /* W, degrees C, MHz, MHz */
    size_t         samples;
    double         first_ms, last_ms;   /* when they were taken, by clock_ms_fine */
    size_t         slowed[4];           /* samples with each reason to slow down that is a finding */
    size_t         capped;              /* ... at the power limit, which is what full load is for */
    unsigned long long reasons;         /* all that were ever there */
    struct { double mj, ms; } energy_from, energy_to;   /* what the GPU has drawn since its driver was loaded, and when that was asked; 0: it does not count */
};

/* One sample of the current GPU; nothing where NVML cannot be asked about it. */
void telemetry_take(struct child *c, struct telemetry *t);

/* What it drew on average between the first sample and the last, by its counter of energy, in W. 0, with the reason, where it does not count,
 * or for less than 5 s: the counter goes on in steps, of which one would be seen. */
double telemetry_drawn(const struct telemetry *t, struct arena *a, const char **why);

/* The GPU counts its energy, and that is not worth telling yet. */
bool telemetry_wants_more(const struct telemetry *t);

/* One value more. */
void reading_add(struct reading *r, double value);

/* Observes "power.min", "power.avg", "power.max" and so on, "power.course" (seconds from one point to the next, then the points), "energy" and "power.energy" or why they are absent, the share of samples
 * at the power limit, and a warning where the GPU slowed itself down for heat or for its supply. */
void telemetry_tell(struct child *c, const struct telemetry *t);

/* For what it slowed itself down, and how often: " for heat, ... in 2 of 9 samples"; NULL: for nothing that is a finding. */
const char *telemetry_slowed(const struct telemetry *t, struct arena *a);

/* Other processes that compute on it now, besides this one; 0 where that is not told. */
unsigned telemetry_others(struct child *c);

/* Its link to the host, which idles at less than it has under load; both 0 where that is not told. */
void telemetry_link(struct child *c, unsigned *generation, unsigned *width);

#endif
