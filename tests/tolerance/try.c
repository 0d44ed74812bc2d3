#include "tests/tolerance/tolerance.h"

#include <math.h>

const struct tolerance *const all_tolerances[] = { product_tolerances, conv_tolerances, layer_tolerances, network_tolerances, NULL };

struct tried tolerance_try(const struct tolerance *t, long inputs, uint64_t seed)
{
    struct tried of = { inputs > 0 ? inputs : t->sample > 0 ? t->sample : 200, 0, 0 };

    for (long i = 0; i < of.inputs; i++) {
        struct random r = { seed + (uint64_t)i * 1000003 };
        double share = t->share(t->variant, &r);

        of.outside += !(share <= 1);
        if (!(share <= of.largest))
            of.largest = isnan(share) ? INFINITY : share;
    }
    return of;
}

bool tolerance_is_sound(const struct tolerance *t, const struct tried *of)
{
    return of->outside == 0 && (of->largest <= 0.5 || t->explained != NULL);
}
