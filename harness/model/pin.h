/* pin.h - a package of a fixed version, as a wheel's metadata asks for it. */
#ifndef MODEL_PIN_H
#define MODEL_PIN_H

struct pin { const char *distribution, *version; };     /* "nvidia-cublas-cu12", "12.4.5.8" */

#endif
