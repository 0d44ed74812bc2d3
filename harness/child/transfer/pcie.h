/* pcie.h - how a GPU's link to the host is trained, and what that can carry (child only). */
#ifndef CHILD_PCIE_H
#define CHILD_PCIE_H

#include "child/child.h"

/* 0 where NVML does not tell. The link rests at a low generation: `generation` means something under load alone. */
struct pcie { unsigned generation, width, best_generation, best_width; };

struct pcie pcie_now(struct child *c);

/* In 10^9 bytes a second, one way, before what packets cost; 0 where it is not known. */
double pcie_gbs(const struct pcie *p);

/* Observes how it is trained, and warns where it could be better. */
void saw_pcie(struct child *c, const struct pcie *p);

#endif
