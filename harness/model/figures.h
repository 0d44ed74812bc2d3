/* figures.h - what was measured, round by round, and what a healthy GPU of that model
 * comes to. Pure.
 */
#ifndef MODEL_FIGURES_H
#define MODEL_FIGURES_H

#include "base/arena.h"
#include "model/expected.h"
#include "model/peak.h"
#include "model/report.h"

/* One trial's measurement; its unit is one of model/difference.h's. */
struct figure {
    const char   *unit;
    const double *rounds; size_t n;     /* one a round that passed */
    double        middle;               /* their median */
    double        spread;               /* of the rounds, as a share of it (model/statistics.h) */
    const double *clocks; size_t n_clocks;      /* the multiprocessors' in MHz, in rounds that told it: by the observation "rate.clock" */
    double        clock;                /* their median; 0: no round told it */
    double        peak;                 /* what the GPU can do at most; 0: not known */
    const char   *peak_of;              /* who says so: "the datasheet", "its driver: bus width and clock" */
    double        attainable;           /* of what follows the clock: the peak at the clock that was measured; 0: not known */
    double        least;                /* what a healthy one comes to; 0: nothing is expected */
    const char   *least_source;
    const char   *disturbed;            /* why it may not be what the GPU can do: of the first round in which there was something; NULL: nothing */
    unsigned      disturbed_rounds;     /* in how many there was */
};

/* Four digits, and whole numbers from a thousand on: as sentences and tables show a figure. */
struct shown { char s[32]; };
struct shown figure_shown(double x);

/* Adds what the trial measured in a round; nothing if it did not pass or its probe measures nothing. */
void figure_add_round(struct figure *sum, const struct judged *one, struct arena *a);

/* Fills middle and spread from the rounds, of which there is one at least. */
void figure_settle(struct figure *f);

/* Fills peak, attainable and least. */
void figure_expect(struct figure *f, const struct judged *j, const struct expected *x);

#endif
