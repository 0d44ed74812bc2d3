#include "math/march.h"

/* The inverses modulo 2^64 of pattern_long's three multipliers: tests/unit/test_march.c multiplies them. */
#define INVERSE_STEP    UINT64_C(0xF1DE83E19937733D)
#define INVERSE_FIRST   UINT64_C(0x96DE1B173F119089)
#define INVERSE_SECOND  UINT64_C(0x319642B2D24D8EC3)

/* The z for which z ^ z >> by is v. */
static uint64_t undo_shift(uint64_t v, unsigned by)
{
    uint64_t z = v;

    for (unsigned known = by; known < 64; known += by)
        z = v ^ z >> by;
    return z;
}

/* pattern_long, backwards. */
static uint64_t index_of(uint64_t seed, uint64_t value)
{
    uint64_t z = undo_shift(value, 31) * INVERSE_SECOND;

    z = undo_shift(z, 27) * INVERSE_FIRST;
    z = undo_shift(z, 30);
    return (z - seed) * INVERSE_STEP - 1;
}

bool march_owner(uint64_t seed, uint64_t value, uint64_t words, uint64_t *owner)
{
    uint64_t plain = index_of(seed, value), complement = index_of(seed, ~value);

    *owner = plain < words ? plain : complement;
    return *owner < words;
}
