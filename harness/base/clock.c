#include "base/clock.h"

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

void clock_stamp(char out[32])
{
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

int64_t clock_unix_s(void)
{
    return time(NULL);
}

bool clock_parse(const char *stamp, int64_t *unix_s)
{
    struct tm utc = { .tm_isdst = 0 };
    const char *end = stamp != NULL ? strptime(stamp, "%Y-%m-%dT%H:%M:%SZ", &utc) : NULL;

    if (end == NULL || *end != '\0')
        return false;
    *unix_s = timegm(&utc);
    return true;
}
