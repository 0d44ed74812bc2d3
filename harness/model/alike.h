/* alike.h - GPUs of one model should agree in VBIOS, memory, ECC, power limit and
 * links: which one is odd, and in what. Pure.
 */
#ifndef MODEL_ALIKE_H
#define MODEL_ALIKE_H

#include "base/arena.h"
#include "model/report.h"

/* "gpu3 (0000:9b:00.0): gpu.ecc is off, and on for the other 7 NVIDIA H200".
 * Where no value has a majority nobody is odd: the sentence names them all, and
 * the device is the first of them. */
struct odd { const struct device *device; const char *sentence; };

/* Every GPU with a value that the majority of its model does not have. With
 * one_model, being of another model is odd, too. What a GPU does not tell is not compared. */
size_t alike_find(struct odd **out, struct arena *a, const struct report *r, bool one_model);

/* What is odd becomes a warning of that GPU's device.facts. `trials` are the report's own. */
void alike_warn(struct judged *trials, const struct report *r, struct arena *a);

#endif
