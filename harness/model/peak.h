/* peak.h - what a GPU can do at most, of what a measurement is bound by. Pure. */
#ifndef MODEL_PEAK_H
#define MODEL_PEAK_H

#include "model/expected.h"
#include "model/probe.h"

/* In GB/s, TFLOP/s or TOP/s; 0: not known, or the model has no such thing. */
double gpu_peak_of(const struct gpu_peak *p, enum peak which);

/* What it does is done by multiprocessors, as many times faster as their clock is. */
bool peak_follows_clock(enum peak which);

/* The clock in MHz of which such a peak is. */
int peak_mhz(const struct gpu_peak *p, enum peak which);

/* In operations a clock and multiprocessor; 0: it has no such, or none is known. */
int sm_rate_of(const struct sm_rate *r, enum peak which);

/* One way, in GB/s, after the line's own coding; 0: no such generation is known. */
double pcie_peak(int generation, int lanes);

#endif
