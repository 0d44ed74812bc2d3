/* march.h - what a wrong word of a memory test tells. Pure. */
#ifndef MATH_MARCH_H
#define MATH_MARCH_H

#include "base/base.h"

/* The number below `words` whose pattern (kernels/pattern.h: pattern_long, or its
 * complement) `value` is; false if it is none's. A value that is nobody's passes
 * for somebody's with a probability of 2 * words / 2^64: two addresses that reach
 * one cell are told from a wrong bit. */
bool march_owner(uint64_t seed, uint64_t value, uint64_t words, uint64_t *owner) MUST_USE;

#endif
