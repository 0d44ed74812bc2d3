/* driver.sees_all - every GPU that the machine's files name is seen by NVML and
 * by CUDA; what is missing is named by its PCI address. */
#include "child/child.h"

#include <string.h>

#include "base/text.h"

enum { GPUS_MAX = 256 };

struct seen { const char *pci[GPUS_MAX]; size_t n; };

static void add(struct seen *s, const char *pci)
{
    if (s->n < GPUS_MAX)
        s->pci[s->n++] = pci;
}

static bool has(const struct seen *s, const char *pci)
{
    for (size_t i = 0; i < s->n; i++)
        if (text_is(s->pci[i], pci))
            return true;
    return false;
}

/* Also counts GPUs in MIG mode: CUDA shows one instance of one of them. */
static void ask_nvml(struct child *c, struct seen *s, size_t *in_mig)
{
    unsigned n;

    MUST(c, nvml, nvmlDeviceGetCount_v2(&n));
    for (unsigned i = 0; i < n; i++) {
        unsigned now = 0, pending = 0;
        nvmlDevice_t device;
        nvmlPciInfo_t pci;

        const long code = CALL(c, nvml, nvmlDeviceGetHandleByIndex_v2(i, &device));

        if (code != 0) {
            saw_num(c, "nvml.refuses", "", (double)code);       /* of one GPU; which one, its absence below tells */
            continue;
        }
        MUST(c, nvml, nvmlDeviceGetPciInfo_v3(device, &pci));
        add(s, pci_address(pci.busId, c));
        if (c->nvml.nvmlDeviceGetMigMode != NULL && CALL(c, nvml, nvmlDeviceGetMigMode(device, &now, &pending)) == 0)
            *in_mig += now != 0;
    }
}

static void ask_cuda(struct child *c, struct seen *s)
{
    char text[64];
    int n;

    MUST(c, cuda, cuDeviceGetCount(&n));
    for (int i = 0; i < n; i++) {
        CUdevice device;

        MUST(c, cuda, cuDeviceGet(&device, i));
        MUST(c, cuda, cuDeviceGetPCIBusId(text, sizeof text, device));
        add(s, pci_address(text, c));
    }
}

/* "0,1,2" names three GPUs. Indexes and UUIDs are CUDA's business: only their number is ours. */
static size_t count_visible(const char *list)
{
    size_t n = 1;

    for (; *list != '\0'; list++)
        n += *list == ',' && list[1] != '\0';
    return n;
}

static void run(struct child *c)
{
    struct seen nvml = { .n = 0 }, cuda = { .n = 0 };
    const char *visible = child_env(c, "CUDA_VISIBLE_DEVICES");
    size_t in_mig = 0;

    ask_nvml(c, &nvml, &in_mig);
    ask_cuda(c, &cuda);
    saw_num(c, "meant.gpus", "", (double)c->n_meant);
    saw_num(c, "nvml.gpus", "", (double)nvml.n);
    saw_num(c, "cuda.gpus", "", (double)cuda.n);
    for (size_t i = 0; i < c->n_meant; i++) {
        if (!has(&nvml, c->meant[i]))
            saw_text(c, "missing", "the GPU at %s is on the PCI bus, but NVML does not see it", c->meant[i]);
        else if (visible == NULL && in_mig == 0 && !has(&cuda, c->meant[i]))
            saw_text(c, "missing", "the GPU at %s is seen by NVML, but not by CUDA", c->meant[i]);
    }
    if (visible != NULL && in_mig == 0 && cuda.n != count_visible(visible))
        saw_text(c, "missing", "CUDA_VISIBLE_DEVICES=%s names %zu GPUs, CUDA sees %zu of them", visible, count_visible(visible), cuda.n);
    if (c->n_meant == 0 && visible == NULL && in_mig == 0 && nvml.n != cuda.n)
        saw_text(c, "missing", "NVML sees %zu GPUs, CUDA %zu", nvml.n, cuda.n);
}

extern const struct probe probe_driver_nvml, probe_driver_answers;

const struct probe probe_driver_sees_all = {
    .name     = "driver.sees_all",
    .claim    = "NVML and CUDA see every GPU that is meant for this process.",
    .scope    = SCOPE_MACHINE,
    .needs    = NEEDS_NVML | NEEDS_DRIVER,
    .rests_on = { &probe_driver_nvml, &probe_driver_answers },
    .expects  = (const struct expect[]){
        { .key = "missing",   .bound = ABSENT, .sentence = "%s" },
        { .key = "cuda.gpus", .bound = AT_LEAST, .number = 1, .sentence = "CUDA sees no GPU" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
