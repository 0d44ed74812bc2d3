/* number.h - the fakes' own roundings, to nearest even: apart from the product's, so that an error there shows. */
#ifndef FAKES_NUMBER_H
#define FAKES_NUMBER_H

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t fake_bits(float v)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static inline float fake_float(uint32_t bits)
{
    float v;

    memcpy(&v, &bits, sizeof v);
    return v;
}

/* The lower `cut` bits are rounded away. */
static inline float fake_rounded(float v, int cut)
{
    uint32_t bits = fake_bits(v), half = UINT32_C(1) << (cut - 1);

    return isfinite(v) ? fake_float((bits + half - 1 + (bits >> cut & 1)) & ~(2 * half - 1)) : v;
}

static inline uint16_t fake_to_bf16(float v)
{
    return isnan(v) ? 0x7FFF : (uint16_t)(fake_bits(fake_rounded(v, 16)) >> 16);
}

static inline float fake_from_bf16(uint16_t v)
{
    return fake_float((uint32_t)v << 16);
}

static inline uint16_t fake_to_fp16(float v)
{
    uint16_t sign = (uint16_t)(fake_bits(v) >> 16 & 0x8000);
    float a = fabsf(v);

    if (isnan(v))
        return 0x7FFF;
    if (a >= 65520)
        return (uint16_t)(sign | 0x7C00);
    if (a < 0x1p-14f)
        return (uint16_t)(sign | (uint16_t)rintf(a * 0x1p24f));     /* a multiple of 2^-24; 1024 of them is the smallest normal */
    return (uint16_t)(sign | (uint16_t)((fake_bits(fake_rounded(a, 13)) >> 13) - (112 << 10)));
}

static inline float fake_from_fp16(uint16_t v)
{
    int exponent = v >> 10 & 31, fraction = v & 1023;
    float a = exponent == 31 ? (fraction != 0 ? NAN : INFINITY)
            : exponent == 0 ? (float)fraction * 0x1p-24f
                            : ldexpf((float)(1024 + fraction), exponent - 25);

    return v & 0x8000 ? -a : a;
}

#endif
