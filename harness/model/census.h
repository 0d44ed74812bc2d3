/* census.h - the devices, from what the driver's probes observed. Pure. */
#ifndef MODEL_CENSUS_H
#define MODEL_CENSUS_H

#include "base/arena.h"
#include "model/device.h"
#include "model/facts.h"
#include "model/outcome.h"

/* Every GPU that CUDA lets this process use ("gpu0.uuid", "gpu0.pci", ...), and
 * after them those that only the machine's files name, which do not answer.
 * With CUDA_VISIBLE_DEVICES set, what it hides is not meant and not named. */
size_t census_devices(struct device **out, struct arena *a, const struct outcome *answers, const struct machine *m);

/* Adds what the tenants' probe observed ("gpu0.free", "gpu0.foreign"). */
void census_tenants(struct device *devices, size_t n, const struct outcome *tenants);

#endif
