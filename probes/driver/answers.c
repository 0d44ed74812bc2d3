/* driver.answers - libcuda initialises and tells about every GPU it lets this
 * process use. The census reads these observations to name the devices. */
#include "child/child.h"

#include <string.h>

#include "base/text.h"

static void key(char out[32], int gpu, const char *what)
{
    text_format(out, 32, "gpu%d.%s", gpu, what);
}

static void format_uuid(char out[64], const char *prefix, const CUuuid *uuid)
{
    size_t at = 0;

    text_format(out, 64, "%s", prefix);
    at = strlen(out);
    for (size_t b = 0; b < sizeof uuid->bytes; b++) {
        text_format(out + at, 64 - at, "%s%02x", b == 4 || b == 6 || b == 8 || b == 10 ? "-" : "", (unsigned char)uuid->bytes[b]);
        at += strlen(out + at);
    }
}

/* The name that CUDA_VISIBLE_DEVICES takes: the GPU's, or in MIG mode that of
 * the instance, which the newer call tells and the older does not. */
static void tell_uuid(struct child *c, int i, CUdevice device)
{
    CUuuid gpu, instance;
    char text[64], name[32];

    MUST(c, cuda, cuDeviceGetUuid(&gpu, device));
    instance = gpu;
    if (c->cuda.cuDeviceGetUuid_v2 != NULL)
        MUST(c, cuda, cuDeviceGetUuid_v2(&instance, device));
    if (memcmp(&gpu, &instance, sizeof gpu) != 0)
        format_uuid(text, "MIG-", &instance);
    else
        format_uuid(text, "GPU-", &gpu);
    key(name, i, "uuid");
    saw_text(c, name, "%s", text);
}

static void tell_device(struct child *c, int i)
{
    char name[32], text[256];
    int major, minor, sms;
    size_t bytes;
    CUdevice device;

    MUST(c, cuda, cuDeviceGet(&device, i));
    MUST(c, cuda, cuDeviceGetName(text, sizeof text, device));
    key(name, i, "name");
    saw_text(c, name, "%s", text);
    tell_uuid(c, i, device);
    MUST(c, cuda, cuDeviceGetPCIBusId(text, sizeof text, device));
    key(name, i, "pci");
    saw_text(c, name, "%s", pci_address(text, c));
    MUST(c, cuda, cuDeviceGetAttribute(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device));
    MUST(c, cuda, cuDeviceGetAttribute(&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device));
    MUST(c, cuda, cuDeviceGetAttribute(&sms, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device));
    MUST(c, cuda, cuDeviceTotalMem_v2(&bytes, device));
    key(name, i, "cc");
    saw_num(c, name, "", major * 10 + minor);
    key(name, i, "sms");
    saw_num(c, name, "", sms);
    key(name, i, "memory");
    saw_num(c, name, "B", (double)bytes);
}

static void run(struct child *c)
{
    int version, n;

    child_open_driver(c);
    MUST(c, cuda, cuDriverGetVersion(&version));
    MUST(c, cuda, cuDeviceGetCount(&n));
    saw_text(c, "libcuda", "%s", c->cuda.dl.path);
    saw_text(c, "cuda.driver", "%d.%d", version / 1000, version % 1000 / 10);
    saw_num(c, "cuda.gpus", "", n);
    for (int i = 0; i < n; i++)
        tell_device(c, i);
    if (c->cuda.dl.hook[0] != '\0')
        saw_text(c, "warning", "%s: a preloaded library stands between programs and the driver", c->cuda.dl.hook);
}

const struct probe probe_driver_answers = {
    .name    = "driver.answers",
    .claim   = "The CUDA driver library initialises and sees a GPU.",
    .scope   = SCOPE_MACHINE,
    .expects = (const struct expect[]){
        { .key = "cuda.gpus", .bound = AT_LEAST, .number = 1, .sentence = "the CUDA driver sees no GPU" },
        { .key = NULL },
    },
    .run     = run,
};
