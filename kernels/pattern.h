/* pattern.h - the words that memory is filled with: a hash of seed and index,
 * recomputed wherever it is checked. The same function in C, in CUDA and in the
 * CPU twin.
 */
#ifndef KERNELS_PATTERN_H
#define KERNELS_PATTERN_H

#ifdef __CUDACC__
#define PATTERN_INLINE static __device__ __forceinline__
#else
#define PATTERN_INLINE static inline
#endif

/* The finaliser of SplitMix64 over seed and index: every index has another value,
 * so that a value tells which index it belongs to (math/march.h). */
PATTERN_INLINE unsigned long long pattern_long(unsigned long long seed, unsigned long long index)
{
    unsigned long long z = seed + (index + 1) * 0x9E3779B97F4A7C15ull;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

/* Its upper half. */
PATTERN_INLINE unsigned pattern_word(unsigned long long seed, unsigned long long index)
{
    return (unsigned)(pattern_long(seed, index) >> 32);
}

#endif
