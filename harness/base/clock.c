#include "base/clock.h"

#include <string.h>
#include <time.h>

int64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

double clock_ms_fine(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void stamp_of(time_t when, char out[32])
{
    struct tm utc = { .tm_year = 0 };

    gmtime_r(&when, &utc);
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

int64_t clock_unix_s(void)
{
    return time(NULL);
}

void clock_stamp(char out[32])
{
    stamp_of(time(NULL), out);
}

bool clock_parse(const char *stamp, int64_t *seconds)
{
    struct tm utc = { .tm_year = 0 };
    char again[32];
    const char *end = stamp != NULL ? strptime(stamp, "%Y-%m-%dT%H:%M:%SZ", &utc) : NULL;

    if (end == NULL || *end != '\0')
        return false;
    /* strptime takes blanks, single digits and 30 February: what is no stamp is not written so again. */
    *seconds = timegm(&utc);
    stamp_of((time_t)*seconds, again);
    return strcmp(stamp, again) == 0;
}

void clock_sleep_ms(int ms)
{
    const struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

    if (ms > 0)
        nanosleep(&ts, NULL);
}
