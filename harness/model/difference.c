#include "model/difference.h"

#include "base/text.h"
#include "model/names.h"

static const double doubt = 0.01;       /* of a whole report: as ratio_of's interval */

/* Bandwidth hardly varies; a product's rate follows the clock, which follows temperature and
 * power; what takes microseconds depends on the host's processor. */
static const struct measure measures[] = {
    { "GB/s",     0.01, false },
    { "TFLOP/s",  0.02, false },
    { "TOP/s",    0.02, false },
    { "images/s", 0.02, false },
    { "ns",       0.10, true },
    { "us",       0.10, true },
    { "ms",       0.10, true },
};

const struct measure *measure_of(const char *unit)
{
    for (size_t i = 0; i < COUNT_OF(measures); i++)
        if (text_is(measures[i].unit, unit))
            return &measures[i];
    return NULL;
}

const char *difference_name(enum difference d)
{
    return difference_names[d];
}

/* Holm: how many of the others have a smaller chance of being equal decides how small this one's must be. */
static bool stands_out(const struct compared *list, size_t n, const struct compared *one)
{
    size_t before = 0, asked = 0;

    for (size_t i = 0; i < n; i++) {
        const struct compared *other = &list[i];

        asked += other->ratio.middle > 0;
        before += other->ratio.middle > 0 && (other->ratio.p < one->ratio.p || (other->ratio.p == one->ratio.p && other < one));
    }
    return one->ratio.p <= doubt / (double)(asked - before);
}

/* Of those with a smaller chance, all must stand out. */
static bool rejected(const struct compared *list, size_t n, const struct compared *one)
{
    if (!stands_out(list, n, one))
        return false;
    for (size_t i = 0; i < n; i++)
        if (list[i].ratio.middle > 0 && list[i].ratio.p < one->ratio.p && !stands_out(list, n, &list[i]))
            return false;
    return true;
}

static enum difference decide(const struct compared *list, size_t n, const struct compared *one)
{
    const struct measure *m = measure_of(one->unit);
    const double most = 1 + m->margin, least = 1 / most;

    if ((one->ratio.middle > most || one->ratio.middle < least) && (one->ratio.low > 1 || one->ratio.high < 1) && rejected(list, n, one))
        return (one->ratio.middle > 1) == m->less_is_better ? SLOWER : FASTER;
    return one->ratio.low >= least && one->ratio.high <= most ? SAME : CANNOT_TELL;
}

void differences_decide(struct compared *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (measure_of(list[i].unit) == NULL
            || !ratio_of(&list[i].ratio, list[i].before, list[i].n_before, list[i].after, list[i].n_after))
            list[i].ratio = (struct ratio){ .middle = 0 };
    for (size_t i = 0; i < n; i++) {
        struct compared *one = &list[i];

        one->is = one->ratio.middle > 0 ? decide(list, n, one) : CANNOT_TELL;
        one->would_tell = one->ratio.middle > 0 && one->is == CANNOT_TELL ? ratio_rounds(&one->ratio, measure_of(one->unit)->margin) : 0;
    }
}
