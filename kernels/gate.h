/* gate.h - what a measurement's kernels and their caller share: kernels/gate.cu and harness/child/pace/pace.c. In host memory that the
 * device reads and writes.
 */
#ifndef KERNELS_GATE_H
#define KERNELS_GATE_H

enum gate_state {
    GATE_UNSEEN  = 0,       /* the kernel has not run */
    GATE_OPENED  = 1,
    GATE_EXPIRED = 2,       /* its deadline was over before the host opened it */
};

enum { CLOCK_SMS = 1024 };  /* multiprocessors that are told apart */

/* A multiprocessor's own counter of cycles and the clock that all share, read at once. Never read: both 0. */
struct clock_row { unsigned long long cycles, ns; };

struct gate { unsigned open, state; };

#endif
