/* chip.h - what a GPU on the bus is, by its PCI device id: said before any driver answers. Pure. */
#ifndef MODEL_CHIP_H
#define MODEL_CHIP_H

#include "model/expected.h"
#include "model/facts.h"

/* Adds facts of each GPU on the bus whose chip is known: "gpu.ADDRESS.arch" ("Pascal"), "gpu.ADDRESS.module" (the only type of
 * kernel module that drives it), "gpu.ADDRESS.first_driver" and "gpu.ADDRESS.last_driver" (the branches that know it). */
void chips_name(struct machine *m, const struct expected *x, struct arena *a);

#endif
