/* generator.h - the random numbers that cuRAND's generators give, computed from what is published. Pure.
 *
 * Philox4x32-10: Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 * XORWOW: Marsaglia: "Xorshift RNGs", J. Stat. Software 8(14), 2003; its seeding: cuRAND's curand_kernel.h.
 * Which part of the sequence comes where is cuRAND's legacy ordering, the one that it keeps between releases
 * (cuRAND's guide, "Order"), established by comparison with libcurand 10.3.0, 10.3.5 and 10.4.0: theirs are
 * these numbers for the first 2^20 of several seeds. On the GPU they are those of the host (the same guide, "Host API Overview").
 */
#ifndef MATH_GENERATOR_H
#define MATH_GENERATOR_H

#include "base/base.h"

enum generator { GENERATOR_PHILOX, GENERATOR_XORWOW };

/* The first n integers of a seed. */
void generator_integers(enum generator g, uint64_t seed, uint32_t *out, size_t n);

/* The number in (0, 1] that is made of an integer, (x + 1/2) / 2^32 in fp32: exact, for both operations round as IEEE 754 says. */
float generator_uniform(uint32_t x);

/* Two standard normal numbers of two integers (Box and Muller 1958), and what each may be off. */
struct normal { double value[2], limit; };

struct normal generator_normal(uint32_t x, uint32_t y);

/* Which two integers the numbers 2 * pair and 2 * pair + 1 are made of. */
void generator_pair(enum generator g, size_t pair, size_t at[2]);

#endif
