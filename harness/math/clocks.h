/* clocks.h - how fast the multiprocessors' clock went between two looks at it (kernels/gate.cu). Pure. */
#ifndef MATH_CLOCKS_H
#define MATH_CLOCKS_H

#include <stddef.h>

#include "kernels/gate.h"

/* The mean of those that were seen both times, in MHz; 0 if none was, or no time went by. */
double clocks_mhz(const struct clock_row *before, const struct clock_row *after, size_t n);

/* Multiprocessors that were seen at all. */
size_t clocks_seen(const struct clock_row *rows, size_t n);

#endif
