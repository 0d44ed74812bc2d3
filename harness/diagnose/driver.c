/* What the driver answers when it is asked to begin. */
#include "diagnose/look.h"

#include "base/text.h"

static void look_for_fabric(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 802);

    if (told == NULL)
        told = ended_by(l, "cuDevicePrimaryCtxRetain", 802);
    if (told == NULL)
        return;
    found(l, LIKELY, "the GPUs wait for the fabric manager, which joins them by NVSwitch%s",
          machine_fact(l->r->machine, "nvswitch") != NULL ? "" : "; no NVSwitch is seen here: a confidential guest that is not set ready answers the same");
    evidence_of_call(l, told);
    if (machine_fact(l->r->machine, "nvswitch") != NULL)
        evidence(l, "/dev/nvidia-nvswitchctl is present");
    fix(l, machine_fact(l->r->machine, "nvswitch") != NULL ? "sudo systemctl enable --now nvidia-fabricmanager; its version must be the driver's own"
                                                           : "nvidia-smi conf-compute -grs; on the host: systemctl status nvidia-fabricmanager");
}

/* Its absence is of the machine; that something it needs is missing, too, the loader's words say. */
static void look_for_library(struct look *l)
{
    const struct machine *m = l->r->machine;
    const bool is_container = m->place == PLACE_CONTAINER;

    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];

        if (j->outcome.stop != STOP_LOAD || j->trial.stack != NULL || !text_has(j->outcome.text, "libcuda.so.1: cannot open"))
            continue;
        found(l, SHOWN, "the driver's library libcuda.so.1 is nowhere that the loader looks%s",
              is_container ? ": the container was started without the driver's compute part" : "");
        evidence(l, "%s: %s", j->trial.id, j->outcome.text);
        for (size_t k = 0; k < m->n_drivers; k++)
            if (text_is(m->drivers[k].soname, "libcuda.so.1"))
                evidence(l, "%s is here, and not in the loader's cache", m->drivers[k].path);
        fix(l, is_container ? "docker run --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility ..."
               : m->place == PLACE_WSL ? "echo /usr/lib/wsl/lib | sudo tee /etc/ld.so.conf.d/ld.wsl.conf && sudo ldconfig"
               : m->n_drivers > 0 ? "sudo ldconfig" : "install the driver's libraries: on Debian libcuda1, on Ubuntu libnvidia-compute-BRANCH, on Red Hat nvidia-driver-cuda-libs");
        return;
    }
}

/* NVML_ERROR_GPU_IS_LOST, of a call that ended a trial, or of one of several GPUs that a trial asked for. */
static bool says_lost(const struct outcome *o)
{
    const struct observation *refused = outcome_saw(o, "nvml.refuses");

    return (o->stop == STOP_CALL && o->call != NULL && text_starts(o->call, "nvml") && o->code == 15)
        || (refused != NULL && refused->is_number && (long)refused->number == 15);
}

static void look_for_lost(struct look *l)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];

        if (!says_lost(&j->outcome))
            continue;
        found(l, SHOWN, "a GPU has fallen off the bus");
        evidence(l, "%s: NVML answers 15 (GPU is lost)%s%s", j->trial.id, *j->why != '\0' ? "; " : "", j->why);
        fix(l, m->place == PLACE_CONTAINER ? "on the host: sudo dmesg | grep -i xid; then reboot it" : "sudo dmesg | grep -i xid; then: sudo reboot; if it comes again the board, its power or its slot is bad");
        return;
    }
}

const struct rule driver_rules[] = {
    { { "libcuda-missing", LINK_DRIVER_LIBRARY, .what = "The kernel module may be well; the library that programs talk to it by is not found.",
        .unlike = "container-without-gpu: there no device node exists either." }, look_for_library },
    { { "gpu-lost", LINK_DRIVER, .needs_gpu = true, .what = "The driver can no longer reach a GPU (Xid 79): power, heat, the slot, or the board.",
        .unlike = "nodes-missing: there the driver has nothing against it." }, look_for_lost },
    { { "fabric-not-ready", LINK_DRIVER, .what = "CUDA_ERROR_SYSTEM_NOT_READY: on servers with NVSwitch the fabric manager must run before anything computes.",
        .unlike = "A confidential guest whose GPUs are not set ready answers 802, too." }, look_for_fabric },
    { { .id = NULL }, NULL },
};
