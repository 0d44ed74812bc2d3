/* meter.h - what a measurement puts around its windows on the device: the gate, and the clock of its multiprocessors (child only).
 *
 * Both are kernels of ours (kernels/gate.cu): where these are not loaded, as with stacks alone, there is neither.
 */
#ifndef CHILD_METER_H
#define CHILD_METER_H

#include "child/child.h"

/* Launches that may wait behind the gate: no driver's queue is shorter. */
enum { METER_LAUNCHES = 256 };

/* Makes both ready, and runs each kernel once; false where there is neither. */
bool meter_begin(struct child *c);

/* Whether a gate keeps the stream here: not where every launch is waited for (CUDA_LAUNCH_BLOCKING). */
bool meter_gate_works(struct child *c);

/* What is put on the default stream from here on waits, 250 ms at most, until it is opened. Between the two there is no call
 * that allocates, frees, loads, creates or waits, and no kernel that has not run before. */
void meter_close_gate(struct child *c);
void meter_open_gate(struct child *c);

/* After the work was waited for: that it was the host that opened it. */
bool meter_was_opened(struct child *c);

/* A look at the clocks before the work and after it, on the default stream; and what they say, once it was waited for: MHz, or 0. */
void   meter_look(struct child *c, bool after);
double meter_mhz(const struct child *c);

#endif
