/* random.h - our own generator, so that a seed means the same data everywhere. */
#ifndef MATH_RANDOM_H
#define MATH_RANDOM_H

#include "base/base.h"

/* SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
 * generators", OOPSLA 2014): one 64-bit state, advanced by a constant. */
struct random { uint64_t state; };

uint64_t random_next(struct random *r);
int      random_integer(struct random *r, int low, int high);   /* uniform in [low, high] */
float    random_unit(struct random *r);                         /* uniform in [-sqrt 3, sqrt 3]: mean 0, variance 1 */

#endif
