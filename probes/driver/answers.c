/* driver.answers - libcuda initialises and tells about every GPU it lets this
 * process use. The census reads these observations to name the devices. */
#include "child/child.h"

#include "base/text.h"

static void key(char out[32], int gpu, const char *what)
{
    text_format(out, 32, "gpu%d.%s", gpu, what);
}

static void tell_device(struct child *c, int i)
{
    char name[32], text[256];
    int major, minor, sms, khz;
    size_t bytes;
    CUdevice device;

    MUST(c, cuda, cuDeviceGet(&device, i));
    MUST(c, cuda, cuDeviceGetName(text, sizeof text, device));
    key(name, i, "name");
    saw_text(c, name, "%s", text);
    key(name, i, "uuid");
    saw_text(c, name, "%s", child_device_uuid(c, device));
    MUST(c, cuda, cuDeviceGetPCIBusId(text, sizeof text, device));
    key(name, i, "pci");
    saw_text(c, name, "%s", pci_address(text, c));
    MUST(c, cuda, cuDeviceGetAttribute(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device));
    MUST(c, cuda, cuDeviceGetAttribute(&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device));
    MUST(c, cuda, cuDeviceGetAttribute(&sms, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device));
    MUST(c, cuda, cuDeviceGetAttribute(&khz, CU_DEVICE_ATTRIBUTE_CLOCK_RATE, device));
    MUST(c, cuda, cuDeviceTotalMem_v2(&bytes, device));
    key(name, i, "cc");
    saw_num(c, name, "", major * 10 + minor);
    key(name, i, "sms");
    saw_num(c, name, "", sms);
    key(name, i, "clock");
    saw_num(c, name, "MHz", khz / 1000);
    key(name, i, "memory");
    saw_num(c, name, "B", (double)bytes);
}

/* What vGPU profiles may lack. An old driver that does not know the question tells nothing. */
static void tell_memory_kinds(struct child *c, int i)
{
    static const struct { CUdevice_attribute which; const char *what; } kinds[] = {
        { CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY, "managed" }, { CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED, "virtual_memory" },
    };
    char name[32];
    CUdevice device;

    MUST(c, cuda, cuDeviceGet(&device, i));
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        int has;

        if (CALL(c, cuda, cuDeviceGetAttribute(&has, kinds[k].which, device)) != 0)
            continue;
        key(name, i, kinds[k].what);
        saw_text(c, name, "%s", has ? "yes" : "no");
    }
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
    for (int i = 0; i < n; i++) {
        tell_device(c, i);
        tell_memory_kinds(c, i);
    }
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
    .diagnoses = true,
    .run     = run,
};
