/* pin.h - a package of a fixed version, as a wheel's metadata asks for it. */
#ifndef MODEL_PIN_H
#define MODEL_PIN_H

/* extras: "cublas,cudart" of "cuda-toolkit[cublas,cudart]==13.0.2"; NULL for none. */
struct pin { const char *distribution, *version, *extras; };        /* "nvidia-cublas-cu12", "12.4.5.8" */

#endif
