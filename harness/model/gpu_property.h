/* gpu_property.h - what can be asked about one GPU, under the names that an order
 * sheet uses ("gpu.ecc"), and where a run has seen it. Pure.
 */
#ifndef MODEL_GPU_PROPERTY_H
#define MODEL_GPU_PROPERTY_H

#include "base/arena.h"
#include "model/report.h"

struct gpu_property {
    const char *name;           /* "gpu.memory_gib": the unit is in the name */
    const char *key;            /* the observation of the probe that tells facts; NULL: the census tells */
    bool        is_number;
    double      scale;          /* of the observation, to the unit of the name */
    bool        may_be_more;    /* a sheet asks for at least that much; else for exactly that */
    bool        alike;          /* GPUs of one model agree in it */
    bool        identity;       /* of this machine's boards: a sheet for others names it as a comment */
};

/* Ends with a NULL name. The first is "gpu.name". */
extern const struct gpu_property gpu_properties[];

/* NULL: there is none of that name. */
const struct gpu_property *gpu_property_of(const char *name);

/* A value as it is compared (number) and as it is printed (text). */
struct gpu_value { const char *text; double number; };

/* False if the run has not seen it: the GPU has no such thing, or was not asked. */
bool gpu_property_read(struct gpu_value *v, const struct gpu_property *p, const struct report *r, const struct device *d, struct arena *a) MUST_USE;

/* "gpu3 (0000:9b:00.0)", "gpu3" where no address is known: how sentences name a GPU. */
const char *gpu_place(const struct device *d, struct arena *a);

/* The trial that asked that GPU for its facts; NULL if there is none in the run. */
const struct judged *gpu_facts_of(const struct report *r, const struct device *d);

#endif
