/* The module nvidia_uvm is loaded and its node opens, and the driver cannot begin all the same. */
#include "diagnose/look.h"

#include "base/text.h"

static const char reload[] = "sudo rmmod nvidia_uvm && sudo modprobe nvidia_uvm && sudo nvidia-modprobe -u -c=0";

/* A child of ours asked, which had never used CUDA before: 3 is not a fork's fault. */
static void look_for_hmm(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 3);
    const bool on = text_is(fact(l, "module.uvm_disable_hmm"), "N"), off = text_is(fact(l, "module.uvm_disable_hmm"), "Y");

    if (told == NULL)
        return;
    found(l, LIKELY, "nvidia_uvm is loaded and cannot begin, %s", off ? "though its heterogeneous memory management is off"
          : on ? "as with its heterogeneous memory management on some kernels, which is on here" : "as with its heterogeneous memory management on some kernels");
    evidence_of_call(l, told);
    evidence_of_fact(l, "module.uvm_disable_hmm");
    evidence_of_fact(l, "module.flavor");
    if (off)
        fix_on_host(l, "%s", reload);
    else
        fix_on_host(l, "echo 'options nvidia_uvm uvm_disable_hmm=1' | sudo tee /etc/modprobe.d/nvidia-uvm-hmm.conf && sudo rmmod nvidia_uvm && sudo modprobe nvidia_uvm");
}

static void look_for_suspend(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 999);

    if (told == NULL || fact(l, "log.line.resumed") == NULL)
        return;
    found(l, LIKELY, "nvidia_uvm was left in disorder when this machine was suspended: it has been resumed since its boot, and the driver cannot begin");
    evidence_of_call(l, told);
    evidence_of_fact(l, "log.line.resumed");
    fix_on_host(l, "%s", reload);
}

static void look_for_unknown(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 999);

    if (told == NULL)
        return;
    found(l, LIKELY, "the driver cannot begin: mostly /dev/nvidia-uvm is missing or was left in disorder by a suspend");
    evidence_of_call(l, told);
    fix_on_host(l, "%s", reload);
}

const struct rule uvm_rules[] = {
    { { "uvm-broken", LINK_DRIVER, .what = "cuInit answers 3 (not initialized) in a fresh process: seen with nvidia_uvm's heterogeneous memory management, mostly with the open module "
        "(https://github.com/NVIDIA/open-gpu-kernel-modules/issues/797).",
        .unlike = "3 in a process that was forked after it had used CUDA is that program's fault: a fresh one begins well." }, look_for_hmm },
    { { "uvm-after-suspend", LINK_DRIVER, .what = "What nvidia_uvm keeps is lost when the machine sleeps while programs use CUDA; the driver answers 999 until the module is loaded anew.",
        .unlike = "nodes-missing: there the node or the module is absent." }, look_for_suspend },
    { { "driver-cannot-begin", LINK_DRIVER, .general = true, .what = "cuInit answers 999, which names no cause: the memory module nvidia_uvm comes first.",
        .unlike = "nodes-missing, nodes-denied, cgroup-denies-gpu and gpu-lost answer the same, and are found by their own signs." }, look_for_unknown },
    { { .id = NULL }, NULL },
};
