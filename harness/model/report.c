#include "model/report.h"

const char *verdict_name(enum verdict v)
{
    static const char *const names[] = {
        [PASS] = "pass", [FAIL] = "fail", [BROKEN] = "broken", [SKIP] = "skip",
    };

    return names[v];
}
