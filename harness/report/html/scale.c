#include "report/html/scale.h"

#include <math.h>

#include "base/text.h"

enum { MARKS = 5 };             /* that a linear axis has at most, ends included */

double scale_at(const struct scale *s, double value)
{
    double share;

    if (s->log)
        share = value > 0 ? log(value / s->from) / log(s->to / s->from) : 0;
    else
        share = (value - s->from) / (s->to - s->from);
    if (!(share > 0))                   /* NaN is not, either */
        share = 0;
    return s->at_from + (share < 1 ? share : 1) * (s->at_to - s->at_from);
}

/* The smallest of 1, 2, 5 times a power of ten that is at least so much. */
double scale_round_up(double value)
{
    static const double steps[] = { 1, 2, 5 };
    double ten;

    if (!(value > 0) || !isfinite(value))
        return 1;
    ten = pow(10, floor(log10(value)));
    for (size_t i = 0; i < COUNT_OF(steps); i++)
        if (steps[i] * ten >= value * (1 - 1e-9))
            return steps[i] * ten;
    return 10 * ten;
}

static size_t powers_of_ten(const struct scale *s, double ticks[SCALE_TICKS])
{
    size_t n = 0;

    for (double t = pow(10, ceil(log10(s->from) - 1e-9)); n < SCALE_TICKS && t <= s->to * (1 + 1e-9) && t > 0; t *= 10)
        ticks[n++] = t;
    return n;
}

size_t scale_ticks(const struct scale *s, double ticks[SCALE_TICKS])
{
    const double step = scale_round_up((s->to - s->from) / (MARKS - 1));
    size_t n = 0;

    if (!(s->to > s->from) || !isfinite(s->to) || !isfinite(s->from))
        return 0;
    if (s->log)
        return powers_of_ten(s, ticks);
    for (double k = ceil(s->from / step - 1e-9); n < SCALE_TICKS && k * step <= s->to + step * 1e-9; k++)
        ticks[n++] = k * step + 0.0;          /* no -0 */
    return n;
}

const char *scale_number(char out[SCALE_NUMBER], double value)
{
    const double size = fabs(value);

    text_format(out, SCALE_NUMBER, size >= 1000 && size < 1e15 ? "%.0f" : "%.4g", value);
    return out;
}
