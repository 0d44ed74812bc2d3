/* clock.h - time in milliseconds. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/base.h"

/* Monotonic; for durations and deadlines. */
int64_t clock_ms(void);

/* Monotonic, with fractions; for showing how long a call took. */
double clock_ms_fine(void);

void clock_sleep_ms(int ms);

/* Seconds since 1970, UTC. */
int64_t clock_unix_s(void);

/* Writes the wall clock as "2031-02-03T04:05:06Z" (UTC, RFC 3339). */
void clock_stamp(char out[32]);

/* Reads such a stamp as seconds since 1970; false if it is not one. */
bool clock_parse(const char *stamp, int64_t *seconds) MUST_USE;

#endif
