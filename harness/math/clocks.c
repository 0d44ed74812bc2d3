#include "math/clocks.h"

static double mhz_of(const struct clock_row *before, const struct clock_row *after)
{
    if (before->ns == 0 || after->ns <= before->ns || after->cycles < before->cycles)
        return 0;
    return (double)(after->cycles - before->cycles) / (double)(after->ns - before->ns) * 1e3;
}

double clocks_mhz(const struct clock_row *before, const struct clock_row *after, size_t n)
{
    double sum = 0;
    size_t seen = 0;

    for (size_t i = 0; i < n; i++) {
        const double mhz = mhz_of(&before[i], &after[i]);

        sum += mhz;
        seen += mhz > 0;
    }
    return seen > 0 ? sum / (double)seen : 0;
}

size_t clocks_seen(const struct clock_row *rows, size_t n)
{
    size_t seen = 0;

    for (size_t i = 0; i < n; i++)
        seen += rows[i].ns > 0;
    return seen;
}
