/* The fake libcupti.so.13. */
#include "load/cupti.h"
#include "tests/fakes/gate.h"

#include <time.h>

FAKE_LIBRARY(CUPTI_SYMS)

const long fake_failure = 999;          /* CUPTI_ERROR_UNKNOWN */

CUptiResult fake_cuptiGetVersion(uint32_t *version)
{
    *version = (uint32_t)fake_number("FAKE_CUPTI", 130001);
    return 0;
}

CUptiResult fake_cuptiGetResultString(CUptiResult code, const char **words)
{
    *words = code == 0 ? "CUPTI_SUCCESS" : code == 999 ? "CUPTI_ERROR_UNKNOWN" : "CUPTI_ERROR_NOT_INITIALIZED";
    return 0;
}

/* Of a spoilt one, the clock stands at 0. */
CUptiResult fake_cuptiGetTimestamp(uint64_t *ns)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    *ns = fake_lie_is(ZERO_RESULT) ? 0 : (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    return 0;
}
