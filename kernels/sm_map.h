/* sm_map.h - what sm_map and its caller share: its units, and what one step of
 * each computes. The same functions in C, in CUDA and in the CPU twin; each
 * operation is defined to the last bit.
 */
#ifndef KERNELS_SM_MAP_H
#define KERNELS_SM_MAP_H

#ifdef __CUDACC__
#define SM_INLINE static __device__ __forceinline__
#else
#include <string.h>
#define SM_INLINE static inline
#endif

#ifndef __cplusplus
#include <math.h>
#define __fmaf_rn(a, b, c)  fmaf((a), (b), (c))
#define __fma_rn(a, b, c)   fma((a), (b), (c))
#endif

enum sm_unit { SM_INT, SM_FP32, SM_FP64, SM_SHUFFLE, SM_SHARED, SM_UNITS, SM_CHAINS = SM_SHARED };

enum {
    SM_THREADS = 256,       /* of a block: two warps for each of the four schedulers */
    SM_ITEMS   = 8,         /* of work: other start values each */
    SM_STEPS   = 32,        /* of a chain; each one's result is compared */
    SM_TABLE   = 1024,      /* %smid below this are told apart */
    SM_LOGGED  = 256,
    SM_SPOILT_LANE = 7, SM_SPOILT_BIT = 13,         /* what is wrong in the build of sm_map_spoilt.cu */
};

struct sm_fault {
    unsigned           sm, warp, thread, unit, item, step;      /* step: of SM_SHARED, the word */
    unsigned long long want, got;
};

/* All zero before the launch. */
struct sm_log {
    unsigned           arrived, faults;
    unsigned           wrong[SM_TABLE][SM_ITEMS];       /* results */
    struct sm_fault    fault[SM_LOGGED + 1];            /* the last is rubbish */
};

/* Of one block. */
struct sm_row { unsigned sm, sm_at_end, arrived, done; };

/* Where the chain of a unit begins; never 0. */
SM_INLINE unsigned sm_start(unsigned item, unsigned thread, unsigned unit)
{
    unsigned h = item * 0x9E3779B1u ^ thread * 0x85EBCA77u ^ unit * 0xC2B2AE3Du;

    h = (h ^ h >> 15) * 0x2C1B3C6Du;
    h = (h ^ h >> 12) * 0x297A2D39u;
    return (h ^ h >> 15) | 1u;
}

/* A multiplication and an addition, or a rotation and an exclusive or, in turn: one
 * operation a step, so that a wrong bit of its result is a wrong bit here. */
SM_INLINE unsigned sm_next_int(unsigned x, unsigned step)
{
    return step & 1 ? (x << 13 | x >> 19) ^ x >> 3 : x * 1664525u + 1013904223u;
}

/* y^2 - 1.9 on [-1.97, 1.97]: chaotic, so that an error in the last bit grows and is not forgotten. */
SM_INLINE unsigned sm_next_fp32(unsigned bits)
{
    float y;

#ifdef __CUDACC__
    y = __uint_as_float(bits);
    return __float_as_uint(__fmaf_rn(y, y, -1.9f));
#else
    memcpy(&y, &bits, sizeof y);
    y = __fmaf_rn(y, y, -1.9f);
    memcpy(&bits, &y, sizeof y);
    return bits;
#endif
}

SM_INLINE unsigned long long sm_next_fp64(unsigned long long bits)
{
    double y;

#ifdef __CUDACC__
    y = __longlong_as_double((long long)bits);
    return (unsigned long long)__double_as_longlong(__fma_rn(y, y, -1.9));
#else
    memcpy(&y, &bits, sizeof y);
    y = __fma_rn(y, y, -1.9);
    memcpy(&bits, &y, sizeof y);
    return bits;
#endif
}

/* A start value as the bits of a number in [0, 1). */
SM_INLINE unsigned long long sm_first(unsigned item, unsigned thread, unsigned unit)
{
    unsigned x = sm_start(item, thread, unit);

#ifdef __CUDACC__
    return unit == SM_FP32 ? __float_as_uint((float)(x >> 8) * 0x1p-24f)
         : unit == SM_FP64 ? (unsigned long long)__double_as_longlong((double)x * 0x1p-32) : x;
#else
    float f = (float)(x >> 8) * 0x1p-24f;
    double d = (double)x * 0x1p-32;
    unsigned long long bits = x;

    if (unit == SM_FP32)
        memcpy(&x, &f, sizeof x);
    if (unit == SM_FP64)
        memcpy(&bits, &d, sizeof bits);
    return unit == SM_FP64 ? bits : x;
#endif
}

/* Which lane's value a step of SM_SHUFFLE takes: over 32 steps, every lane's. */
SM_INLINE unsigned sm_from_lane(unsigned lane)
{
    return (lane + 7) & 31;
}

/* Where in the table of expected values: [item][unit][step][thread]. */
SM_INLINE unsigned sm_place(unsigned item, unsigned unit, unsigned step, unsigned thread)
{
    return ((item * SM_CHAINS + unit) * SM_STEPS + step) * SM_THREADS + thread;
}

#endif
