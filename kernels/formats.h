/* formats.h - the number formats of matrix products, by their bits: decoded to
 * float, and rounded to nearest even. The same functions in C, in CUDA and in the
 * CPU twin; tests/unit/test_number.c holds each against harness/math/number.c, bit
 * pattern by bit pattern.
 */
#ifndef KERNELS_FORMATS_H
#define KERNELS_FORMATS_H

#include <kernels/pattern.h>

#ifndef __CUDACC__
#include <string.h>
#endif

/* TF32 lies in memory as fp32. Kernels take these as numbers: they never change. */
enum number {
    NUMBER_FP64 = 0, NUMBER_FP32 = 1, NUMBER_TF32 = 2, NUMBER_FP16 = 3, NUMBER_BF16 = 4,
    NUMBER_E4M3 = 5, NUMBER_E5M2 = 6, NUMBER_INT8 = 7, NUMBER_INT32 = 8,
    NUMBER_E2M1 = 9, NUMBER_UE8M0 = 10, NUMBER_UE4M3 = 11,      /* fp4, and the scale factors of blocks: no kernel's */
};

PATTERN_INLINE float float_of_bits(unsigned bits)
{
#ifdef __CUDACC__
    return __uint_as_float(bits);
#else
    float v;

    memcpy(&v, &bits, sizeof v);
    return v;
#endif
}

PATTERN_INLINE unsigned bits_of_float(float v)
{
#ifdef __CUDACC__
    return __float_as_uint(v);
#else
    unsigned bits;

    memcpy(&bits, &v, sizeof bits);
    return bits;
#endif
}

/* The bits are put into fp32's fields, and a power of two makes up for the other
 * bias: subnormal numbers come out right too, because fp32 has room for them. */
PATTERN_INLINE float float_of_fp16(unsigned bits)
{
    unsigned rest = bits & 0x7FFFu;
    unsigned magnitude = rest >= 0x7C00u ? 0x7F800000u | (rest & 0x3FFu) << 13 : bits_of_float(float_of_bits(rest << 13) * 0x1p112f);

    return float_of_bits((bits & 0x8000u) << 16 | magnitude);
}

PATTERN_INLINE float float_of_bf16(unsigned bits)
{
    return float_of_bits(bits << 16);
}

PATTERN_INLINE float float_of_e4m3(unsigned bits)
{
    unsigned rest = bits & 0x7Fu;
    unsigned magnitude = rest == 0x7Fu ? 0x7FC00000u : bits_of_float(float_of_bits(rest << 20) * 0x1p120f);

    return float_of_bits((bits & 0x80u) << 24 | magnitude);
}

PATTERN_INLINE float float_of_e5m2(unsigned bits)
{
    return float_of_fp16(bits << 8);
}

/* The nearest number with so many fraction bits, ties to even, as its bits without
 * the sign. smallest: of the normal numbers, a power of two. `above` is what comes
 * out for anything that rounds to more than `largest`. */
PATTERN_INLINE unsigned narrowed(float magnitude, unsigned fraction, float smallest, unsigned largest, unsigned above)
{
    unsigned drop = 23 - fraction, bits = bits_of_float(magnitude), out;

    if (magnitude < smallest) {
        /* An fp32 addition rounds to a multiple of the smallest step: the sum's last place. */
        float step_at_last_place = smallest * (float)(1u << drop);

        out = bits_of_float(magnitude + step_at_last_place) - bits_of_float(step_at_last_place);
    } else {
        out = (bits + (1u << (drop - 1)) - 1 + (bits >> drop & 1)) >> drop;
        out -= (bits_of_float(smallest) >> drop) - (1u << fraction);
    }
    return out > largest ? above : out;
}

PATTERN_INLINE unsigned fp16_of_float(float v)
{
    unsigned bits = bits_of_float(v), rest = bits & 0x7FFFFFFFu;

    return (bits >> 16 & 0x8000u) | (rest > 0x7F800000u ? 0x7E00u : narrowed(float_of_bits(rest), 10, 0x1p-14f, 0x7BFFu, 0x7C00u));
}

PATTERN_INLINE unsigned bf16_of_float(float v)
{
    unsigned bits = bits_of_float(v);

    return (bits & 0x7FFFFFFFu) > 0x7F800000u ? 0x7FC0u : (bits + 0x7FFFu + (bits >> 16 & 1)) >> 16;
}

PATTERN_INLINE float tf32_of_float(float v)
{
    unsigned bits = bits_of_float(v);

    return (bits & 0x7FFFFFFFu) > 0x7F800000u ? v : float_of_bits((bits + 0xFFFu + (bits >> 13 & 1)) & ~0x1FFFu);
}

/* Has no infinity: what is too large becomes NaN. */
PATTERN_INLINE unsigned e4m3_of_float(float v)
{
    unsigned bits = bits_of_float(v), rest = bits & 0x7FFFFFFFu;

    return (bits >> 24 & 0x80u) | (rest > 0x7F800000u ? 0x7Fu : narrowed(float_of_bits(rest), 3, 0x1p-6f, 0x7Eu, 0x7Fu));
}

PATTERN_INLINE unsigned e5m2_of_float(float v)
{
    unsigned bits = bits_of_float(v), rest = bits & 0x7FFFFFFFu;

    return (bits >> 24 & 0x80u) | (rest > 0x7F800000u ? 0x7Eu : narrowed(float_of_bits(rest), 2, 0x1p-14f, 0x7Bu, 0x7Cu));
}

#endif
