/* 802: GPUs that wait to be joined by their switches, or to be set ready in a confidential guest. Only servers with switches need a manager. */
#include "diagnose/gpu/xid.h"

#include <string.h>

#include "base/text.h"

static bool has_switch(const struct look *l)
{
    return fact(l, "nvswitch") != NULL;
}

static const struct judged *told_to_wait(const struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 802);

    return told != NULL ? told : ended_by(l, "cuDevicePrimaryCtxRetain", 802);
}

/* Of the module, where the manager's differs from it; NULL: it does not, or one is not known. Its log counts while it is of this driver. */
static const char *version_that_differs(const struct look *l)
{
    const char *module = l->r->machine->module_version, *own = fact(l, "fabric.manager.version"), *log = fact(l, "fabric.manager.log");

    if (module == NULL)
        return NULL;
    if (own != NULL)
        return text_compare_versions(own, module) != 0 ? own : NULL;
    return log != NULL && text_has(log, text_make(l->a, "driver version %s", module)) ? "another one" : NULL;
}

/* Where every GPU answers, nothing waits. */
static bool waits(const struct look *l)
{
    return told_to_wait(l) != NULL || (has_switch(l) && l->r->machine->place == PLACE_HOST && l->r->machine->module_loaded && report_answering(l->r) == 0);
}

static bool is_not_ready(const struct look *l)
{
    return text_is(report_saw(l->r, "confidential"), "on") && text_is(report_saw(l->r, "confidential.ready"), "no");
}

static void fix_by_manager(struct look *l, const char *version)
{
    const char *id = l->r->machine->os_id;
    const long branch = text_version_major(version);

    if (version == NULL || is_in_container(l))
        fix_on_host(l, "sudo systemctl enable --now nvidia-fabricmanager");
    else if (text_is(id, "ubuntu") || text_is(id, "debian"))
        fix(l, "sudo apt-get install -y --allow-downgrades 'nvidia-fabricmanager-%ld=%s-*' && sudo systemctl enable nvidia-fabricmanager && sudo systemctl restart nvidia-fabricmanager", branch, version);
    else
        fix(l, "sudo dnf install -y nvidia-fabric-manager-%s && sudo systemctl enable nvidia-fabricmanager && sudo systemctl restart nvidia-fabricmanager", version);
}

static void look_for_version(struct look *l)
{
    const char *differs = version_that_differs(l), *module = l->r->machine->module_version;

    if (differs == NULL || !has_switch(l) || !waits(l))
        return;
    found(l, SHOWN, "the fabric manager is of version %s, the driver is %s: it refuses to join the GPUs unless both are the same", differs, module);
    evidence_of_fact(l, "fabric.manager.version");
    evidence_of_fact(l, "fabric.manager.log");
    evidence(l, "/sys/module/nvidia/version: %s", module);
    if (told_to_wait(l) != NULL)
        evidence_of_call(l, told_to_wait(l));
    fix_by_manager(l, module);
    advise(l, "keep both at the same version from then on: sudo apt-mark hold, or versionlock");
}

static void look_for_manager(struct look *l)
{
    const struct judged *told = told_to_wait(l);
    const bool stopped = text_is(fact(l, "fabric.manager"), "does not run"), none = !has_switch(l);
    unsigned gpu = 0;
    const bool begun = nvml_says(l, "fabric", "not started", &gpu) || nvml_says(l, "fabric", "in progress", &gpu);

    if (!waits(l) || is_not_ready(l) || version_that_differs(l) != NULL || (told == NULL && !stopped))
        return;
    found(l, (stopped && !none) || begun ? SHOWN : LIKELY, "the GPUs wait for the fabric manager, which joins them by NVSwitch%s",
          stopped && !none ? ", and it does not run" : none && !begun ? "; no NVSwitch is seen here: a confidential guest that is not set ready answers the same" : "");
    if (told != NULL)
        evidence_of_call(l, told);
    evidence_of_fact(l, "nvswitch");
    evidence_of_fact(l, "fabric.manager");
    if (begun)
        evidence(l, "NVML of %s: its fabric is %s", nvml_address(l, gpu), nvml_saw(l, gpu, "fabric")->text);
    if (stopped && fact(l, "fabric.manager.version") == NULL)
        fix_by_manager(l, l->r->machine->module_version);
    else
        fix_on_host(l, "sudo systemctl enable --now nvidia-fabricmanager");
    advise(l, "its version must be the driver's own; in a virtual machine or a container it is the host's operator who runs it. sudo journalctl -u nvidia-fabricmanager says why it ends%s",
           none ? ". Of a confidential guest, nvidia-smi conf-compute -grs says whether it is ready" : "");
}

static void look_for_ready(struct look *l)
{
    const struct judged *told = told_to_wait(l);

    if (told == NULL || !is_not_ready(l))
        return;
    found(l, SHOWN, "this is a confidential guest, and its GPUs are not set ready for work");
    evidence_of_call(l, told);
    evidence(l, "driver.nvml: confidential computing is on, and the GPUs' ready state is off");
    fix(l, "sudo nvidia-smi conf-compute -srs 1");
    advise(l, "attest the GPU first, if your policy asks for it: setting it ready says that it is trusted");
}

/* The processor of a confidential guest gives it one of these. */
static void look_for_bare_metal(struct look *l)
{
    const struct judged *told = NULL;

    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct outcome *o = &l->r->trials[i].outcome;
        const struct observation *refused = outcome_saw(o, "nvml.refuses");

        if ((o->stop == STOP_CALL && text_starts(o->call, "nvml") && o->code == 999) || (refused != NULL && (long)refused->number == 999))
            told = &l->r->trials[i];
    }
    if (told == NULL || !text_is(report_saw(l->r, "confidential"), "on") || fact(l, "confidential.guest") != NULL)
        return;
    found(l, LIKELY, "a GPU is in confidential mode, and this machine is no confidential guest: the driver cannot use it");
    evidence(l, "driver.nvml: confidential computing is on");
    evidence(l, "%s: NVML answers 999; neither /dev/sev-guest nor /dev/tdx_guest is here", told->trial.id);
    advise(l, "switch the GPU's confidential mode off with gpu_admin_tools (--set-cc-mode=off --reset-after-cc-mode-switch), from https://github.com/NVIDIA/gpu-admin-tools");
}

/* What it had set up for the programs of before is gone: multicast (NVLS) answers 401, or 1. */
static const struct judged *refused_multicast(const struct look *l)
{
    static const char *const calls[] = { "cuMulticastCreate", "cuMulticastBindMem", "cuMulticastAddDevice", "cuMulticastBindAddr" };

    for (size_t i = 0; i < COUNT_OF(calls); i++)
        if (ended_by(l, calls[i], -1) != NULL)
            return ended_by(l, calls[i], -1);
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct outcome *o = &l->r->trials[i].outcome;

        if (o->stop == STOP_CALL && text_starts(o->call, "nccl") && (text_has(o->text, "NVLS") || text_has(o->text, "ulticast") || text_has(o->text, "nvls")))
            return &l->r->trials[i];
    }
    return ended_by(l, NULL, 401);
}

static void look_for_restart(struct look *l)
{
    const struct judged *told = refused_multicast(l);
    const bool after = fact(l, "fabric.manager.after") != NULL;

    if (told == NULL || !has_switch(l))
        return;
    found(l, after ? SHOWN : LIKELY, "the switches refuse multicast (NVLS)%s", after ? ": the fabric manager was started again while programs held GPUs" : ", as after a restart of the fabric manager while programs held GPUs");
    evidence_of_call(l, told);
    evidence_of_fact(l, "fabric.manager.after");
    fix(l, "export NCCL_NVLS_ENABLE=0");
    advise(l, "that does without it for now; to mend it, end all programs on the GPUs, then sudo systemctl restart nvidia-fabricmanager and reset the GPUs, or reboot");
}

const struct rule fabric_rules[] = {
    { { "fabric-manager-version", LINK_DRIVER,
        .what = "The fabric manager takes part only in a driver of exactly its own version. https://docs.nvidia.com/datacenter/tesla/fabric-manager-user-guide/.",
        .unlike = "fabric-not-ready: there it does not run at all, or has not ended its work." }, look_for_version },
    { { "confidential-not-ready", LINK_DRIVER, .what = "In a confidential guest the GPUs take work once they are set ready, after attestation; until then cuInit answers 802.",
        .unlike = "fabric-not-ready: there no confidential computing is on, and the switches' manager is awaited." }, look_for_ready },
    { { "confidential-on-bare-metal", LINK_DRIVER, .what = "A GPU in confidential mode works in a confidential guest alone, and the mode outlives a reboot.",
        .unlike = "gpu-lost: there NVML answers 15, or the log has Xid 79." }, look_for_bare_metal },
    { { "fabric-not-ready", LINK_DRIVER, .what = "CUDA_ERROR_SYSTEM_NOT_READY: on servers with NVSwitch the fabric manager must run before anything computes.",
        .unlike = "fabric-manager-version: there it runs into the driver's other version. A confidential guest whose GPUs are not set ready answers 802, too: confidential-not-ready. "
                  "A GPU on its own, or two with a bridge, need no manager." }, look_for_manager },
    { { "fabric-restarted", LINK_GPU, .needs_gpu = true,
        .what = "NCCL uses multicast in the switches (NVLS), which the fabric manager sets up; restarted under running programs, it cannot, and calls answer 401 or 1.",
        .unlike = "nvlink-error: there the kernel's log has Xids of the links." }, look_for_restart },
    { { .id = NULL }, NULL },
};
