#include "child/child.h"

#include <string.h>

#include "base/text.h"

static const char *format_uuid(struct child *c, const char *prefix, const CUuuid *uuid)
{
    struct text t = { .arena = &c->arena };

    text_add(&t, "%s", prefix);
    for (size_t b = 0; b < sizeof uuid->bytes; b++)
        text_add(&t, "%s%02x", b == 4 || b == 6 || b == 8 || b == 10 ? "-" : "", (unsigned char)uuid->bytes[b]);
    return t.s;
}

const char *child_device_uuid(struct child *c, CUdevice device)
{
    CUuuid gpu, instance;

    MUST(c, cuda, cuDeviceGetUuid(&gpu, device));
    instance = gpu;
    if (c->cuda.cuDeviceGetUuid_v2 != NULL)
        MUST(c, cuda, cuDeviceGetUuid_v2(&instance, device));
    return memcmp(&gpu, &instance, sizeof gpu) != 0 ? format_uuid(c, "MIG-", &instance) : format_uuid(c, "GPU-", &gpu);
}
