#include "math/generator.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- Philox4x32-10 ---- */

/* One block of four numbers; the key is the seed. */
static void philox(const uint32_t counter[4], uint64_t seed, uint32_t out[4])
{
    uint32_t c[4] = { counter[0], counter[1], counter[2], counter[3] }, key[2] = { (uint32_t)seed, (uint32_t)(seed >> 32) };

    for (int round = 0; round < 10; round++) {
        uint64_t even = (uint64_t)0xD2511F53u * c[0], odd = (uint64_t)0xCD9E8D57u * c[2];

        c[0] = (uint32_t)(odd >> 32) ^ c[1] ^ key[0];
        c[1] = (uint32_t)odd;
        c[2] = (uint32_t)(even >> 32) ^ c[3] ^ key[1];
        c[3] = (uint32_t)even;
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    memcpy(out, c, sizeof c);
}

/* cuRAND takes a block of each of 65,536 sequences, which are 2^64 blocks apart, in turn. */
static void philox_integers(uint64_t seed, uint32_t *out, size_t n)
{
    for (size_t i = 0; i < n; i += 4) {
        size_t block = i / 4;
        uint32_t counter[4] = { (uint32_t)(block >> 16), 0, (uint32_t)(block & 0xFFFF), 0 }, four[4];

        philox(counter, seed, four);
        for (size_t k = 0; k < 4 && i + k < n; k++)
            out[i + k] = four[k];
    }
}

/* ---- XORWOW ---- */

enum { WORDS = 5, BITS = 160, SEQUENCES = 4096, LOG2_APART = 67 };

/* What an xorshift step does to a state is linear over bits: a matrix, as the images of the states with one bit. */
struct state { uint32_t v[WORDS]; };
struct jump { struct state of[BITS]; };

static void step(struct state *s)
{
    uint32_t t = s->v[0] ^ s->v[0] >> 2, last = s->v[4];

    memmove(s->v, s->v + 1, 4 * sizeof *s->v);
    s->v[4] = last ^ last << 4 ^ t ^ t << 1;
}

static struct state jumped(const struct jump *j, const struct state *s)
{
    struct state to = { { 0 } };

    for (size_t bit = 0; bit < BITS; bit++)
        for (size_t k = 0; k < WORDS && (s->v[bit / 32] >> bit % 32 & 1) != 0; k++)
            to.v[k] ^= j->of[bit].v[k];
    return to;
}

/* 2^67 steps: one, doubled 67 times. */
static void make_jump(struct jump *j)
{
    struct jump twice;

    for (size_t bit = 0; bit < BITS; bit++) {
        memset(&j->of[bit], 0, sizeof j->of[bit]);
        j->of[bit].v[bit / 32] = 1u << bit % 32;
        step(&j->of[bit]);
    }
    for (int k = 0; k < LOG2_APART; k++) {
        for (size_t bit = 0; bit < BITS; bit++)
            twice.of[bit] = jumped(j, &j->of[bit]);
        *j = twice;
    }
}

/* A number of each of 4,096 sequences in turn. What is added to the state's last word grows
 * by 362,437 a step, and so not at all by 2^67 steps. */
static void xorwow_integers(uint64_t seed, uint32_t *out, size_t n)
{
    uint32_t low = 1099087573u * ((uint32_t)seed ^ 0xAAD26B49u), high = 2591861531u * ((uint32_t)(seed >> 32) ^ 0xF7DCEFDDu);
    uint32_t weyl = 6615241u + high + low;
    struct state first = { { 123456789u + low, 362436069u ^ low, 521288629u + high, 88675123u ^ high, 5783321u + low } };
    struct jump jump;

    make_jump(&jump);
    for (size_t sequence = 0; sequence < SEQUENCES && sequence < n; sequence++) {
        struct state s = first;
        uint32_t added = weyl;

        for (size_t i = sequence; i < n; i += SEQUENCES) {
            step(&s);
            added += 362437;
            out[i] = s.v[4] + added;
        }
        first = jumped(&jump, &first);
    }
}

void generator_integers(enum generator g, uint64_t seed, uint32_t *out, size_t n)
{
    if (g == GENERATOR_PHILOX)
        philox_integers(seed, out, n);
    else
        xorwow_integers(seed, out, n);
}

/* ---- Distributions ---- */

float generator_uniform(uint32_t x)
{
    return (float)x * 0x1p-32f + 0x1p-33f;
}

/* The radius r is taken of the first number in fp32, whose logarithm is large where it is small: this one's own value
 * is used. What is off then, in parts of r: the angle, below 2 pi, is rounded four times (y, the constant, their
 * product, the sum): 4 * 2^-24 * 2 pi = 1.5e-6; the sine and cosine, by the GPU's fast instructions, 2^-21.4 within
 * pi of 0 and twice that beyond (CUDA programming guide, "Intrinsic Functions"): 7.2e-7; the logarithm 2 units, halved
 * by the root, the root and the product one each: 4 * 2^-24 = 2.4e-7. That makes 2.5e-6; 2^-18 is 3.8e-6.
 * Of the 128 largest integers of 2^32 the radius is 0, and so is what it may be off: FLT_MIN is allowed, that 0 / 0 is no error. */
struct normal generator_normal(uint32_t x, uint32_t y)
{
    const double pi = 3.14159265358979323846;
    double radius = sqrt(-2 * log((double)generator_uniform(x))), angle = 2 * pi * (((double)y + 0.5) * 0x1p-32);

    return (struct normal){ { radius * sin(angle), radius * cos(angle) }, radius * 0x1p-18 + FLT_MIN };
}

/* Each sequence of XORWOW makes two normal numbers of two that follow each other in it. */
void generator_pair(enum generator g, size_t pair, size_t at[2])
{
    size_t apart = g == GENERATOR_XORWOW ? SEQUENCES : 1;

    at[0] = pair / apart * 2 * apart + pair % apart;
    at[1] = at[0] + apart;
}
