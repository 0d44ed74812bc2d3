#include "math/number.h"

#include <math.h>
#include <string.h>

/* exponent == 0: an integer of so many bits. */
static const struct format { const char *name; unsigned bytes, exponent, fraction; bool has_infinity; } formats[] = {
    [NUMBER_FP64]  = { "fp64",  8, 11, 52, true },
    [NUMBER_FP32]  = { "fp32",  4, 8,  23, true },
    [NUMBER_TF32]  = { "tf32",  4, 8,  10, true },
    [NUMBER_FP16]  = { "fp16",  2, 5,  10, true },
    [NUMBER_BF16]  = { "bf16",  2, 8,  7,  true },
    [NUMBER_E4M3]  = { "e4m3",  1, 4,  3,  false },
    [NUMBER_E5M2]  = { "e5m2",  1, 5,  2,  true },
    [NUMBER_INT8]  = { "int8",  1, 0,  8,  false },
    [NUMBER_INT32] = { "int32", 4, 0,  32, false },
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
    /* Infinity takes the topmost exponent, in e4m3 NaN takes only the topmost fraction of it. */
    return f->has_infinity
        ? ldexp(2 - ldexp(1, -(int)f->fraction), bias(f))
        : ldexp(2 - ldexp(1, 1 - (int)f->fraction), bias(f) + 1);
}

static double integer_value(const struct format *f, uint64_t bits)
{
    return f->fraction == 8 ? (double)(int8_t)(uint8_t)bits : (double)(int32_t)(uint32_t)bits;
}

double number_value(enum number n, uint64_t bits)
{
    const struct format *f = &formats[n];
    uint64_t fraction, exponent, top = (UINT64_C(1) << f->exponent) - 1;
    double v;

    if (f->exponent == 0)
        return integer_value(f, bits);
    if (n == NUMBER_TF32)
        bits >>= 13;
    fraction = bits & ((UINT64_C(1) << f->fraction) - 1);
    exponent = bits >> f->fraction & top;
    if (exponent == 0)
        v = ldexp((double)fraction, 1 - bias(f) - (int)f->fraction);
    else if (exponent == top && f->has_infinity)
        v = fraction == 0 ? (double)INFINITY : (double)NAN;
    else if (exponent == top && fraction == (UINT64_C(1) << f->fraction) - 1)
        v = (double)NAN;
    else
        v = ldexp(1 + ldexp((double)fraction, -(int)f->fraction), (int)exponent - bias(f));
    return bits >> (f->exponent + f->fraction) & 1 ? -v : v;
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
    uint64_t above = (((UINT64_C(1) << f->exponent) - 1) << f->fraction) + (f->has_infinity ? 0 : (UINT64_C(1) << f->fraction) - 1);
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
    sign = (uint64_t)(signbit(v) != 0) << (f->exponent + f->fraction);
    if (isnan(v))
        bits = ((UINT64_C(1) << f->exponent) - 1) << f->fraction
             | (f->has_infinity ? UINT64_C(1) << (f->fraction - 1) : (UINT64_C(1) << f->fraction) - 1);
    else
        bits = magnitude_bits(f, fabs(v), number_largest(n));
    return n == NUMBER_TF32 ? (sign | bits) << 13 : sign | bits;
}

double number_get(enum number n, const void *array, size_t at)
{
    size_t bytes = number_bytes(n);
    uint64_t bits = 0;

    memcpy(&bits, (const char *)array + at * bytes, bytes);     /* little-endian, as every host of the driver is */
    return number_value(n, bits);
}

void number_set(enum number n, void *array, size_t at, double v)
{
    size_t bytes = number_bytes(n);
    uint64_t bits = number_bits(n, v);

    memcpy((char *)array + at * bytes, &bits, bytes);
}
