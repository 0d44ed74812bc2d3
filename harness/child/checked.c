#include "child/checked.h"

#include <inttypes.h>

void checked_empty(struct child *c, CUdeviceptr at)
{
    static const struct checked nothing = CHECKED_NOTHING;

    device_upload(c, at, &nothing, sizeof nothing);
}

CUdeviceptr checked_begin(struct child *c)
{
    CUdeviceptr at = device_buffer(c, sizeof(struct checked));

    checked_empty(c, at);
    return at;
}

struct checked checked_end(struct child *c, CUdeviceptr at)
{
    struct checked found;

    device_wait(c);
    device_download(c, &found, at, sizeof found);
    return found;
}

void checked_all(struct child *c, const char *kernel, const char *things, uint64_t looked, uint64_t due)
{
    if (looked != due)
        saw_text(c, "unchecked", "%s looked at %" PRIu64 " of %" PRIu64 " %s", kernel, looked, due, things);
}
