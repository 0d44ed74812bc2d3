/* GPUs that are cut into instances. */
#include "diagnose/gpu/xid.h"

#include <string.h>

#include "base/text.h"

/* In that mode, and cut into none. */
static bool has_no_instance(const struct look *l, unsigned *gpu)
{
    for (unsigned i = 0; nvml_address(l, i) != NULL; i++) {
        const struct observation *mode = nvml_saw(l, i, "mig"), *instances = nvml_saw(l, i, "mig.instances");

        if (mode == NULL || !text_is(mode->text, "on") || instances == NULL || instances->number >= 1)
            continue;
        *gpu = i;
        return true;
    }
    return false;
}

static void look_for_instances(struct look *l)
{
    unsigned gpu = 0;

    if (report_answering(l->r) > 0 || !has_no_instance(l, &gpu))
        return;
    found(l, SHOWN, "%s is in MIG mode and has no instance: CUDA has nothing to compute on", gpu_at(l, nvml_address(l, gpu)));
    evidence(l, "NVML of %s: MIG is on, with 0 instances", nvml_address(l, gpu));
    if (ended_by(l, "cuInit", 100) != NULL)
        evidence_of_call(l, ended_by(l, "cuInit", 100));
    fix_on_host(l, "sudo nvidia-smi -i %s -mig 0", nvml_address(l, gpu));
    advise(l, "that gives the whole GPU back, after a reset where it asks for one; to have instances instead: sudo nvidia-smi mig -lgip, then sudo nvidia-smi mig -cgi PROFILE -C");
}

static size_t count_instances(const char *list)
{
    size_t n = 0;

    for (; list != NULL && (list = strstr(list, "MIG-")) != NULL; list += 4)
        n++;
    return n;
}

static void look_for_several(struct look *l)
{
    const char *visible = variable(l, "CUDA_VISIBLE_DEVICES");
    const size_t n = count_instances(visible);

    if (n < 2)
        return;
    found(l, SHOWN, "CUDA_VISIBLE_DEVICES names %zu MIG instances, and a process can use one: CUDA shows the first", n);
    evidence(l, "CUDA_VISIBLE_DEVICES=%s", visible);
    fix(l, "export CUDA_VISIBLE_DEVICES=%.*s", (int)strcspn(visible, ","), visible);
    advise(l, "start a process for each instance, each with its own name in CUDA_VISIBLE_DEVICES");
}

/* PyTorch counted by NVML, and did not know the names of instances: in those two series, https://github.com/pytorch/pytorch/issues/95784. */
static void look_for_count(struct look *l)
{
    const char *visible = variable(l, "CUDA_VISIBLE_DEVICES"), *torch = stated(l, "torch");

    if (count_instances(visible) != 1 || torch == NULL || (!text_version_within(torch, "1.13") && !text_version_within(torch, "2.0")))
        return;
    found(l, report_answering(l->r) > 0 ? SHOWN : LIKELY, "PyTorch %s counts no GPU, for it does not know the names of MIG instances%s", torch,
          report_answering(l->r) > 0 ? "; the instance itself works" : "");
    evidence(l, "CUDA_VISIBLE_DEVICES=%s, and %s has PyTorch %s", visible, l->stack->prefix, torch);
    if (!fix_by_pip(l, "-U torch"))
        advise(l, "install a newer PyTorch, or do not ask torch.cuda.device_count() before using the GPU");
}

const struct rule mig_rules[] = {
    { { "mig-without-instance", LINK_DRIVER, .what = "MIG mode outlives a reboot, its instances do not: until some are made again CUDA sees no GPU (error 100). https://docs.nvidia.com/datacenter/tesla/mig-user-guide/.",
        .unlike = "gpus-hidden: there an instance exists, and CUDA_VISIBLE_DEVICES names another, perhaps one of before they were made anew." }, look_for_instances },
    { { "mig-one-instance", LINK_WORK, .what = "A process computes on one MIG instance: CUDA_VISIBLE_DEVICES may name several, CUDA shows the first of them.",
        .unlike = "mig-without-instance: there is none at all." }, look_for_several },
    { { "mig-not-counted", LINK_WORK, .of_stack = true, .what = "Some releases of PyTorch count GPUs by NVML and do not know a MIG instance's name: torch.cuda.device_count() is 0, and torch.zeros(1).cuda() works.",
        .unlike = "mig-without-instance, gpus-hidden: there CUDA sees none either." }, look_for_count },
    { { .id = NULL }, NULL },
};
