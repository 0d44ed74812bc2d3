/* What the driver answers when it is asked to begin. */
#include "diagnose/look.h"

#include "base/text.h"

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
        if (is_container)
            fix_container(l, is_container_of(l, "apptainer") ? "" : "-e NVIDIA_DRIVER_CAPABILITIES=compute,utility",
                          "set NVIDIA_DRIVER_CAPABILITIES to compute,utility in the pod's environment, and give it runtimeClassName: nvidia");
        else if (m->place == PLACE_WSL)
            fix(l, "echo /usr/lib/wsl/lib | sudo tee /etc/ld.so.conf.d/ld.wsl.conf && sudo ldconfig");
        else if (m->n_drivers > 0)
            fix(l, "sudo ldconfig");
        else
            advise(l, "install the driver's libraries: on Debian libcuda1, on Ubuntu libnvidia-compute-BRANCH, on Red Hat nvidia-driver-cuda-libs");
        return;
    }
}

const struct rule driver_rules[] = {
    { { "libcuda-missing", LINK_DRIVER_LIBRARY, .what = "The kernel module may be well; the library that programs talk to it by is not found.",
        .unlike = "container-without-gpu: there no device node exists either." }, look_for_library },
    { { .id = NULL }, NULL },
};
