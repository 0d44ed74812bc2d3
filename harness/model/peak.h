/* peak.h - what a GPU can do at most, of what a measurement is bound by. Pure. */
#ifndef MODEL_PEAK_H
#define MODEL_PEAK_H

#include "model/expected.h"
#include "model/probe.h"

/* In GB/s, TFLOP/s or TOP/s; 0: not known, or the model has no such thing. */
double gpu_peak_of(const struct gpu_peak *p, enum peak which);

/* One way, in GB/s, after the line's own coding; 0: no such generation is known. */
double pcie_peak(int generation, int lanes);

#endif
