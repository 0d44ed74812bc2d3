#include "math/random.h"

uint64_t random_next(struct random *r)
{
    uint64_t z;

    r->state += UINT64_C(0x9E3779B97F4A7C15);
    z = r->state;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

int random_integer(struct random *r, int low, int high)
{
    uint64_t range = (uint64_t)((int64_t)high - low + 1);

    /* The upper half times the range: the bias is below 2^-32 * range. */
    return low + (int)((random_next(r) >> 32) * range >> 32);
}

float random_unit(struct random *r)
{
    /* 24 bits: every value is exact in fp32 before it is scaled. */
    double unit = (double)(random_next(r) >> 40) / (1 << 24);

    return (float)((2 * unit - 1) * 1.7320508075688772);
}
