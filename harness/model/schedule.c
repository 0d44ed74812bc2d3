#include "model/schedule.h"

static size_t count_running(const struct slot *slots, size_t n)
{
    size_t running = 0;

    for (size_t i = 0; i < n; i++)
        running += slots[i].state == SLOT_RUNS;
    return running;
}

static bool share_a_lane(const struct slot *x, const struct slot *y)
{
    const bool x_on_gpu = x->all_gpus || x->device != NULL, y_on_gpu = y->all_gpus || y->device != NULL;

    return x->all_gpus || y->all_gpus ? x_on_gpu && y_on_gpu : x->device == y->device;
}

static bool is_free(const struct slot *slots, size_t n, const struct slot *wanted)
{
    for (size_t i = 0; i < n; i++)
        if (slots[i].state == SLOT_RUNS && (slots[i].alone || share_a_lane(&slots[i], wanted)))
            return false;
    return true;
}

/* Something that is not to be last is not over. */
static bool is_early(const struct slot *slots, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!slots[i].last && slots[i].state != SLOT_IS_OVER)
            return true;
    return false;
}

static size_t first_waiting(const struct slot *slots, size_t n, bool must_be_ready)
{
    const bool early = is_early(slots, n);

    for (size_t i = 0; i < n; i++)
        if (slots[i].state == SLOT_WAITS && (slots[i].ready || !must_be_ready) && !(slots[i].last && early))
            return i;
    return NO_SLOT;
}

size_t schedule_next(const struct slot *slots, size_t n)
{
    const bool early = is_early(slots, n);

    for (size_t i = 0; i < n; i++)
        if (slots[i].state == SLOT_WAITS && slots[i].ready && !slots[i].alone && !(slots[i].last && early) && is_free(slots, n, &slots[i]))
            return i;
    if (count_running(slots, n) > 0)
        return NO_SLOT;
    /* Idle: what wants to be alone has its turn. A plan in which all that waits rests on
     * something that waits, too, would be an error in the plan: it runs in the plan's order. */
    return first_waiting(slots, n, true) != NO_SLOT ? first_waiting(slots, n, true) : first_waiting(slots, n, false);
}
