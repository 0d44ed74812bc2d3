#include "math/number.h"

#include <math.h>
#include <string.h>

enum top { HAS_INFINITY, HAS_NAN, HAS_NEITHER };      /* what the topmost exponent is for; HAS_NAN: its topmost fraction */

/* exponent == 0: an integer of so many bits. */
static const struct format { const char *name; unsigned bytes, exponent, fraction; enum top top; bool is_unsigned; } formats[] = {
    [NUMBER_FP64]  = { "fp64",  8, 11, 52, HAS_INFINITY, false },
    [NUMBER_FP32]  = { "fp32",  4, 8,  23, HAS_INFINITY, false },
    [NUMBER_TF32]  = { "tf32",  4, 8,  10, HAS_INFINITY, false },
    [NUMBER_FP16]  = { "fp16",  2, 5,  10, HAS_INFINITY, false },
    [NUMBER_BF16]  = { "bf16",  2, 8,  7,  HAS_INFINITY, false },
    [NUMBER_E4M3]  = { "e4m3",  1, 4,  3,  HAS_NAN,      false },
    [NUMBER_E5M2]  = { "e5m2",  1, 5,  2,  HAS_INFINITY, false },
    [NUMBER_INT8]  = { "int8",  1, 0,  8,  HAS_NEITHER,  false },
    [NUMBER_INT32] = { "int32", 4, 0,  32, HAS_NEITHER,  false },
    [NUMBER_E2M1]  = { "e2m1",  1, 2,  1,  HAS_NEITHER,  false },
    [NUMBER_UE8M0] = { "ue8m0", 1, 8,  0,  HAS_NAN,      true },
    [NUMBER_UE4M3] = { "ue4m3", 1, 4,  3,  HAS_NAN,      true },
};

static int bias(const struct format *f)
{
    return (1 << (f->exponent - 1)) - 1;
}

const char *number_name(enum number n)
{
    return formats[n].name;
}

size_t number_bytes(enum number n)
{
    return formats[n].bytes;
}

size_t number_room(enum number n, size_t count)
{
    return n == NUMBER_E2M1 ? (count + 1) / 2 : count * number_bytes(n);
}

double number_integers(enum number n)
{
    const struct format *f = &formats[n];

    return f->exponent == 0 ? ldexp(1, (int)f->fraction - 1) - 1 : ldexp(1, (int)f->fraction + 1);
}

double number_largest(enum number n)
{
    const struct format *f = &formats[n];

    if (f->exponent == 0)
        return number_integers(n);
    switch (f->top) {
    case HAS_INFINITY: return ldexp(2 - ldexp(1, -(int)f->fraction), bias(f));
    case HAS_NAN:      return f->fraction == 0 ? ldexp(1, bias(f)) : ldexp(2 - ldexp(1, 1 - (int)f->fraction), bias(f) + 1);
    default:           return ldexp(2 - ldexp(1, -(int)f->fraction), bias(f) + 1);
    }
}

static double integer_value(const struct format *f, uint64_t bits)
{
    return f->fraction == 8 ? (double)(int8_t)(uint8_t)bits : (double)(int32_t)(uint32_t)bits;
}

/* Powers of two from 2^-127 on, of which the last is taken by NaN. */
static double power_value(uint64_t bits)
{
    return bits == 255 ? (double)NAN : ldexp(1, (int)bits - 127);
}

static uint64_t power_bits(double v)
{
    int exponent;

    if (!(v >= 0) || isinf(v))
        return 255;
    if (v < 0x1p-127)
        return 0;
    v = 2 * frexp(v, &exponent);            /* 1 to 2; exponent - 1 + 127 is the field of what is below it */
    exponent += 126;
    exponent += v > 1.5 || (v == 1.5 && exponent % 2 != 0) ? 1 : 0;
    return exponent < 255 ? (uint64_t)exponent : 255;
}

double number_value(enum number n, uint64_t bits)
{
    const struct format *f = &formats[n];
    uint64_t fraction, exponent, top = (UINT64_C(1) << f->exponent) - 1;
    double v;

    if (f->exponent == 0)
        return integer_value(f, bits);
    if (n == NUMBER_UE8M0)
        return power_value(bits);
    if (n == NUMBER_TF32)
        bits >>= 13;
    fraction = bits & ((UINT64_C(1) << f->fraction) - 1);
    exponent = bits >> f->fraction & top;
    if (exponent == 0)
        v = ldexp((double)fraction, 1 - bias(f) - (int)f->fraction);
    else if (exponent == top && f->top == HAS_INFINITY)
        v = fraction == 0 ? (double)INFINITY : (double)NAN;
    else if (exponent == top && f->top == HAS_NAN && fraction == (UINT64_C(1) << f->fraction) - 1)
        v = (double)NAN;
    else
        v = ldexp(1 + ldexp((double)fraction, -(int)f->fraction), (int)exponent - bias(f));
    return !f->is_unsigned && bits >> (f->exponent + f->fraction) & 1 ? -v : v;
}

static uint64_t integer_bits(const struct format *f, double v)
{
    double most = ldexp(1, (int)f->fraction - 1), near = isnan(v) ? 0 : nearbyint(v);
    int64_t i = (int64_t)(near > most - 1 ? most - 1 : near < -most ? -most : near);

    return (uint64_t)i & (f->fraction == 8 ? 0xFF : 0xFFFFFFFF);
}

/* The magnitude in units of the last place, with the exponent above it: as the fields lie. */
static uint64_t magnitude_bits(const struct format *f, double v, double largest)
{
    uint64_t above = (((UINT64_C(1) << f->exponent) - 1) << f->fraction) + (f->top == HAS_INFINITY ? 0 : (UINT64_C(1) << f->fraction) - 1);
    int exponent, smallest = 1 - bias(f);
    double near;

    if (v == 0)
        return 0;
    if (isinf(v))
        return above;
    frexp(v, &exponent);
    exponent = exponent - 1 < smallest ? smallest : exponent - 1;
    near = nearbyint(ldexp(v, (int)f->fraction - exponent));       /* below 2^53: exact before it is rounded */
    if (ldexp(near, exponent - (int)f->fraction) > largest)
        return above;
    return ((uint64_t)(exponent - smallest) << f->fraction) + (uint64_t)near;
}

uint64_t number_bits(enum number n, double v)
{
    const struct format *f = &formats[n];
    uint64_t sign, bits;

    if (f->exponent == 0)
        return integer_bits(f, v);
    if (n == NUMBER_UE8M0)
        return power_bits(v);
    if (f->is_unsigned && v < 0)
        v = (double)NAN;
    sign = (uint64_t)(!f->is_unsigned && signbit(v) != 0) << (f->exponent + f->fraction);
    if (isnan(v))
        bits = ((UINT64_C(1) << f->exponent) - 1) << f->fraction
             | (f->top == HAS_INFINITY ? UINT64_C(1) << (f->fraction - 1) : (UINT64_C(1) << f->fraction) - 1);
    else
        bits = magnitude_bits(f, fabs(v), number_largest(n));
    return n == NUMBER_TF32 ? (sign | bits) << 13 : sign | bits;
}

double number_get(enum number n, const void *array, size_t at)
{
    size_t bytes = number_bytes(n);
    uint64_t bits = 0;

    if (n == NUMBER_E2M1)
        return number_value(n, (uint64_t)((const unsigned char *)array)[at / 2] >> at % 2 * 4 & 15u);
    memcpy(&bits, (const char *)array + at * bytes, bytes);     /* little-endian, as every host of the driver is */
    return number_value(n, bits);
}

static void set_half(unsigned char *byte, bool upper, unsigned bits)
{
    *byte = (unsigned char)(upper ? (*byte & 0x0Fu) | bits << 4 : (*byte & 0xF0u) | bits);
}

void number_set(enum number n, void *array, size_t at, double v)
{
    size_t bytes = number_bytes(n);
    uint64_t bits = number_bits(n, v);

    if (n == NUMBER_E2M1)
        set_half((unsigned char *)array + at / 2, at % 2 != 0, (unsigned)bits);
    else
        memcpy((char *)array + at * bytes, &bits, bytes);
}
