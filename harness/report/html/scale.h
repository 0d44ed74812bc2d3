/* scale.h - where a value lies on an axis, and what the axis is marked with. */
#ifndef REPORT_HTML_SCALE_H
#define REPORT_HTML_SCALE_H

#include "base/base.h"

struct scale {
    double from, to;            /* values; with `log` above 0 */
    double at_from, at_to;      /* where they lie */
    bool   log;
};

/* Always between at_from and at_to, whatever the value is. */
double scale_at(const struct scale *s, double value);

enum { SCALE_TICKS = 12 };

/* Round values within the scale, rising: 1, 2 and 5 times a power of ten; powers of ten on a logarithmic one. */
size_t scale_ticks(const struct scale *s, double ticks[SCALE_TICKS]);

/* A round value that is at least so much: an axis ends there. */
double scale_round_up(double value);

enum { SCALE_NUMBER = 32 };

/* "4814", "83.1", "0.0412": four digits that say something, and never an exponent within reason. Returns out. */
const char *scale_number(char out[SCALE_NUMBER], double value);

#endif
