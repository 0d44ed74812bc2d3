#include "math/compare.h"

#include <math.h>

#include "base/text.h"

struct exactness compare_exactly(const float *got, const double *expected, size_t n)
{
    struct exactness e = { 0, 0 };

    for (size_t i = 0; i < n; i++)
        if (!((double)got[i] == expected[i])) {         /* true for NaN on either side */
            if (e.wrong == 0)
                e.first = i;
            e.wrong++;
        }
    return e;
}

struct exactness compare_nearly(const float *got, const double *expected, size_t n, double relative, double absolute)
{
    struct exactness e = { 0, 0 };

    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - expected[i]) <= relative * fabs(expected[i]) + absolute)) {
            if (e.wrong == 0)
                e.first = i;
            e.wrong++;
        }
    return e;
}

struct closeness compare_closely(const float *got, const double *expected, size_t n)
{
    struct closeness c = { 0, 0 };
    double errors = 0, squares = 0, worst = -1;

    for (size_t i = 0; i < n; i++) {
        double error = (double)got[i] - expected[i];

        if (!isfinite(error)) {
            c.nmse = INFINITY;
            c.worst = i;
            return c;
        }
        errors += error * error;
        squares += expected[i] * expected[i];
        if (fabs(error) > worst) {
            worst = fabs(error);
            c.worst = i;
        }
    }
    if (squares > 0)
        c.nmse = errors / squares;
    else
        c.nmse = errors > 0 ? INFINITY : 0;
    return c;
}

double compare_scale(const float *got, const double *expected, size_t n)
{
    double products = 0, squares = 0;

    for (size_t i = 0; i < n; i++) {
        products += (double)got[i] * expected[i];
        squares += expected[i] * expected[i];
    }
    return products / squares;
}

size_t compare_count(const int *dims)
{
    size_t n = 1;

    for (; *dims != 0; dims++)
        n *= (size_t)*dims;
    return n;
}

void compare_index_text(char *out, size_t size, size_t index, const int *dims)
{
    size_t below = compare_count(dims), at = 0;

    out[0] = '\0';
    for (; *dims != 0 && at + 1 < size; dims++) {
        char part[24];

        below /= (size_t)*dims;
        text_format(part, sizeof part, "[%zu]", index / below);
        text_format(out + at, size - at, "%s", part);
        for (; out[at] != '\0'; at++)
            ;
        index %= below;
    }
}
