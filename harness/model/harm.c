#include "model/harm.h"

#include <inttypes.h>

#include "base/text.h"

#define GIB (UINT64_C(1) << 30)

uint64_t harm_reserve(uint64_t total_bytes)
{
    return total_bytes / 20 > GIB ? total_bytes / 20 : GIB;
}

uint64_t harm_budget(uint64_t free_bytes, uint64_t total_bytes, uint64_t at_most)
{
    uint64_t reserve = harm_reserve(total_bytes), budget = free_bytes > reserve ? free_bytes - reserve : 0;

    return at_most > 0 && at_most < budget ? at_most : budget;
}

const char *harm_forbids(const struct device *d, bool full, bool even_if_busy, struct arena *a)
{
    if (d->foreign != NULL && full && !even_if_busy)
        return text_make(a, "gpu%d is used by %s: at --level full and soak it is left alone (--even-if-busy tests it all the same)", d->index, d->foreign);
    if (d->knows_free && harm_budget(d->free_bytes, d->memory_bytes, 0) == 0)
        return text_make(a, "gpu%d has %" PRIu64 " MiB of memory free, and %" PRIu64 " MiB are left to others%s%s", d->index, d->free_bytes >> 20,
                         harm_reserve(d->memory_bytes) >> 20, d->foreign != NULL ? ": it is used by " : "", d->foreign != NULL ? d->foreign : "");
    return NULL;
}
