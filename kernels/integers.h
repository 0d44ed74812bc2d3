/* integers.h - the integers that matrices are filled with: a hash of seed and
 * index, so that they are made again wherever they are checked. The same function
 * in C, in CUDA and in the CPU twin.
 */
#ifndef KERNELS_INTEGERS_H
#define KERNELS_INTEGERS_H

#include <kernels/pattern.h>

/* step * u + offset, u uniform in [-spread, spread]; all but `keep` of 65536 are 0 instead. */
struct integers { unsigned spread, step, offset, keep; };

PATTERN_INLINE int integer_at(struct integers r, unsigned long long seed, unsigned long long index)
{
    unsigned long long z = seed + (index + 1) * 0x9E3779B97F4A7C15ull;
    unsigned low;
    int u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    z ^= z >> 31;
    low = (unsigned)z & 0xFFFFu;
    u = (int)((z >> 32) * (2ull * r.spread + 1) >> 32) - (int)r.spread;
    return low < r.keep ? (int)r.step * u + (int)r.offset : 0;
}

/* Uniform in [-sqrt 3, sqrt 3]: mean 0, variance 1, with 24 bits before it is scaled. */
PATTERN_INLINE float real_at(unsigned long long seed, unsigned long long index)
{
    return (float)((int)(pattern_word(seed, index) >> 8) * 2 - 0xFFFFFF) * (1.7320508f / 0x1p24f);
}

/* Odd, of a row or a column: an odd number times a wrong element's error is never 0 modulo 2^64. */
PATTERN_INLINE int odd_weight(unsigned seed, unsigned index)
{
    return (int)(pattern_word(seed, index) | 1u);
}

#endif
