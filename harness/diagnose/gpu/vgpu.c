/* GPUs that a hypervisor lends to a guest. */
#include "diagnose/gpu/xid.h"

#include <string.h>

#include "base/text.h"

static void look_for_licence(struct look *l)
{
    const struct judged *told = ended_by(l, NULL, 46);
    unsigned gpu = 0;

    if (!nvml_says(l, "vgpu.licence", "none", &gpu))
        return;
    found(l, SHOWN, "%s is a vGPU without a licence: it slows down some minutes after the start, and then refuses work", gpu_at(l, nvml_address(l, gpu)));
    evidence(l, "NVML of %s: a vGPU, not licensed", nvml_address(l, gpu));
    if (told != NULL)
        evidence_of_call(l, told);
    fix_on_host(l, "sudo systemctl restart nvidia-gridd");
    advise(l, "first put the client token of your licence server into /etc/nvidia/ClientConfigToken; CUDA needs a licence for virtual workstations or for compute");
}

/* What needs virtual or managed memory. */
static const struct judged *refused_memory(const struct look *l)
{
    static const char *const calls[] = { "cuMemCreate", "cuMemAddressReserve", "cuMemMap", "cuMemAllocManaged", "cudaMallocManaged", "cuDevicePrimaryCtxRetain" };

    for (size_t i = 0; i < COUNT_OF(calls); i++)
        if (ended_by(l, calls[i], 801) != NULL)
            return ended_by(l, calls[i], 801);
    return NULL;
}

/* The first GPU that says of itself that it lacks one of these; NULL: none does. */
static const char *lacking(const struct look *l)
{
    for (int i = 0; report_saw(l->r, text_make(l->a, "gpu%d.uuid", i)) != NULL; i++)
        if (text_is(report_saw(l->r, text_make(l->a, "gpu%d.virtual_memory", i)), "no") || text_is(report_saw(l->r, text_make(l->a, "gpu%d.managed", i)), "no"))
            return text_make(l->a, "gpu%d", i);
    return NULL;
}

static void look_for_memory(struct look *l)
{
    const struct judged *told = refused_memory(l);
    const char *lacks = lacking(l);
    unsigned gpu = 0;
    const bool guest = nvml_says(l, "vgpu", "guest", &gpu);

    if (told == NULL && (lacks == NULL || !guest))
        return;
    found(l, guest ? SHOWN : LIKELY, "%s has no virtual or managed memory: %s, and programs that ask for it end with error 801",
          guest ? text_make(l->a, "the vGPU at %s", nvml_address(l, gpu)) : "this GPU", guest ? "its profile does not allow it" : "as a vGPU whose profile does not allow it, or with a driver that is too old");
    if (told != NULL)
        evidence_of_call(l, told);
    if (lacks != NULL)
        evidence(l, "driver.answers: %s has virtual memory management: %s, managed memory: %s", lacks, report_saw(l->r, text_make(l->a, "%s.virtual_memory", lacks)),
                 report_saw(l->r, text_make(l->a, "%s.managed", lacks)));
    if (guest)
        evidence(l, "NVML of %s: it is a vGPU", nvml_address(l, gpu));
    fix(l, "export PYTORCH_CUDA_ALLOC_CONF=expandable_segments:False NCCL_CUMEM_ENABLE=0");
    advise(l, "that does without it; on the hypervisor, the vGPU's parameter enable_uvm=1, or a profile of the whole GPU, allows it");
}

/* The hypervisor's driver has no libcuda; its programs are here, and this is a guest. */
static void look_for_host_driver(struct look *l)
{
    const struct machine *m = l->r->machine;

    if (fact(l, "vgpu.host_driver") == NULL || fact(l, "cpu.guest") == NULL || fact(l, "vgpu") != NULL)
        return;
    for (size_t i = 0; i < m->n_drivers; i++)
        if (text_is(m->drivers[i].soname, "libcuda.so.1"))
            return;
    found(l, SHOWN, "the driver of a hypervisor (vgpu-kvm) is installed in a guest: it has no libcuda, and nothing computes with it");
    evidence_of_fact(l, "vgpu.host_driver");
    evidence(l, "libcuda.so.1 is nowhere, and the processor says that this is a guest");
    advise(l, "remove it and install the guest driver of the same vGPU release (NVIDIA-Linux-x86_64-VERSION-grid.run), from NVIDIA's licensing portal or your operator");
}

const struct rule vgpu_rules[] = {
    { { "vgpu-host-driver", LINK_MODULE, .what = "vGPU has two drivers: one for the hypervisor, which lends the GPU, and one for its guests, which computes.",
        .unlike = "libcuda-missing: there the driver is the right one, and not found." }, look_for_host_driver },
    { { "vgpu-unlicensed", LINK_DRIVER, .though_it_answers = true, .what = "A vGPU works for a while without a licence, then slowly, and at last answers 46. https://docs.nvidia.com/vgpu/latest/grid-licensing-user-guide/.",
        .unlike = "gpu-exclusive: there the compute mode keeps others out. A GPU that is hot or short of power is slow, too, and has its licence or needs none." }, look_for_licence },
    { { "vgpu-without-virtual-memory", LINK_GPU, .needs_gpu = true, .may_be_well = true, .what = "Error 801: many vGPU profiles have neither unified memory nor the calls by which PyTorch's expandable segments and NCCL map memory.",
        .unlike = "An old driver lacks the same calls, on any GPU." }, look_for_memory },
    { { .id = NULL }, NULL },
};
