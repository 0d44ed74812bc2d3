/* pin.h - a package of a fixed version, as metadata asks for it (Requires-Dist, PEP 508). Pure. */
#ifndef MODEL_PIN_H
#define MODEL_PIN_H

#include "base/arena.h"

struct pin {
    const char *distribution, *version;     /* "nvidia-cublas-cu12", "12.4.5.8" */
    const char *extras;                     /* "cublas,cudart" of "cuda-toolkit[cublas,cudart]==13.0.2"; NULL for none */
    const char *condition;                  /* "platform_machine == 'x86_64'", behind the ';'; NULL for none */
};

/* Reads "nvidia-nccl-cu12 (==2.21.5) ; platform_system == ..." and "nvidia-nccl-cu12==2.21.5";
 * false if no one version is fixed, as in ">=2.1" and "==2.*". */
bool pin_read(struct pin *out, struct arena *a, const char *requirement);

/* Whether it is asked for on Linux on that architecture, and without extras: a condition
 * on anything else, and on an architecture that is not known (NULL), is taken to hold. */
bool pin_applies(const struct pin *p, const char *arch);

#endif
