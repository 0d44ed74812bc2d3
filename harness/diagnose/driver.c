/* What the driver answers when it is asked to begin. */
#include "diagnose/look.h"

#include "base/text.h"

static const struct driver_file *compat_file(const struct look *l)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_drivers; i++)
        if (m->drivers[i].kind == DRIVER_COMPAT)
            return &m->drivers[i];
    return NULL;
}

static void evidence_of_compat(struct look *l)
{
    const struct driver_file *file = compat_file(l);

    if (file != NULL)
        evidence(l, "%s is a libcuda for forward compatibility", file->path);
}

static void look_for_compat_mismatch(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 803);

    if (told == NULL)
        return;
    found(l, compat_file(l) != NULL ? SHOWN : LIKELY, "the libcuda that is loaded does not go with the kernel module%s",
          compat_file(l) != NULL ? ": it is one for forward compatibility, older than the host's driver or not made for it" : "");
    evidence_of_call(l, told);
    evidence_of_compat(l);
    fix(l, "take the compat folder out of LD_LIBRARY_PATH and /etc/ld.so.conf.d, so that the host's own libcuda is found; then: sudo ldconfig");
}

static void look_for_compat_refused(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 804);

    if (told == NULL)
        return;
    found(l, SHOWN, "a libcuda for forward compatibility was loaded, and this GPU may not use it: it is for data-center GPUs alone");
    evidence_of_call(l, told);
    evidence_of_compat(l);
    fix(l, "take the compat folder out of LD_LIBRARY_PATH and /etc/ld.so.conf.d; a driver that is new enough needs none");
}

/* Empty or -1: no GPU is meant then (facts.h). Anything else that hides all is a name that does not exist. */
static void look_for_hidden(struct look *l)
{
    const struct machine *m = l->r->machine;
    const char *value = variable(l, "CUDA_VISIBLE_DEVICES");
    const struct judged *told = value != NULL ? ended_by(l, "cuInit", 100) : NULL;
    const bool none = m->why_not_meant != NULL && text_starts(m->why_not_meant, "CUDA_VISIBLE_DEVICES is") && m->n_nodes > 0;

    if (told == NULL && !none)
        return;
    found(l, none ? SHOWN : LIKELY, none ? "%s: it hides every GPU from this process" : "CUDA_VISIBLE_DEVICES is \"%s\", and hides every GPU from this process",
          none ? m->why_not_meant : value);
    evidence(l, "this process's environment, and %s is there", m->n_nodes > 0 ? m->nodes[0].path : "the driver");
    if (told != NULL)
        evidence_of_call(l, told);
    fix(l, "unset CUDA_VISIBLE_DEVICES");
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

const struct rule driver_rules[] = {
    { { "libcuda-missing", LINK_DRIVER_LIBRARY, .what = "The kernel module may be well; the library that programs talk to it by is not found.",
        .unlike = "container-without-gpu: there no device node exists either." }, look_for_library },
    { { "gpus-hidden", LINK_DRIVER, .what = "CUDA shows a process only what CUDA_VISIBLE_DEVICES names; one name that does not exist hides what comes after it.",
        .unlike = "container-without-gpu: there no node exists." }, look_for_hidden },
    { { "compat-mismatch", LINK_DRIVER, .what = "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH: the loaded libcuda and the kernel module do not go together.",
        .unlike = "driver-library-mismatch: there NVML says so, too (error 18)." }, look_for_compat_mismatch },
    { { "compat-refused", LINK_DRIVER, .what = "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE: forward compatibility is for data-center GPUs.",
        .unlike = "compat-mismatch: there the GPU would be allowed." }, look_for_compat_refused },
    { { .id = NULL }, NULL },
};
